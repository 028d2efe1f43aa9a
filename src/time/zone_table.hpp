#pragma once

#include "interval_index.hpp"
#include "posix_rule.hpp"
#include "tzif.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/zone.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::time::detail {

/// The offsets of a zone over all instants in range, as columns of milliseconds:
///
///     from_       lowest  t1  t2 ...  highest    UTC, ascending; interval i holds for from_[i] <= t < from_[i + 1]
///     offset_     o0      o1  o2 ...             to add to UTC
///     safe_from_  lowest  s1  s2 ...  highest    local, ascending
///     safe_to_    e0      e1  e2 ...             local
///
/// A local time in safe_from_[i] <= local < safe_to_[i] occurs in interval i and in no other.
///
/// A yearly rule is written out for one cycle of the Gregorian calendar (400 years, a whole number of weeks); what lies beyond is folded
/// back by whole cycles. So a look-up is one access to an index whatever the year, and the caller's `hint` (the interval of the row before)
/// saves it for sorted columns. bench/time/zone_bench.cpp holds the ratio.
///
/// Precondition of every look-up: the time satisfies `in_range`.
class ZoneTable {
 public:
  /// \param rule  in force after the last transition (from the beginning, when there is none)
  ZoneTable(std::int32_t first_offset, std::span<const Transition> transitions, const std::optional<PosixRule>& rule);

  [[nodiscard]] std::int64_t offset_at(std::int64_t utc, std::size_t& hint) const noexcept {
    utc = fold(utc);
    if (utc < from_[hint] || utc >= from_[hint + 1]) hint = by_utc_.find(from_, utc);
    return offset_[hint];
  }

  [[nodiscard]] Resolved resolve(std::int64_t local, std::size_t& hint) const noexcept {
    const std::int64_t folded = fold(local);
    if (folded < safe_from_[hint] || folded >= safe_to_[hint]) {
      hint = by_local_.find(safe_from_, folded);
      if (folded >= safe_to_[hint]) return resolve_slowly(folded, local - folded, hint);
    }
    const Instant t{std::chrono::milliseconds{local - offset_[hint]}};
    return {t, ClockKind::unique, t};
  }

  /// Intervals of the table, for tests.
  [[nodiscard]] std::size_t size() const noexcept { return offset_.size(); }

  friend bool operator==(const ZoneTable&, const ZoneTable&) = default;

 private:
  /// Far outside the range of instants, and far from overflow.
  static constexpr std::int64_t highest = std::int64_t{1} << 60;
  static constexpr std::int64_t lowest = -highest;
  static constexpr std::int64_t cycle = std::int64_t{146'097} * 86'400'000;  // 400 years

  void add(std::int64_t at, std::int64_t offset);
  void add_rule(const PosixRule& rule, std::optional<std::int64_t> after);
  void prepare_local_columns();
  [[nodiscard]] Resolved resolve_slowly(std::int64_t folded, std::int64_t cycles, std::size_t first) const noexcept;

  [[nodiscard]] std::int64_t fold(std::int64_t t) const noexcept {
    return t < cycle_end_ ? t : cycle_end_ - cycle + (t - cycle_end_) % cycle;
  }

  std::vector<std::int64_t> from_;
  std::vector<std::int64_t> offset_;
  std::vector<std::int64_t> safe_from_;
  std::vector<std::int64_t> safe_to_;
  IntervalIndex by_utc_;
  IntervalIndex by_local_;
  std::int64_t cycle_end_{std::numeric_limits<std::int64_t>::max()};
};

}  // namespace perdure::inline PERDURE_ABI::time::detail
