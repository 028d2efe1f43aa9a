#include "groups.hpp"

#include <perdure/core/parallel.hpp>
#include <perdure/plan/library.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <set>
#include <utility>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr std::size_t sampled_states = 400;  ///< of a class, for its grid

Timeline timeline_of(const Problem& p, std::size_t c) { return {p.classes[c].end, p.askable, p.classes[c].group_session}; }

}  // namespace

Library::Library(const Problem& problem, const LibraryOptions& options) : problem_{&problem} {
  check(problem);
  find_room();
  find_starts();
  find_sections();
  Groups groups{*this, options};
  groups.find_session_price();
  groups.find_entries();
}

std::unique_ptr<QuestionValues> Library::values_on(std::size_t c, const Resolution& resolution) const {
  const QuestionClass& of = problem_->classes[c];
  const std::int32_t longest = of.end - std::min(starts_[c].empty() ? 0 : starts_[c].front(), 0);
  return std::make_unique<QuestionValues>(*of.memory, grid_around(*of.memory, start_states_[c], longest, resolution),
                                          timeline_of(*problem_, c), of.goal, starts_[c]);
}

void Library::find_room() {
  const Problem& p = *problem_;
  room_.resize(p.learners());
  for (std::size_t u = 0; u < p.learners(); ++u) {
    const LearnerCaps& caps = p.caps[p.cap[u]];
    room_[u] = caps.questions_per_session;
    if (p.minutes.empty() || std::isinf(caps.minutes_per_day) || p.first[u] == p.first[u + 1]) continue;
    const auto minutes = p.minutes.subspan(p.first[u], p.first[u + 1] - p.first[u]);
    const float most = caps.minutes_per_day / std::ranges::min(minutes);
    room_[u] = std::min(room_[u], most < 1e9F ? static_cast<std::uint32_t>(most) : room_[u]);
  }
}

void Library::find_starts() {
  const Problem& p = *problem_;
  const std::size_t classes = p.classes.size();
  std::vector<std::set<std::int32_t>> days(classes);
  std::vector<std::size_t> count(classes);
  for (const std::uint16_t c : p.question_class) ++count[c];
  start_states_.resize(classes);
  std::vector<std::size_t> seen(classes);
  std::vector<std::array<std::pair<double, double>, most_fields>> range(classes);
  for (auto& fields : range) fields.fill({std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
  std::vector<std::array<std::pair<State, State>, most_fields>> extreme(classes);
  for (std::size_t q = 0; q < p.questions(); ++q) {
    const std::size_t c = p.question_class[q];
    if (days[c].empty() || *days[c].rbegin() != p.last_day[q]) days[c].insert(p.last_day[q]);
    const State s = p.state_of(q);
    const std::size_t every = std::max<std::size_t>(count[c] / sampled_states, 1);
    if (seen[c]++ % every == 0) start_states_[c].push_back(s);
    for (std::size_t f = 0; f < most_fields; ++f) {
      auto& [low, high] = range[c][f];
      if (s[f] < low) low = s[f], extreme[c][f].first = s;
      if (s[f] > high) high = s[f], extreme[c][f].second = s;
    }
  }
  for (std::size_t c = 0; c < classes; ++c) {
    starts_.emplace_back(days[c].begin(), days[c].end());
    if (count[c] == 0) {
      const auto fields = p.classes[c].memory->fields();
      State s{};
      for (std::size_t f = 0; f < fields.size(); ++f)
        s[f] = fields[f].lower > 0.0 ? std::sqrt(fields[f].lower * fields[f].upper) : fields[f].lower;
      start_states_[c].push_back(s);
      continue;
    }
    for (const auto& [low, high] : extreme[c]) {
      start_states_[c].push_back(low);
      start_states_[c].push_back(high);
    }
  }
}

void Library::find_sections() {
  const Problem& p = *problem_;
  std::vector<std::size_t> root(p.classes.size());
  std::iota(root.begin(), root.end(), std::size_t{0});
  const auto find = [&root](std::size_t c) {
    while (root[c] != c) c = root[c] = root[root[c]];
    return c;
  };
  for (std::size_t u = 0; u < p.learners(); ++u) {
    for (std::uint64_t q = p.first[u] + 1; q < p.first[u + 1]; ++q) {
      const std::size_t a = find(p.question_class[q - 1]);
      const std::size_t b = find(p.question_class[q]);
      root[std::max(a, b)] = std::min(a, b);
    }
  }
  section_of_class_.resize(p.classes.size());
  std::vector<std::size_t> number(p.classes.size());
  for (std::size_t c = 0; c < p.classes.size(); ++c) {
    if (find(c) == c) {
      number[c] = sections_.size();
      sections_.emplace_back();
    }
    section_of_class_[c] = number[find(c)];
  }
  section_.resize(p.learners());
  entry_.resize(p.learners());
  chain_.resize(p.learners());
  for (std::size_t u = 0; u < p.learners(); ++u)
    section_[u] = static_cast<std::uint16_t>(p.first[u] == p.first[u + 1] ? 0 : section_of_class_[p.question_class[p.first[u]]]);
}

Attendance Library::attendance_of(std::size_t learner) const {
  const Problem& p = *problem_;
  const LearnerDays& days = p.calendars[p.calendar[learner]];
  Attendance a{.questions_per_session = room_[learner], .limits = p.limits_of(learner)};
  for (const std::int32_t day : p.askable) a.open.push_back(days.open[static_cast<std::size_t>(day)]);
  if (!days.given.empty()) a.given.resize(p.askable.size());
  for (const auto& [day, questions, course] : days.given) a.given[p.position_of(day)] += questions;
  return a;
}

}  // namespace perdure::inline PERDURE_ABI::plan
