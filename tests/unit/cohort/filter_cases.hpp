#pragma once

#include "cohort_cases.hpp"

#include <perdure/cohort/answers.hpp>
#include <perdure/cohort/filter.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

/// The small cohort as a log and a filter for it.
namespace perdure::test {

/// Owns the columns of a log.
struct AnswerLog {
  std::vector<std::uint32_t> learner, item;
  std::vector<double> answered, shown;
  std::vector<float> score;

  void add(std::uint32_t who, std::uint32_t what, double shown_at, double answered_at, float its_score) {
    learner.push_back(who);
    item.push_back(what);
    shown.push_back(shown_at);
    answered.push_back(answered_at);
    score.push_back(its_score);
  }
  [[nodiscard]] std::size_t size() const { return item.size(); }
  [[nodiscard]] cohort::AnswerColumns view() const { return {learner, item, answered, shown, score}; }

  /// The rows for which f(row) holds, in their order.
  template <class F>
  [[nodiscard]] AnswerLog where(const F& f) const {
    AnswerLog found;
    for (std::size_t r = 0; r < size(); ++r) {
      if (f(r)) found.add(learner[r], item[r], shown[r], answered[r], score[r]);
    }
    return found;
  }
};

/// The small cohort on a grid of `grid` days, so that answers of different learners share their times; with 0 all keep their own.
inline AnswerLog small_log(double grid = 0.25) {
  AnswerLog log;
  for (const Event& e : small_cohort()) {
    const double answered = grid > 0.0 ? std::ceil(e.answered / grid) * grid : e.answered;
    log.add(static_cast<std::uint32_t>(e.learner), e.item, answered - (e.answered - e.shown), answered, e.score);
  }
  return log;
}

inline float guess_of(std::uint32_t item) { return item % 3 == 0 ? 0.25F : -1.0F; }

/// Knows the items and learners of the small cohort, and nothing of them.
inline cohort::Filter small_filter(std::uint32_t number = 1) {
  cohort::Filter filter{lively_values(number)};
  for (std::uint32_t item = 0; item < items; ++item) {
    std::vector<std::uint32_t> its_skills;
    std::vector<double> weights;
    for (const Tag& tag : tags(item)) {
      its_skills.push_back(tag.skill);
      weights.push_back(static_cast<double>(tag.weight));
    }
    filter.add_item(its_skills, weights, static_cast<double>(guess_of(item)));
  }
  filter.add_learners(learners);
  return filter;
}

inline std::vector<double> run(cohort::Filter& filter, const AnswerLog& log,
                               cohort::Filter::Learning learning = cohort::Filter::Learning::everything) {
  std::vector<double> p(log.size());
  filter.run(log.view(), p, {}, learning);
  return p;
}

template <class T>
bool same_bits(const std::vector<T>& x, const std::vector<T>& y) {
  return x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size() * sizeof(T)) == 0);
}

inline bool same_memories(const cohort::Memories& x, const cohort::Memories& y) {
  return x.keys() == y.keys() && same_bits(x.states(), y.states());
}

inline bool same_state(const cohort::Snapshot& x, const cohort::Snapshot& y) {
  return std::memcmp(&x.cohort, &y.cohort, sizeof x.cohort) == 0 && same_bits(x.learners, y.learners) && same_bits(x.items, y.items) &&
         same_bits(x.skills, y.skills) && same_memories(x.item_memories, y.item_memories) &&
         same_memories(x.skill_memories, y.skill_memories);
}

}  // namespace perdure::test
