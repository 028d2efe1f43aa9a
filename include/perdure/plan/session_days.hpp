#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// How often one learner may be asked, in any 7 days on end. 0 means no limit.
struct SessionLimits {
  std::uint32_t sessions_per_week = 0;
  std::uint32_t contacts_per_week = 0;  ///< days with a session or a fixed contact
  std::vector<std::int32_t>
      fixed_contacts{};              ///< days of contacts that are given, such as surveys; ascending, those of the week before among them
  std::vector<std::int32_t> held{};  ///< days before the first offered one that had a session; ascending
};

/// Days of sessions, and what they are worth together.
struct SessionDays {
  double worth = 0.0;
  std::vector<std::size_t> chosen;  ///< positions in the days that were offered, ascending
};

/// The best days for sessions: exact, by a dynamic programme over which of the last six days had one.
///
/// A week that its fixed contacts fill, or overfill, has no session but on their days. So has one that sessions held before fill. Days of worth 0 or less are not chosen.
/// \param days   offered, ascending
/// \param worth  of a session on each
/// Throws Exception (shape_mismatch, out_of_domain) for columns of different lengths, days that do not ascend, worths that are not finite.
[[nodiscard]] SessionDays best_session_days(std::span<const std::int32_t> days, std::span<const double> worth, const SessionLimits& limits);

}  // namespace perdure::inline PERDURE_ABI::plan
