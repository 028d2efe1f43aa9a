#pragma once

#include <perdure/core/abi.hpp>

#include <compare>

namespace perdure::inline PERDURE_ABI {

/// A real number that carries its unit in its type. Two quantities mix only when their tags match; `value()` is the visible way out.
template <class Tag>
class Quantity {
 public:
  constexpr Quantity() noexcept = default;
  constexpr explicit Quantity(double value) noexcept : value_{value} {}

  [[nodiscard]] constexpr double value() const noexcept { return value_; }

  friend constexpr auto operator<=>(Quantity, Quantity) noexcept = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) noexcept { return Quantity{a.value_ + b.value_}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) noexcept { return Quantity{a.value_ - b.value_}; }
  friend constexpr Quantity operator*(double k, Quantity a) noexcept { return Quantity{k * a.value_}; }
  friend constexpr Quantity operator*(Quantity a, double k) noexcept { return Quantity{k * a.value_}; }
  friend constexpr Quantity operator/(Quantity a, double k) noexcept { return Quantity{a.value_ / k}; }
  friend constexpr double operator/(Quantity a, Quantity b) noexcept { return a.value_ / b.value_; }

 private:
  double value_{0.0};
};

using Days = Quantity<struct DaysTag>;            ///< elapsed time in days, may be fractional
using Stability = Quantity<struct StabilityTag>;  ///< days until recall falls to the model's anchor (FSRS: 0.9)

namespace literals {
consteval Days operator""_d(long double days) { return Days{static_cast<double>(days)}; }
consteval Days operator""_d(unsigned long long days) { return Days{static_cast<double>(days)}; }
}  // namespace literals

}  // namespace perdure::inline PERDURE_ABI
