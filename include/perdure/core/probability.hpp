#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <compare>
#include <string>

namespace perdure::inline PERDURE_ABI {

/// A number in [0, 1]. There is no public constructor: `make` reports what is outside, `saturate` is for results of arithmetic.
class Probability {
 public:
  /// \return the probability, or an Error when `p` is outside [0, 1] or not a number
  [[nodiscard]] static Result<Probability> make(double p) {
    if (!(p >= 0.0 && p <= 1.0)) return Error{Errc::out_of_domain, "probability must be in [0, 1], got " + to_text(p)};
    return Probability{p};
  }

  /// Nearest probability. NaN becomes 0, so that rounding noise in arithmetic never spreads.
  [[nodiscard]] static constexpr Probability saturate(double p) noexcept { return Probability{p >= 1.0 ? 1.0 : (p > 0.0 ? p : 0.0)}; }

  [[nodiscard]] constexpr double value() const noexcept { return p_; }
  friend constexpr auto operator<=>(Probability, Probability) noexcept = default;

 private:
  constexpr explicit Probability(double p) noexcept : p_{p} {}
  double p_;
};

}  // namespace perdure::inline PERDURE_ABI
