#pragma once

#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/rows.hpp>
#include <perdure/core/random.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

/// A small cohort that has everything at once, as a list of answers and as the rows that a pass reads.
namespace perdure::test {

/// The defaults, with every parameter moved by up to a third and away from 0: each of them matters.
inline std::array<double, cohort::parameter_count> lively_values(std::uint32_t number) {
  random::Stream stream{{.seed = 11, .learner = number}};
  auto values = cohort::defaults();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const cohort::Scale scale = cohort::specs[i].scale;
    const double factor = 0.67 + 0.66 * stream.next();
    if (scale == cohort::Scale::plain) values[i] *= factor;
    if (scale == cohort::Scale::positive) values[i] = 0.03 + factor * values[i];
    if (scale == cohort::Scale::unit) values[i] = 0.05 + 0.6 * factor * values[i];
  }
  return values;
}

struct Tag {
  std::uint32_t skill;
  float weight;
};

/// An answer, or an exposure where the score is below 0. Items from `shared` up are each learner's own.
struct Event {
  std::size_t learner;
  std::uint32_t item;
  double answered, shown;
  float score, guess;
};

inline constexpr std::size_t learners = 5, events_each = 36;
inline constexpr std::uint32_t shared = 5, items = 8, skills = 3;

/// No skill, one, two or three: by the item.
inline std::vector<Tag> tags(std::uint32_t item) {
  switch (item % 4) {
    case 1: return {{item % skills, 1.0F}};
    case 2: return {{item % skills, 0.75F}, {(item + 1) % skills, 0.25F}};
    case 3: return {{0, 0.5F}, {1, 0.25F}, {2, 0.25F}};
    default: return {};
  }
}

/// Learner by learner, each learner's in the order of time; a sixth of them at the time of the one before, a sixth exposures, some halfway right.
inline std::vector<Event> small_cohort() {
  std::vector<Event> events;
  for (std::size_t learner = 0; learner < learners; ++learner) {
    random::Stream stream{{.seed = 3, .learner = static_cast<std::uint32_t>(learner)}};
    double time = 0.0;
    for (std::size_t k = 0; k < events_each; ++k) {
      if (stream.below(6) != 0) time += std::exp(10.0 * stream.next() - 7.0);  // from a minute and a half to three weeks
      const std::uint32_t item = stream.below(items);
      const std::uint32_t kind = stream.below(6);
      const float answer = stream.below(10) < 6 ? 1.0F : 0.0F;
      const float score = kind == 0 ? -1.0F : kind == 1 ? 0.625F : answer;
      events.push_back({learner, item, time, time - 0.002 * stream.next(), score, item % 3 == 0 ? 0.25F : -1.0F});
    }
  }
  return events;
}

/// Owns the columns of a `perdure_cohort_rows`.
class Rows {
 public:
  explicit Rows(const std::vector<Event>& events, std::size_t uncounted = 0) {
    std::map<std::uint32_t, std::uint32_t> memories, skill_memories, own_items;
    const auto place = [](auto& map, std::uint32_t key) {
      return map.try_emplace(key, static_cast<std::uint32_t>(map.size())).first->second;
    };
    skill_begin_.push_back(0);
    for (std::size_t r = 0; r < events.size(); ++r) {
      const Event& e = events[r];
      if (r == 0 || e.learner != events[r - 1].learner) {
        learner_begin_.push_back(r);
        memories.clear();
        skill_memories.clear();
        own_items.clear();
      }
      answered_.push_back(e.answered);
      shown_.push_back(e.shown);
      score_.push_back(e.score);
      guess_.push_back(e.guess);
      item_.push_back(e.item < shared ? e.item : shared + place(own_items, e.item));
      memory_.push_back(place(memories, e.item));
      for (const Tag& tag : tags(e.item)) {
        skill_.push_back(tag.skill);
        skill_memory_.push_back(place(skill_memories, tag.skill));
        weight_.push_back(tag.weight);
      }
      skill_begin_.push_back(skill_.size());
    }
    view_.learners = learner_begin_.size();
    learner_begin_.push_back(events.size());
    view_.learner_begin = learner_begin_.data();
    view_.answered = answered_.data();
    view_.shown = shown_.data();
    view_.score = score_.data();
    view_.guess = guess_.data();
    view_.item = item_.data();
    view_.memory = memory_.data();
    view_.skill_begin = skill_begin_.data();
    view_.skill = skill_.data();
    view_.skill_memory = skill_memory_.data();
    view_.weight = weight_.data();
    view_.items = items;
    view_.shared_items = shared;
    view_.skills = skills;
    view_.memories = items;
    view_.skill_memories = skills;
    view_.uncounted = uncounted;
  }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;

  [[nodiscard]] const perdure_cohort_rows& view() const { return view_; }

 private:
  std::vector<std::size_t> learner_begin_, skill_begin_;
  std::vector<double> answered_, shown_;
  std::vector<float> score_, guess_, weight_;
  std::vector<std::uint32_t> item_, memory_, skill_, skill_memory_;
  perdure_cohort_rows view_{};
};

}  // namespace perdure::test
