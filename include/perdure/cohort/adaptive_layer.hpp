#pragma once

#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/models/logistic.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::cohort::adaptive {

/// Place of entry (i, j), j <= i, of a symmetric matrix kept as the rows of its lower half.
[[nodiscard]] constexpr std::size_t lower(std::size_t i, std::size_t j) noexcept { return i * (i + 1) / 2 + j; }
inline constexpr std::size_t entries = lower(features, 0);

/// The constants of the layer: none is fitted. Source: docs/models/adaptive_fsrs.md.
struct LayerPrior {
  double intercept_variance{0.36787944117144233};        ///< e^-1
  double logit_variance{0.049787068367863944};           ///< e^-3
  double variance{0.01831563888873418};                  ///< e^-4, of every other weight
  double drift{0.00012340980408667956};                  ///< e^-9: variance that a weight gains with an answer, as a share of its first one
  double daily_drift{0.0009118819655545162};             ///< e^-7: variance that an intercept gains, per ln(1 + days of absence)
  std::array<double, regimes> intercept{1.0, 1.0, 0.0};  ///< means of the intercept, by regime
  std::array<double, regimes> logit{0.0, 0.3, 1.0};      ///< means of logit6
  [[nodiscard]] constexpr double variance_of(std::size_t f) const noexcept {
    return f == feature::one ? intercept_variance : f == feature::logit6 ? logit_variance : variance;
  }
};
inline constexpr LayerPrior layer_prior{};

/// Log-odds of a right answer as they fall with the gap: base + per_logit6 logit R6 + per_logit7 logit R7, both slopes >= 0.
struct Line {
  double base, per_logit6, per_logit7;
  [[nodiscard]] double at(double l6, double l7) const noexcept { return models::logistic(base + per_logit6 * l6 + per_logit7 * l7); }
};

/// Bayesian logistic regression of one regime: weights with mean m and covariance V, and one step of an assumed-density filter per answer.
///
///     p1 = sigma(m.x),  w = p1 (1 - p1),  G = 1/(1 + w x'Vx);   m += V x (y - p1) G,   V -= V x x'V w G
///
/// Law: 0 <= m[logit6] - 2 m[logit7_less_6] and 0 <= m[logit7_less_6] after every step, so that no gap raises the log-odds. Every step is O(d^2),
/// d the number of features.
struct Weights {
  Features mean{};
  std::array<double, entries> covariance{};

  [[nodiscard]] static Weights prior(Regime regime) noexcept {
    Weights w;
    w.mean[feature::one] = layer_prior.intercept[static_cast<std::size_t>(regime)];
    w.mean[feature::logit6] = layer_prior.logit[static_cast<std::size_t>(regime)];
    for (std::size_t j = 0; j < features; ++j) w.covariance[lower(j, j)] = layer_prior.variance_of(j);
    return w;
  }

  /// What the weights say of a question over all gaps. Uncertain weights pull towards even odds by 1/sqrt(1 + .3927 x'Vx) (the probit
  /// approximation of MacKay 1992); x is taken where recall is .9 under both models, because a pull that changed with the gap could raise the
  /// odds.
  [[nodiscard]] Line line(const Features& x) const noexcept {
    constexpr double pull = 0.3927;                            // pi/8
    constexpr double logit_of_reference = 2.1972245773362196;  // ln 9
    Features fixed = x;
    fixed[feature::logit6] = fixed[feature::logit7_less_6] = 0.0;
    double base = 0.0;
    for (std::size_t j = 0; j < features; ++j) base += mean[j] * fixed[j];
    fixed[feature::logit6] = logit_of_reference;
    const Features u = times(fixed);
    double spread = 0.0;
    for (std::size_t j = 0; j < features; ++j) spread += fixed[j] * u[j];
    const double scale = 1.0 / std::sqrt(1.0 + pull * std::max(spread, 0.0));
    return {scale * base, scale * (mean[feature::logit6] - 2.0 * mean[feature::logit7_less_6]),
            scale * (2.0 * mean[feature::logit7_less_6])};
  }

