#include "learner_course.hpp"

#include <perdure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr std::uint32_t rounding_step = 0x7FFFFFFFU;  ///< where the draw lives that makes a number of questions whole
constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

}  // namespace

LearnerCourse::LearnerCourse(const PolicyTables& tables, std::size_t learner, const CourseOptions& options)
    : tables_{tables},
      library_{tables.library()},
      schedule_{options.kept == nullptr ? tables.schedule() : options.kept->schedule},
      options_{options},
      problem_{library_.problem()},
      learner_{learner},
      questions_(problem_.first[learner + 1] - problem_.first[learner]),
      budget_left_{problem_.caps[problem_.cap[learner]].questions_in_all},
      session_days_{problem_.calendars[problem_.calendar[learner]].held} {
  for (std::size_t k = 0; k < questions_.size(); ++k) {
    const std::size_t row = problem_.first[learner] + k;
    Question& q = questions_[k];
    q.cls = problem_.question_class[row];
    q.state = q.truth = problem_.state_of(row);
    q.last = problem_.last_day[row];
    q.asked = problem_.asked.empty() || problem_.asked[row] != 0;
    const QuestionValues& values = tables_.values(q.cls);
    q.row = static_cast<std::uint32_t>(values.row_of(q.last));
    q.place = values.grid().place(q.state);
    if (options.world == nullptr) continue;
    q.truth = {};
    for (std::size_t f = 0; f < true_memory(q.cls).fields().size(); ++f) q.truth[f] = static_cast<double>(options.world->state[f][row]);
  }
}

const Memory& LearnerCourse::true_memory(std::uint16_t cls) const {
  return options_.world == nullptr ? *problem_.classes[cls].memory : *options_.world->memory[cls];
}

void LearnerCourse::live(std::size_t day, std::vector<Asking>& askings) {
  const std::int32_t date = problem_.askable[day];
  for (std::uint32_t k = 0; k < questions_.size(); ++k) {
    const float gain = unknown;
    if (problem_.classes[questions_[k].cls].group_session == date) answer(k, day, gain, 0.0F, askings);
  }
  minutes_left_ = problem_.caps[problem_.cap[learner_]].minutes_per_day;
  const auto& given = problem_.calendars[problem_.calendar[learner_]].given;
  auto quiz = std::ranges::lower_bound(given, date, {}, &GivenSession::day);
  const bool is_given = quiz != given.end() && quiz->day == date;
  for (; quiz != given.end() && quiz->day == date; ++quiz) {
    rank(day, quiz->questions, quiz->course);
    ask(day, askings);
  }
  if (is_given || schedule_.by_day() || !schedule_.has(learner_, day)) return;
  rank(day, library_.room_of(learner_));
  meet(day, askings);
}

/// Whether the week's limits leave room for a session, in every week that has the day.
bool LearnerCourse::may_meet(std::int32_t day) const {
  const LearnerDays& days = problem_.calendars[problem_.calendar[learner_]];
  if (days.open[static_cast<std::size_t>(day)] == 0) return false;
  const LearnerCaps& caps = problem_.caps[problem_.cap[learner_]];
  const auto between = [](const std::vector<std::int32_t>& d, std::int32_t from, std::int32_t to) {
    return static_cast<std::uint32_t>(std::ranges::upper_bound(d, to) - std::ranges::lower_bound(d, from));
  };
  if (caps.sessions_per_week != 0 && between(session_days_, day - 6, day) >= caps.sessions_per_week) return false;
  if (caps.contacts_per_week == 0 || std::ranges::binary_search(days.contacts, day)) return true;
  for (std::int32_t from = day - 6; from <= day; ++from) {
    std::uint32_t contacts = 1 + between(days.contacts, from, from + 6);
    for (auto s = std::ranges::lower_bound(session_days_, from); s != session_days_.end(); ++s)
      contacts += std::ranges::binary_search(days.contacts, *s) ? 0 : 1;
    if (contacts > caps.contacts_per_week) return false;
  }
  return true;
}

