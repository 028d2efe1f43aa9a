#include "lines.hpp"

#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/zone.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace quiz {
namespace {

using namespace perdure;

/// The first N - 1 fields, and what follows the comma after them. False when there are fewer.
template <std::size_t N>
bool split(std::string_view line, std::array<std::string_view, N>& fields) {
  for (std::size_t k = 0; k + 1 < N; ++k) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return false;
    fields[k] = line.substr(0, comma);
    line.remove_prefix(comma + 1);
  }
  fields[N - 1] = line;
  return true;
}

std::optional<Error> check_id(std::string_view what, std::string_view id) {
  constexpr std::size_t longest = 200;
  const bool plain = std::ranges::none_of(id, [](char c) { return c == '"' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (!id.empty() && id.size() <= longest && plain) return std::nullopt;
  return Error{Errc::bad_record, std::string{what} + " must be 1 to 200 bytes without commas, quotes and control characters"};
}

}  // namespace

Result<Answer> parse_answer(std::string_view line) {
  std::array<std::string_view, 4> fields;
  if (!split(line, fields)) return Error{Errc::bad_record, "expected " + std::string{answer_header}};
  if (auto problem = check_id("learner", fields[0])) return *std::move(problem);
  if (auto problem = check_id("item", fields[1])) return *std::move(problem);
  const Result<time::Instant> at = time::parse_instant(fields[2]);
  if (!at) return at.error();
  const std::string_view grade = fields[3];
  if (grade.size() != 1 || grade[0] < '1' || grade[0] > '4') {
    return Error{Errc::bad_record, "grade must be 1, 2, 3 or 4, got \"" + std::string{grade} + "\""};
  }
  return Answer{std::string{fields[0]}, std::string{fields[1]}, *at, static_cast<Grade>(grade[0] - '0')};
}

Result<Enrolled> parse_enrolled(std::string_view line) {
  std::array<std::string_view, 3> fields;  // a calendar has commas of its own
  if (!split(line, fields)) return Error{Errc::bad_record, "expected " + std::string{study_header}};
  if (auto problem = check_id("learner", fields[0])) return *std::move(problem);
  if (const auto zone = time::Zone::load(fields[1]); !zone) return zone.error();
  if (const auto calendar = time::parse_calendar(fields[2]); !calendar) return calendar.error();
  return Enrolled{std::string{fields[0]}, {std::string{fields[1]}, std::string{fields[2]}}};
}

}  // namespace quiz