  /// One answer, then the drift that the next answer finds.
  void update(const Features& x, bool right) noexcept {
    const Features u = times(x);
    double eta = 0.0;
    double spread = 0.0;
    for (std::size_t j = 0; j < features; ++j) {
      eta += mean[j] * x[j];
      spread += x[j] * u[j];
    }
    const double p = models::logistic(eta);
    const double information = p * (1.0 - p);
    const double gain = 1.0 / (1.0 + information * spread);
    const double move = ((right ? 1.0 : 0.0) - p) * gain;
    for (std::size_t i = 0; i < features; ++i) {
      mean[i] += u[i] * move;
      const double row = u[i] * information * gain;
      for (std::size_t j = 0; j <= i; ++j) covariance[lower(i, j)] -= row * u[j];
      covariance[lower(i, i)] += layer_prior.drift * layer_prior.variance_of(i);
    }
    constrain();
  }

  /// The intercept after `days` without an answer.
  void absent(double days) noexcept { covariance[lower(feature::one, feature::one)] += layer_prior.daily_drift * std::log1p(days); }

 private:
  [[nodiscard]] Features times(const Features& x) const noexcept {
    Features u{};
    for (std::size_t i = 0; i < features; ++i) {
      double sum = 0.0;
      const double* row = &covariance[lower(i, 0)];
      for (std::size_t j = 0; j < i; ++j) {
        sum += row[j] * x[j];
        u[j] += row[j] * x[i];
      }
      u[i] += sum + row[i] * x[i];
    }
    return u;
  }

  /// Moves the mean to the nearest one that obeys the law, in the metric of the precision: the most probable weights that do. With a = m[logit6]
  /// and b = m[logit7_less_6] the law is a cone between the rays (1, 0) and (2, 1). In that metric the other weights follow the two by
  /// regression, so that only the marginal precision of (a, b) counts: a projection on two rays. The covariance stays: the filter goes on from
  /// a mode on the edge as from any other.
  void constrain() noexcept {
    const double a = mean[feature::logit6];
    const double b = mean[feature::logit7_less_6];
    if (b >= 0.0 && a - 2.0 * b >= 0.0) return;
    const double vaa = covariance[lower(feature::logit6, feature::logit6)];
    const double vab = covariance[lower(feature::logit7_less_6, feature::logit6)];
    const double vbb = covariance[lower(feature::logit7_less_6, feature::logit7_less_6)];
    struct Point {
      double a, b, distance;
    };
    const auto distance = [&](double da, double db) { return vbb * da * da - 2.0 * vab * da * db + vaa * db * db; };  // times det V
    Point nearest{0.0, 0.0, distance(a, b)};
    const auto try_ray = [&](double ra, double rb) {
      const double along = (vbb * ra * a - vab * (ra * b + rb * a) + vaa * rb * b) / distance(ra, rb);
      if (!(along > 0.0)) return;
      const Point found{along * ra, along * rb, distance(along * ra - a, along * rb - b)};
      if (found.distance < nearest.distance) nearest = found;
    };
    try_ray(1.0, 0.0);
    try_ray(2.0, 1.0);
    const double da = nearest.a - a;
    const double db = nearest.b - b;
    const double determinant = vaa * vbb - vab * vab;
    const double ka = (vbb * da - vab * db) / determinant;
    const double kb = (vaa * db - vab * da) / determinant;
    for (std::size_t j = 0; j < features; ++j) mean[j] += entry(j, feature::logit6) * ka + entry(j, feature::logit7_less_6) * kb;
    mean[feature::logit6] = nearest.a;
    mean[feature::logit7_less_6] = nearest.b;
  }

  [[nodiscard]] double entry(std::size_t i, std::size_t j) const noexcept { return covariance[i >= j ? lower(i, j) : lower(j, i)]; }
};

/// Weights of every regime.
using Layer = std::array<Weights, regimes>;
[[nodiscard]] inline Layer prior_layer() noexcept {
  return {Weights::prior(Regime::first), Weights::prior(Regime::within_day), Weights::prior(Regime::later)};
}

}  // namespace perdure::inline PERDURE_ABI::cohort::adaptive
