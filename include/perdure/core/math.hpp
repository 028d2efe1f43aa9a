#pragma once

#include <perdure/core/abi.hpp>

#include <cmath>
#include <type_traits>

/// The few functions that model math is written with. `T` is double, Dual<N>, Pack<Real, N> or a vector of a kernel; the overloads for all but
/// double are found by argument-dependent lookup, so that a model says `using math::exp;` and reads the same for every T.
namespace perdure::inline PERDURE_ABI::math {

using std::exp;
using std::log;
using std::sqrt;

/// `yes` where the condition holds, else `no`. Both are evaluated: a model keeps both finite.
template <class T>
[[nodiscard]] constexpr T select(bool condition, const T& yes, const T& no) {
  return condition ? yes : no;
}

/// Whether a condition holds in every lane: for loops that end when all lanes have converged.
[[nodiscard]] constexpr bool every(bool condition) { return condition; }

/// `yes()` where the condition holds, else `no()`. A scalar evaluates only the branch it takes; a pack evaluates both and blends.
template <class Condition, class Yes, class No>
[[nodiscard]] constexpr auto choose(const Condition& condition, const Yes& yes, const No& no) {
  if constexpr (std::is_same_v<Condition, bool>) {
    return condition ? yes() : no();
  } else {
    return select(condition, yes(), no());
  }
}

template <class T>
[[nodiscard]] constexpr T max(const T& a, const T& b) {
  return select(a < b, b, a);
}

template <class T>
[[nodiscard]] constexpr T min(const T& a, const T& b) {
  return select(b < a, b, a);
}

template <class T>
[[nodiscard]] constexpr T clamp(const T& x, double low, double high) {
  return min<T>(max<T>(x, T(low)), T(high));
}

/// base^exponent for base > 0.
template <class T>
[[nodiscard]] T pow(const T& base, const T& exponent) {
  return exp(exponent * log(base));
}

}  // namespace perdure::inline PERDURE_ABI::math