double LearnerCourse::worth(std::size_t day) {
  if (!may_meet(problem_.askable[day])) return 0.0;
  rank(day, library_.room_of(learner_));
  double sum = 0.0;
  for (std::size_t i = 0; i < std::min<std::size_t>(candidates_.size(), room_); ++i) {
    const Candidate& c = candidates_[i];
    switch (rule_of(questions_[c.question].cls).policy) {
      case Policy::planned:
      case Policy::steady: sum += static_cast<double>(c.gain) + static_cast<double>(c.kept); break;
      case Policy::myopic:
      case Policy::round_robin: sum += static_cast<double>(c.score); break;
      case Policy::lowest_recall:
      case Policy::target: sum += 1.0 + static_cast<double>(c.score); break;
      case Policy::ladder:
      case Policy::fixed_days: sum += 1.0; break;
    }
  }
  return sum;
}

void LearnerCourse::meet(std::size_t day, std::vector<Asking>& askings) {
  if (ask(day, askings) > 0) session_days_.push_back(problem_.askable[day]);
}

/// Asks what was ranked, as far as there is room. Returns how many.
std::uint32_t LearnerCourse::ask(std::size_t day, std::vector<Asking>& askings) {
  std::uint32_t taken = 0;
  for (const Candidate& c : candidates_) {
    if (taken == room_) break;
    const float lasts = problem_.minutes.empty() ? 0.0F : problem_.minutes[problem_.first[learner_] + c.question];
    if (lasts > minutes_left_) continue;
    minutes_left_ -= lasts;
    answer(c.question, day, c.gain, c.price, askings);
    ++taken;
  }
  asked_ += taken;
  if (budget_left_ != LearnerCaps::unlimited) budget_left_ -= taken;
  return taken;
}

void LearnerCourse::answer(std::uint32_t question, std::size_t day, float gain, float price, std::vector<Asking>& askings) {
  Question& q = questions_[question];
  const std::int32_t date = problem_.askable[day];
  const auto gap = static_cast<double>(date - q.last);
  const double belief = believed(q, date);
  bool right = belief >= 0.5 || rule_of(q.cls).policy == Policy::ladder;
  if (options_.answers == Answers::drawn) {
    const double truth = options_.world == nullptr ? belief : true_memory(q.cls).recall(q.truth, gap);
    const random::Key key{.seed = options_.seed, .learner = static_cast<std::uint32_t>(learner_), .item = question, .step = q.answers};
    right = random::unit(key, options_.replication) < truth;
  }
  askings.push_back({static_cast<std::uint32_t>(learner_), question, date, static_cast<float>(belief), gain, price, right});
  q.recalled = recalled_until(q, date);
  q.state = problem_.classes[q.cls].memory->after(q.state, gap, right);
  q.truth = options_.world == nullptr ? q.state : true_memory(q.cls).after(q.truth, gap, right);
  const QuestionValues& values = tables_.values(q.cls);
  q.place = values.grid().place(q.state);
  q.row = static_cast<std::uint32_t>(values.starts() + day);
  q.last = date;
  q.right_in_a_row = static_cast<std::uint8_t>(right ? std::min(q.right_in_a_row + 1, 255) : 0);
  ++q.answers;
  q.asked = true;
}

bool LearnerCourse::allowed(std::uint32_t question, std::int32_t day) const {
  const Question& q = questions_[question];
  const QuestionClass& c = problem_.classes[q.cls];
  if (day >= c.end || q.last >= day) return false;
  if (problem_.program.empty()) return true;
  for (const auto& [then, after] : problem_.programs[problem_.program[learner_]]) {
    if (then == question && after == Prerequisite::nothing) return false;
    if (then == question && !(questions_[after].asked && questions_[after].last < day)) return false;
  }
  return true;
}

bool LearnerCourse::is_of(std::uint32_t question, std::int32_t course) const {
  return course == GivenSession::any_course || problem_.classes[questions_[question].cls].course == course;
}

/// The margin for what a plan made before asks today, and against what it does not.
float LearnerCourse::kept(std::uint32_t question, std::int32_t day) const {
  if (options_.kept == nullptr) return 0.0F;
  const PreviousPlan& previous = options_.kept->previous;
  const bool is_kept = std::ranges::find(previous.on(learner_, day), question) != previous.on(learner_, day).end();
  return static_cast<float>(is_kept ? previous.margin : -previous.margin);
}

double LearnerCourse::believed(const Question& q, std::int32_t day) const {
  return problem_.classes[q.cls].memory->recall(q.state, static_cast<double>(day - q.last));
}

