#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/elapsed.hpp>
#include <perdure/time/zone.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace perdure::inline PERDURE_ABI::time {

/// Columns of times are int64 milliseconds: since 1970-01-01 UTC for instants, and as if UTC for wall-clock times. The functions below do
/// row by row what Zone and ElapsedRule do for one value, and are fastest on columns whose neighbors lie close together. A row outside the
/// years 1400 to 9999 gives an Error (out_of_domain) with the row in `where`; what `out` then holds is unspecified. Columns of different
/// lengths throw Exception (shape_mismatch). In-place work (`out` is the input) is allowed where types agree.

/// How many rows were no plain instants.
struct ClockCounts {
  std::size_t gaps{0};
  std::size_t overlaps{0};
  friend bool operator==(const ClockCounts&, const ClockCounts&) = default;
};

/// Wall clock to UTC. `status[i]` is the ClockKind of row i as a number: 0 unique, 1 gap, 2 overlap.
[[nodiscard]] Result<ClockCounts> local_to_utc(const Zone& zone, std::span<const std::int64_t> local_ms, std::span<std::int64_t> utc_ms,
                                               std::span<std::uint8_t> status);

/// UTC to wall clock. The value of the Result is the number of rows.
[[nodiscard]] Result<std::size_t> utc_to_local(const Zone& zone, std::span<const std::int64_t> utc_ms, std::span<std::int64_t> local_ms);

/// UTC to the local day, in days since 1970-01-01; see `local_date`, also for `rollover_hour`. The value of the Result is the number of
/// rows.
[[nodiscard]] Result<std::size_t> local_dates(const Zone& zone, std::span<const std::int64_t> utc_ms, int rollover_hour,
                                              std::span<std::int32_t> days);

/// Elapsed days by a rule, >= 0. The value of the Result is the number of rows.
[[nodiscard]] Result<std::size_t> elapsed_days(const ElapsedRule& rule, std::span<const std::int64_t> from_ms,
                                               std::span<const std::int64_t> to_ms, std::span<double> days);

}  // namespace perdure::inline PERDURE_ABI::time
