#pragma once

#include "service.hpp"
#include "store.hpp"

#include <perdure/core/result.hpp>

#include <string>
#include <string_view>

/// Lines of input. Ids are 1 to 200 bytes of UTF-8 without commas, quotes and control characters, so that no field needs quotes.
namespace quiz {

inline constexpr std::string_view answer_header = "learner,item,answered_at,grade";
inline constexpr std::string_view study_header = "learner,zone,calendar";

/// `ada,word-7,2026-09-01T10:30:00+02:00,3`: RFC 3339 with an offset; grade 1 (again), 2 (hard), 3 (good) or 4 (easy).
[[nodiscard]] perdure::Result<Answer> parse_answer(std::string_view line);

struct Enrolled {
  std::string learner;
  Study study;
};

/// `ada,Europe/Paris,rest=sat,sun;off=2026-11-11`: a zone of the tz database and a calendar as `time::parse_calendar` reads it. Both are
/// loaded, to see that they can be.
[[nodiscard]] perdure::Result<Enrolled> parse_enrolled(std::string_view line);

}  // namespace quiz