/// The rise of recall on the last day when it is asked now and never again.
double LearnerCourse::myopic_gain(const Question& q, std::int32_t day) const {
  const QuestionClass& c = problem_.classes[q.cls];
  const auto gap = static_cast<double>(day - q.last);
  const auto left = static_cast<double>(c.end - day);
  const double r = c.memory->recall(q.state, gap);
  const double then = r * c.memory->recall(c.memory->after(q.state, gap, true), left) +
                      (1.0 - r) * c.memory->recall(c.memory->after(q.state, gap, false), left);
  return then - c.memory->recall(q.state, static_cast<double>(c.end - q.last));
}

const Rule& LearnerCourse::rule_of(std::uint16_t cls) const {
  const Rule& rule = options_.rule;
  return rule.by_course.empty() ? rule : rule.by_course[static_cast<std::size_t>(problem_.classes[cls].course)];
}

std::int32_t LearnerCourse::anchor_of(const Question& q, std::int32_t otherwise) const {
  if (problem_.anchor.empty()) return otherwise;
  return problem_.anchor[problem_.first[learner_] + static_cast<std::size_t>(&q - questions_.data())];
}

/// The day from which a cadence asks a question; the greatest number for never.
std::int32_t LearnerCourse::due(const Question& q) const {
  constexpr std::int32_t never = std::numeric_limits<std::int32_t>::max();
  const auto& [policy, target, days, wrong, by_course] = rule_of(q.cls);
  if (policy == Policy::fixed_days) {
    const std::int32_t anchor = anchor_of(q, 0);
    const auto next = std::ranges::upper_bound(days, q.last - anchor);
    return next == days.end() ? never : anchor + *next;
  }
  if (q.answers == 0 && !days.empty()) return anchor_of(q, q.last) + days.front();
  if (q.right_in_a_row == 0) return q.last + wrong;
  return q.right_in_a_row < days.size() ? q.last + days[q.right_in_a_row] : never;
}

void LearnerCourse::rank(std::size_t day, std::uint32_t room, std::int32_t course) {
  candidates_.clear();
  room_ = room = std::min(room, budget_left_);
  if (room == 0) return;
  rank_planned(day, course);
  const std::int32_t date = problem_.askable[day];
  std::uint32_t due_now = 0;
  for (std::uint32_t k = 0; k < questions_.size(); ++k) {
    const Question& q = questions_[k];
    const Rule& rule = rule_of(q.cls);
    if (rule.policy <= Policy::steady || !is_of(k, course) || !allowed(k, date)) continue;
    float score = 0.0F;
    switch (rule.policy) {
      case Policy::myopic:
        score = static_cast<float>(myopic_gain(q, date));
        if (score <= 0.0F) continue;
        break;
      case Policy::lowest_recall: score = static_cast<float>(-believed(q, date)); break;
      case Policy::round_robin: score = static_cast<float>(date - q.last); break;
      case Policy::target: {
        const double r = believed(q, date);
        if (r >= rule.target) continue;
        score = static_cast<float>(-r);
        break;
      }
      case Policy::ladder:
      case Policy::fixed_days: {
        const std::int32_t from = due(q);
        if (from > date) continue;
        score = static_cast<float>(-from);
        break;
      }
      case Policy::planned:
      case Policy::steady: break;
    }
    const bool by_cadence = !options_.rule.by_course.empty() && rule.policy >= Policy::ladder;
    due_now += by_cadence ? 1 : 0;
    candidates_.push_back({score, k, unknown, 0.0F, 0.0F, by_cadence});
  }
  room_ = std::min(room, room_ + due_now);
  const auto before = [](const Candidate& a, const Candidate& b) {
    return std::tie(b.due, b.score, a.question) < std::tie(a.due, a.score, b.question);
  };
  if (problem_.minutes.empty() && candidates_.size() > room_) {
    const auto middle = candidates_.begin() + static_cast<std::ptrdiff_t>(room_);
    std::nth_element(candidates_.begin(), middle, candidates_.end(), before);
    candidates_.erase(middle, candidates_.end());
  }
  std::sort(candidates_.begin(), candidates_.end(), before);
}

