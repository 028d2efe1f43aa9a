#include "posix_rule.hpp"
#include "quote.hpp"
#include "tzif.hpp"
#include "zone_table.hpp"

#include <perdure/core/text.hpp>
#include <perdure/time/zone.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ios>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::time {

namespace {

namespace fs = std::filesystem;
using detail::quote;

constexpr std::uintmax_t most_bytes = 1 << 20;  // the largest zone file has about 4 kB
constexpr std::size_t longest_name = 100;

bool is_name_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
}

/// Parts of name characters between single slashes: no dot, so no way out of the folder.
bool is_zone_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > longest_name) return false;
  char before = '/';
  for (const char c : name) {
    if (c == '/' ? before == '/' : !is_name_character(c)) return false;
    before = c;
  }
  return before != '/';
}

Result<std::vector<std::byte>> read_small_file(const fs::path& file) {
  std::error_code failure;
  const std::uintmax_t size = fs::file_size(file, failure);
  if (failure) return Error{Errc::bad_record, "cannot be read: " + failure.message()};
  if (size > most_bytes) return Error{Errc::bad_record, "has " + to_text(size) + " bytes; a zone file has at most " + to_text(most_bytes)};
  std::ifstream in{file, std::ios::binary};
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!in) return Error{Errc::bad_record, "cannot be read"};
  return bytes;
}

std::shared_ptr<const detail::ZoneTable> utc_table() {
  static const auto table = std::make_shared<const detail::ZoneTable>(0, std::span<const detail::Transition>{}, std::nullopt);
  return table;
}

template <class T>
void require_in_range(T t, std::string_view what) {
  if (!in_range(t)) {
    throw Exception{Error{Errc::out_of_domain, std::string{what} + " " + to_text(t.time_since_epoch().count()) +
                                                   " (ms since 1970-01-01) is outside the years 1400 to 9999"}};
  }
}

std::string joined(std::span<const std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? "no folder" : text;
}

/// The first line of a file without a leading "# version "; empty when it cannot be read.
std::string version_line(const fs::path& file) {
  constexpr std::string_view prefix = "# version ";
  std::ifstream in{file};
  std::string line;
  if (!std::getline(in, line)) return {};
  if (line.starts_with(prefix)) line.erase(0, prefix.size());
  const bool plausible = !line.empty() && line.size() <= 20 && std::ranges::all_of(line, is_name_character);
  return plausible ? line : std::string{};
}

}  // namespace

Zone::Zone() : Zone{"UTC", utc_table()} {}

Zone::Zone(std::string name, std::shared_ptr<const detail::ZoneTable> table) noexcept : name_{std::move(name)}, table_{std::move(table)} {}

Result<Zone> Zone::load(std::string_view name, std::span<const std::string> paths) {
  if (name == "UTC" || name == "Etc/UTC") return Zone{std::string{name}, utc_table()};
  if (!is_zone_name(name)) {
    return Error{Errc::unknown_name, "time zone " + quote(name) + " is not a zone name; expected an IANA name such as Europe/Paris"};
  }
  for (const std::string_view no_place : {"localtime", "posixrules", "Factory"}) {  // also under posix/
    if (name == no_place || (name.starts_with("posix/") && name.substr(6) == no_place)) {
      return Error{Errc::unknown_name,
                   "time zone " + quote(name) + " differs from machine to machine; expected an IANA name such as Europe/Paris"};
    }
  }
  for (const std::string& path : paths) {
    const fs::path file = fs::path{path} / fs::path{name};
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) continue;
    auto bytes = read_small_file(file);
    if (!bytes) return Error{Errc::bad_record, "time zone " + quote(name) + ": " + file.string() + " " + bytes.error().what};
    auto zone = from_tzif(std::string{name}, *bytes);
    if (!zone) return Error{zone.error().code, zone.error().what + ", in " + file.string(), zone.error().where};
    return zone;
  }
  return Error{Errc::not_found, "time zone " + quote(name) + " is not in the time zone database (searched " + joined(paths) +
                                    "); expected an IANA name such as Europe/Paris"};
}

Result<Zone> Zone::load(std::string_view name) { return load(name, default_zone_paths()); }

Result<Zone> Zone::from_tzif(std::string name, std::span<const std::byte> bytes) {
  const auto error = [&](const Error& cause) { return Error{cause.code, "time zone " + quote(name) + ": " + cause.what, cause.where}; };
  const auto data = detail::parse_tzif(bytes);
  if (!data) return error({data.error().code, "the file " + data.error().what, data.error().where});
  std::optional<detail::PosixRule> rule;
  if (!data->footer.empty()) {
    const auto parsed = detail::parse_posix_rule(data->footer);
    if (!parsed) return error(parsed.error());
    rule = *parsed;
  }
  return Zone{std::move(name), std::make_shared<const detail::ZoneTable>(data->first_offset, data->transitions, rule)};
}

Result<Zone> Zone::from_posix(std::string name, std::string_view text) {
  const auto rule = detail::parse_posix_rule(text);
  if (!rule) return rule.error();
  return Zone{std::move(name), std::make_shared<const detail::ZoneTable>(0, std::span<const detail::Transition>{}, *rule)};
}

std::chrono::seconds Zone::offset(Instant t) const {
  return std::chrono::duration_cast<std::chrono::seconds>((to_local(t).time_since_epoch() - t.time_since_epoch()));
}

Local Zone::to_local(Instant t) const {
  require_in_range(t, "instant");
  std::size_t hint = 0;
  return Local{t.time_since_epoch() + std::chrono::milliseconds{table_->offset_at(t.time_since_epoch().count(), hint)}};
}

Resolved Zone::to_instant(Local local) const {
  require_in_range(local, "local time");
  std::size_t hint = 0;
  return table_->resolve(local.time_since_epoch().count(), hint);
}

bool operator==(const Zone& a, const Zone& b) noexcept { return a.name_ == b.name_ && (a.table_ == b.table_ || *a.table_ == *b.table_); }

std::vector<std::string> default_zone_paths() {
  std::vector<std::string> paths;
  for (const char* variable : {"PERDURE_TZDIR", "TZDIR"}) {
    const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): read only
    if (value != nullptr && *value != '\0') paths.emplace_back(value);
  }
  for (const char* folder : {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"})
    paths.emplace_back(folder);
  return paths;
}

Result<std::string> zone_database_version(std::span<const std::string> paths) {
  for (const std::string& path : paths) {
    for (const char* file : {"tzdata.zi", "+VERSION"}) {
      std::string version = version_line(fs::path{path} / file);
      if (!version.empty()) return version;
    }
  }
  return Error{Errc::not_found, "no version of the time zone database was found (searched " + joined(paths) + ")"};
}

Date local_date(const Zone& zone, Instant t, int rollover_hour) {
  if (rollover_hour < 0 || rollover_hour > 23) {
    throw Exception{Error{Errc::out_of_domain, "rollover hour must be 0 to 23, got " + to_text(rollover_hour)}};
  }
  const auto shifted = zone.to_local(t).time_since_epoch() - std::chrono::hours{rollover_hour};
  return std::chrono::floor<std::chrono::days>(Instant{shifted});
}

}  // namespace perdure::inline PERDURE_ABI::time
