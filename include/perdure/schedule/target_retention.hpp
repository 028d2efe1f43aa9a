#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/schedule/policy.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

namespace perdure::inline PERDURE_ABI::schedule {

/// Asks on the last whole day on which recall is still at the target: the model's interval rounded down, at least a day and at most
/// `longest` after the last answer, and not before today.
struct TargetRetention {
  static constexpr std::string_view id = "target-retention";
  std::chrono::days longest{36500};

  [[nodiscard]] Decision decide(const Situation& s) const {
    const auto most = static_cast<double>(longest.count());
    const double days = std::clamp(std::floor(s.ideal.value()), 1.0, most);
    return {std::max(s.today, s.last_answered + std::chrono::days{static_cast<int>(days)})};
  }
};
static_assert(Policy<TargetRetention>);

}  // namespace perdure::inline PERDURE_ABI::schedule
