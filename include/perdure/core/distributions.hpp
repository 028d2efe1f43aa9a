#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/random.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>

/// Distributions of our own, because the standard leaves the algorithms of its own unspecified: the same stream gives the same draws with
/// every standard library (up to the last bit of exp and log).
namespace perdure::inline PERDURE_ABI::random {

namespace detail {
template <std::size_t N>
[[nodiscard]] constexpr double polynomial(const std::array<double, N>& coefficients, double x) noexcept {
  double y = 0.0;
  for (std::size_t i = N; i-- > 0;) y = y * x + coefficients[i];
  return y;
}
}  // namespace detail

/// Quantile of the standard normal distribution at p in (0, 1); absolute error below 1e-15 around 0.
/// Source: Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988).
[[nodiscard]] inline double normal_quantile(double p) noexcept {
  constexpr std::array a{3.3871328727963666080e0,  1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                         4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
  constexpr std::array b{1.0,
                         4.2313330701600911252e+1,
                         6.8718700749205790830e+2,
                         5.3941960214247511077e+3,
                         2.1213794301586595867e+4,
                         3.9307895800092710610e+4,
                         2.8729085735721942674e+4,
                         5.2264952788528545610e+3};
  constexpr std::array c{1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,  3.64784832476320460504e0,
                         1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr std::array d{1.0,
                         2.05319162663775882187e0,
                         1.67638483018380384940e0,
                         6.89767334985100004550e-1,
                         1.48103976427480074590e-1,
                         1.51986665636164571966e-2,
                         5.47593808499534494600e-4,
                         1.05075007164441684324e-9};
  constexpr std::array e{6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,  2.96560571828504891230e-1,
                         2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr std::array f{1.0,
                         5.99832206555887937690e-1,
                         1.36929880922735805310e-1,
                         1.48753612908506148525e-2,
                         7.86869131145613259100e-4,
                         1.84631831751005468180e-5,
                         1.42151175831644588870e-7,
                         2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * detail::polynomial(a, r) / detail::polynomial(b, r);
  }
  const double tail = std::sqrt(-std::log(q < 0.0 ? p : 1.0 - p));
  const double z = tail <= 5.0 ? detail::polynomial(c, tail - 1.6) / detail::polynomial(d, tail - 1.6)
                               : detail::polynomial(e, tail - 5.0) / detail::polynomial(f, tail - 5.0);
  return q < 0.0 ? -z : z;
}

/// True with probability p.
[[nodiscard]] inline bool bernoulli(Stream& stream, double p) noexcept { return stream.next() < p; }

/// Normal with the given mean and standard deviation; one draw.
[[nodiscard]] inline double normal(Stream& stream, double mean = 0.0, double sd = 1.0) noexcept {
  return mean + sd * normal_quantile(stream.next());
}

/// Exponential with mean `mean`; one draw.
[[nodiscard]] inline double exponential(Stream& stream, double mean = 1.0) noexcept { return -mean * std::log(stream.next()); }

/// Gamma with shape > 0 and mean shape × scale.
/// Source: Marsaglia and Tsang, ACM TOMS 26 (2000); shapes below 1 by the power boost of the same paper.
[[nodiscard]] inline double gamma(Stream& stream, double shape, double scale = 1.0) noexcept {
  const double boost = shape < 1.0 ? std::pow(stream.next(), 1.0 / shape) : 1.0;
  const double d = (shape < 1.0 ? shape + 1.0 : shape) - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = normal(stream);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    if (std::log(stream.next()) < 0.5 * x * x + d - d * v + d * std::log(v)) return scale * boost * d * v;
  }
}

/// Beta(alpha, beta), both > 0.
[[nodiscard]] inline double beta(Stream& stream, double alpha, double beta) noexcept {
  const double x = gamma(stream, alpha);
  const double y = gamma(stream, beta);
  return x / (x + y);
}

/// Index drawn with probability proportional to its weight (weights >= 0, not all 0).
[[nodiscard]] inline std::size_t weighted_index(Stream& stream, std::span<const double> weights) noexcept {
  double total = 0.0;
  for (const double w : weights) total += w;
  double left = stream.next() * total;
  std::size_t last_possible = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0.0) continue;
    last_possible = i;
    left -= weights[i];
    if (left < 0.0) return i;
  }
  return last_possible;
}

}  // namespace perdure::inline PERDURE_ABI::random
