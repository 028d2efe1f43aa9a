#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/time/date.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace detail {
class ZoneTable;
}

/// How a wall-clock time meets the line of instants. The numbers are those of the status columns in Python.
enum class ClockKind : std::uint8_t {
  unique = 0,  ///< it occurs once
  gap = 1,     ///< it never occurs: the clock jumped over it
  overlap = 2  ///< it occurs twice (or more often): the clock went back over it
};

/// The instant of a wall-clock time. `instant` is the only one (unique), the first one after the jump (gap), or the first occurrence, which
/// has the earlier of the two offsets (overlap). `last` is the last occurrence in an overlap, and `instant` otherwise.
struct Resolved {
  Instant instant;
  ClockKind kind{ClockKind::unique};
  Instant last;
  friend bool operator==(const Resolved&, const Resolved&) = default;
};

/// A time zone: the offset from UTC at each instant. Immutable, cheap to copy (copies share the data), safe to read from many threads.
/// Instants and local times must satisfy `in_range`; every function below throws Exception (out_of_domain) otherwise.
class Zone {
 public:
  /// UTC.
  Zone();
  [[nodiscard]] static Zone utc() { return Zone{}; }

  /// Reads a zone of the tz database, in TZif form (RFC 9636; versions 1 to 4). "UTC" and "Etc/UTC" need no database.
  /// \param name   IANA name such as "Europe/Paris": parts of letters, digits, '_', '+' and '-' between slashes
  /// \param paths  folders, in the order in which they are searched
  /// \return       the zone; an Error (unknown_name, not_found) that names the zone and the folders, or (bad_record) that names the file
  /// and
  ///               what is wrong in it. The zone of the machine ("localtime") is refused: it has no name to store.
  /// The process's TZ plays no part.
  [[nodiscard]] static Result<Zone> load(std::string_view name, std::span<const std::string> paths);

  /// The same, with `default_zone_paths()`.
  [[nodiscard]] static Result<Zone> load(std::string_view name);

  /// A zone from the bytes of a TZif file. A file that counts leap seconds ("right/...") is an Error, as is a damaged or truncated one.
  [[nodiscard]] static Result<Zone> from_tzif(std::string name, std::span<const std::byte> bytes);

  /// A zone from a POSIX TZ rule such as "CET-1CEST,M3.5.0,M10.5.0/3" with the extensions of RFC 9636 (times from -167 to 167 hours). It is
  /// in force at all times. The offset counts west of Greenwich, as POSIX has it.
  [[nodiscard]] static Result<Zone> from_posix(std::string name, std::string_view rule);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// Local time minus UTC; seconds, between -25 and 26 hours.
  [[nodiscard]] std::chrono::seconds offset(Instant t) const;

  /// What the wall clock shows at `t`.
  [[nodiscard]] Local to_local(Instant t) const;

  /// The instant of a wall-clock time; see Resolved for gaps and overlaps. Law: if the kind is not gap, to_local(instant) == local.
  [[nodiscard]] Resolved to_instant(Local local) const;

  /// Equal: same name and same offsets.
  friend bool operator==(const Zone& a, const Zone& b) noexcept;

  /// For the column functions.
  [[nodiscard]] const detail::ZoneTable& table() const noexcept { return *table_; }

 private:
  Zone(std::string name, std::shared_ptr<const detail::ZoneTable> table) noexcept;

  std::string name_;
  std::shared_ptr<const detail::ZoneTable> table_;
};

/// Where zones are searched when the caller names no folder: PERDURE_TZDIR, TZDIR (those that are set and not empty), then
/// /usr/share/zoneinfo, /usr/lib/zoneinfo, /usr/share/lib/zoneinfo and /etc/zoneinfo.
[[nodiscard]] std::vector<std::string> default_zone_paths();

/// The version of the tz database, such as "2026a": from the file `tzdata.zi` or `+VERSION` of the first folder that holds one; to be
/// reported with results. An Error (not_found) when no folder tells.
[[nodiscard]] Result<std::string> zone_database_version(std::span<const std::string> paths);

/// The day on the wall clock, where a day begins at `rollover_hour` (0 to 23): with rollover 4, 03:59 still belongs to the day before.
/// Throws Exception (out_of_domain) outside these ranges.
[[nodiscard]] Date local_date(const Zone& zone, Instant t, int rollover_hour = 0);

}  // namespace perdure::inline PERDURE_ABI::time
