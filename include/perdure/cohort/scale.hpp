#pragma once

#include <perdure/cohort/parameters.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/math.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

namespace perdure::inline PERDURE_ABI::cohort {

/// The coordinate that a parameter's value has in a fit. The value is in its bounds.
[[nodiscard]] inline double to_scale(Scale scale, double value) {
  switch (scale) {
    case Scale::positive: return value + std::log(-std::expm1(-value));  // the inverse of log(1 + e^x)
    case Scale::log: return std::log(value);
    case Scale::unit: return std::log(value) - std::log1p(-value);
    case Scale::plain: break;
  }
  return value;
}

/// The value of a coordinate: any real number gives one inside (0, inf), (0, 1) or the real line.
[[nodiscard]] inline double from_scale(Scale scale, double x) {
  switch (scale) {
    case Scale::positive: return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
    case Scale::log: return std::exp(x);
    case Scale::unit: return 1.0 / (1.0 + std::exp(-x));
    case Scale::plain: break;
  }
  return x;
}

/// d value / d coordinate, by the value.
[[nodiscard]] inline double slope_at(Scale scale, double value) {
  switch (scale) {
    case Scale::positive: return -std::expm1(-value);
    case Scale::log: return value;
    case Scale::unit: return value * (1.0 - value);
    case Scale::plain: break;
  }
  return 1.0;
}

}  // namespace perdure::inline PERDURE_ABI::cohort
