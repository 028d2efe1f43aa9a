#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/distributions.hpp>
#include <perdure/core/random.hpp>
#include <perdure/simulate/cohort_options.hpp>
#include <perdure/simulate/cohort_traits.hpp>
#include <perdure/time/calendar.hpp>
#include <perdure/time/date.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::simulate {

enum class SessionKind : std::uint8_t { course, review, nugget };
inline constexpr std::array<std::string_view, 3> session_names{"course", "review", "nugget"};

/// A time at which a learner sits down to be asked: the `number`-th of its kind.
struct Session {
  time::Instant begins;
  SessionKind kind{};
  std::uint32_t number{};
};

/// Questions are shown from `opening` to `closing`, UTC, on the days that the calendar studies.
inline constexpr std::chrono::milliseconds opening = std::chrono::hours{9};
inline constexpr std::chrono::milliseconds closing = std::chrono::minutes{17 * 60 + 30};
inline constexpr std::chrono::milliseconds latest_begin = std::chrono::hours{16};

/// `d`, or the first day after it that the calendar studies.
[[nodiscard]] inline time::Date study_day(const time::Calendar& calendar, time::Date d) {
  return calendar.studies(d) ? d : calendar.advance(d, 1).value();
}

/// The first moment from `t` on at which a question may be shown.
[[nodiscard]] inline time::Instant working_moment(const time::Calendar& calendar, time::Instant t) {
  const auto today = std::chrono::floor<std::chrono::days>(t);
  if (calendar.studies(today) && t < today + closing) return std::max<time::Instant>(t, today + opening);
  return calendar.advance(today, 1).value() + opening;
}

/// First day of a learner's course.
[[nodiscard]] inline time::Date course_start(const CohortOptions& o, std::uint32_t learner) {
  return study_day(o.calendar, o.start + std::chrono::days{(learner % o.groups) * o.group_gap_days});
}

/// The sessions that a learner takes, in time order: every day of the course, then those reviews and nuggets that the learner attends, late
/// by an exponential delay and on the study day that follows.
[[nodiscard]] inline std::vector<Session> sessions_of(const CohortOptions& o, const Traits& traits, std::uint32_t learner) {
  std::vector<Session> sessions;
  const auto visit = [&](SessionKind kind, std::uint32_t number, time::Date due) {
    random::Stream stream{{.seed = o.seed, .learner = learner, .item = place::visits + static_cast<std::uint32_t>(kind), .step = number}};
    const bool course = kind == SessionKind::course;
    const bool taken = random::bernoulli(stream, traits.learners[learner].attendance) || course;
    const double late = course ? 0.0 : random::exponential(stream, o.late_days);
    const time::Date day = study_day(o.calendar, due + std::chrono::days{static_cast<int>(late)});
    const auto after_opening =
        std::chrono::milliseconds{std::llround(stream.next() * static_cast<double>((latest_begin - opening).count()))};
    if (taken) sessions.push_back({day + opening + after_opening, kind, number});
  };
  time::Date day = course_start(o, learner);
  for (std::uint32_t d = 0; d < o.course_days; ++d) {
    if (d > 0) day = o.calendar.advance(day, 1).value();
    visit(SessionKind::course, d, day);
  }
  for (std::uint32_t r = 0; r < o.review_days.size(); ++r) visit(SessionKind::review, r, day + std::chrono::days{o.review_days[r]});
  for (std::uint32_t n = 0; n < o.nugget_weeks; ++n) visit(SessionKind::nugget, n, day + std::chrono::weeks{n + 1});
  std::ranges::stable_sort(sessions, {}, &Session::begins);
  return sessions;
}

/// The items that a session asks, in order: of the course, its share of the items, `course_rounds` times; else a random choice.
[[nodiscard]] inline std::vector<std::uint32_t> questions_of(const CohortOptions& o, std::uint32_t learner, const Session& session) {
  const bool course = session.kind == SessionKind::course;
  const auto share = [&](std::uint32_t d) { return static_cast<std::uint32_t>(std::uint64_t{o.items} * d / o.course_days); };
  const std::uint32_t first = course ? share(session.number) : 0;
  std::vector<std::uint32_t> pool(course ? share(session.number + 1) - first : o.items);
  std::iota(pool.begin(), pool.end(), first);
  const std::size_t wanted = session.kind == SessionKind::review ? o.review_questions : o.nugget_questions;
  const std::size_t count = course ? pool.size() : std::min<std::size_t>(wanted, pool.size());
  random::Stream stream{
      {.seed = o.seed, .learner = learner, .item = place::questions + static_cast<std::uint32_t>(session.kind), .step = session.number}};
  std::vector<std::uint32_t> asked;
  asked.reserve(count * (course ? o.course_rounds : 1));
  for (std::uint32_t round = 0; round < (course ? o.course_rounds : 1); ++round) {
    for (std::size_t k = 0; k < count; ++k) {
      std::swap(pool[k], pool[k + stream.below(static_cast<std::uint32_t>(pool.size() - k))]);
      asked.push_back(pool[k]);
    }
  }
  return asked;
}

}  // namespace perdure::inline PERDURE_ABI::simulate
