#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/math.hpp>

namespace perdure::inline PERDURE_ABI::models {

/// 1 / (1 + e^-x), in (0, 1]. x is held within ±40, where a double no longer tells the result from 0 or 1, so that e^-x stays finite in
/// float32 as well; the derivative beyond is 0.
template <class T>
[[nodiscard]] T logistic(const T& x) {
  using math::exp;
  constexpr double bound = 40.0;
  return T(1.0) / (T(1.0) + exp(-math::clamp(x, -bound, bound)));
}

/// ln(p / (1 - p)) for p in [0, 1], within ±70: 0 and 1 are taken for 1e-30 and its complement, beyond what `logistic` reaches.
template <class T>
[[nodiscard]] T log_odds(const T& p) {
  using math::log;
  constexpr double least = 1e-30;
  return log(math::max<T>(p, T(least)) / math::max<T>(T(1.0) - p, T(least)));
}

}  // namespace perdure::inline PERDURE_ABI::models