/// By index, between the two neighbouring prices whose demands enclose the places that are left.
///
/// A place in today's session that is not used is lost: then every question counts that would be asked if today were free. A place in the budget is
/// not lost: while that is what binds, so many are asked as the prices want to have asked today.
void LearnerCourse::rank_planned(std::size_t day, std::int32_t course) {
  const auto& entries = library_.section_of(learner_).entries;
  const std::int32_t date = problem_.askable[day];
  double places = schedule_.count_from(learner_, day) * library_.room_of(learner_);
  for (const GivenSession& one : problem_.calendars[problem_.calendar[learner_]].given) places += one.day >= date ? one.questions : 0;
  const bool saves = budget_left_ < places;
  if (saves) places = budget_left_;

  std::vector<std::uint32_t> open;
  for (std::uint32_t k = 0; k < questions_.size(); ++k) {
    if (rule_of(questions_[k].cls).policy <= Policy::steady && allowed(k, date)) open.push_back(k);
  }
  if (open.empty()) return;
  const auto at = [this](const BFloat* function, const Question& q) { return tables_.values(q.cls).grid().at(function, q.place); };
  const auto demand = [&](std::size_t m) {
    double sum = 0.0;
    for (const std::uint32_t k : open)
      sum += static_cast<double>(at(tables_.policy(questions_[k].cls, m).demand(day, questions_[k].row), questions_[k]));
    return sum;
  };
  // demand falls with the entries
  const std::size_t own = library_.entry_of(learner_);
  const Chain chain = options_.rule.policy == Policy::steady ? Chain{own, own + 1} : library_.chain_of(learner_);
  std::size_t dear = chain.begin;
  double above = demand(dear);
  double below = above;
  while (below > places && dear + 1 < chain.end) {
    above = below;
    below = demand(++dear);
  }
  const std::size_t cheap = std::max(dear, chain.begin + 1) - 1;
  const auto share =
      static_cast<float>(above > below ? std::clamp((places - below) / (above - below), 0.0, 1.0) : 0.0);  // of the cheap one
  const auto price = static_cast<float>(share * static_cast<float>(entries[cheap].asking[day]) +
                                        (1.0F - share) * static_cast<float>(entries[dear].asking[day]));
  const auto cost = static_cast<float>(tables_.question_cost());
  float wanted = 0.0F;
  for (const std::uint32_t k : open) {
    if (!is_of(k, course)) continue;
    const Question& q = questions_[k];
    const float if_cheap = at(tables_.policy(q.cls, cheap).index(day, q.row), q);
    const float if_dear = at(tables_.policy(q.cls, dear).index(day, q.row), q);
    const float keeps = kept(k, date);
    wanted += (if_cheap + keeps > 0.0F ? share : 0.0F) + (if_dear + keeps > 0.0F ? 1.0F - share : 0.0F);
    const float index = share * if_cheap + (1.0F - share) * if_dear;
    if (index + price + keeps > 0.0F) candidates_.push_back({index + keeps, k, index + price + cost, price, keeps, false});
  }
  if (!saves) return;
  const random::Key key{.seed = options_.seed,
                        .learner = static_cast<std::uint32_t>(learner_),
                        .item = static_cast<std::uint32_t>(day),
                        .step = rounding_step};
  const auto whole = static_cast<std::uint32_t>(wanted + static_cast<float>(random::unit(key)));
  room_ = std::min(room_, whole);
}

/// Sum of true recall on the days of the plan up to a day.
double LearnerCourse::recalled_until(const Question& q, std::int32_t day) const {
  double sum = q.recalled;
  if (problem_.classes[q.cls].goal.on_average == 0.0) return sum;
  for (std::int32_t t = std::max(q.last + 1, 0); t <= day; ++t) sum += true_memory(q.cls).recall(q.truth, static_cast<double>(t - q.last));
  return sum;
}

LearnerOutcome LearnerCourse::outcome() const {
  const auto held = problem_.calendars[problem_.calendar[learner_]].held.size();
  LearnerOutcome found{0.0, asked_, static_cast<std::uint32_t>(session_days_.size() - held)};
  for (const Question& q : questions_) {
    const auto& [memory, end, goal, group_session, course] = problem_.classes[q.cls];
    found.value += goal.at_end * true_memory(q.cls).recall(q.truth, static_cast<double>(end - q.last));
    if (goal.on_average > 0.0) found.value += goal.on_average / end * recalled_until(q, end - 1);
  }
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::plan
