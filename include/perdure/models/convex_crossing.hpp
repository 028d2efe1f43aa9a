#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/math.hpp>

#include <cmath>
#include <limits>
#include <type_traits>

namespace perdure::inline PERDURE_ABI::models {

/// A curve and its slope at one place.
template <class T>
struct Tangent {
  T value, slope;
};

/// Where the search for a crossing ends: beyond any use in any unit, and far enough inside float32 that no step overflows.
inline constexpr double convex_end = 1e30;

/// x in [0, convex_end] at which a convex falling curve reaches `level`; 0 where it starts at or below, convex_end where it is still above there.
/// The logarithm of a mean of powers is such a curve.
///
/// Newton's method from 0, where the curve is above: it never oversteps the root of such a curve, so there is no bracket to keep, and five to
/// ten steps do where the search of models/crossing.hpp, which asks for nothing but a falling curve, takes up to fifty values. A number stops
/// at a step below 1e-12 of itself, after which the next is lost in rounding; a pack takes `most` steps. Dual numbers: the root is found in
/// double, and one more step with the exact slope brings the exact derivative.
///
/// \param curve  `value(x)`; `tangent(x)`, whose slope may be off by a tenth; `as<To>()`, the same curve over To without derivatives
template <class T, class Curve>
[[nodiscard]] T convex_crossing(const Curve& curve, const T& level) {
  constexpr int most = 60;  // a tail x^-0.02 needs 40 to fall to 0.3
  constexpr double small_step = 1e-12;
  if constexpr (is_dual<T>) {
    const double x = convex_crossing(curve.template as<double>(), level.v);
    if (x == 0.0 || x >= convex_end) return T(x);
    const double slope = curve.template as<Dual<1>>().value(Dual<1>::seed(x, 0)).d[0];
    return T(x) + (level - curve.value(T(x))) * (1.0 / slope);
  } else {
    T x = T(0.0);
    for (int step = 0; step < most; ++step) {
      const Tangent<T> here = curve.tangent(x);
      const T next = math::clamp<T>(x + (level - here.value) / here.slope, 0.0, convex_end);
      if constexpr (std::is_floating_point_v<T>) {
        if (std::abs(next - x) <= small_step * x) return next;
      }
      x = next;
    }
    return x;
  }
}

/// The same as an interval: infinity where the curve never gets to the level, or only beyond convex_end.
template <class T, class Curve>
[[nodiscard]] T convex_interval(const Curve& curve, const T& level) {
  using math::select;
  const T x = convex_crossing(curve, level);
  return select(x < T(convex_end), x, T(std::numeric_limits<double>::infinity()));
}

}  // namespace perdure::inline PERDURE_ABI::models
