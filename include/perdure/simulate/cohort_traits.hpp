#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/distributions.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/cohort_options.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace perdure::inline PERDURE_ABI::simulate {

struct LearnerTraits {
  double ability{};       ///< log-odds
  double pace{};          ///< multiplies elapsed time
  double attendance{};    ///< probability of taking a review or nugget
  double tempo{};         ///< multiplies response times
  double dropout_days{};  ///< days from the start of the course to leaving for good; infinite: never
};

struct ItemTraits {
  std::uint32_t skill{};
  std::uint32_t choices{};  ///< options to choose from; 0: answered freely
  double difficulty{};      ///< log-odds
  double discrimination{};
  double pace{};

  [[nodiscard]] double guess() const noexcept { return choices == 0 ? 0.0 : 1.0 / choices; }
};

/// Places of draws that belong to no item, or to no learner, beside those of learners x items (random::Key).
namespace place {
inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t visits = none - 8;     ///< + the kind of session: whether and when it is taken
inline constexpr std::uint32_t questions = none - 4;  ///< + the kind of session: what it asks
}  // namespace place

/// Who the learners are and what the items are like.
struct Traits {
  std::vector<LearnerTraits> learners;
  std::vector<ItemTraits> items;
  std::vector<double> skill_difficulty;

  /// Draws all. Every trait has an address of its own: a learner is the same in a cohort of any size.
  [[nodiscard]] static Traits draw(const CohortOptions& o);

  /// What a learner brings to an item, in log-odds.
  [[nodiscard]] double level(const CohortOptions& o, std::uint32_t learner, std::uint32_t item) const {
    const ItemTraits& it = items[item];
    random::Stream with_skill{{.seed = o.seed, .learner = learner, .item = place::none, .step = 1 + it.skill}};
    random::Stream with_item{{.seed = o.seed, .learner = learner, .item = item, .step = 0}};
    return o.location + it.discrimination * (learners[learner].ability - it.difficulty - skill_difficulty[it.skill]) +
           random::normal(with_skill, 0.0, o.learner_skill_sd) + random::normal(with_item, 0.0, o.learner_item_sd);
  }

  /// Probability of a right answer to an item that is known with probability `known`.
  [[nodiscard]] double right(const CohortOptions& o, std::uint32_t item, double known) const {
    const double guess = items[item].guess();
    return guess + (1.0 - guess - o.slip) * known;
  }
};

inline Traits Traits::draw(const CohortOptions& o) {
  Traits traits;
  traits.learners.reserve(o.learners);
  for (std::uint32_t u = 0; u < o.learners; ++u) {
    random::Stream stream{{.seed = o.seed, .learner = u, .item = place::none, .step = 0}};
    LearnerTraits who;
    who.ability = random::normal(stream, 0.0, o.ability_sd);
    who.pace = o.pace * std::exp(random::normal(stream, 0.0, o.learner_pace_sd));
    who.attendance = models::logistic(models::log_odds(o.attendance) + random::normal(stream, 0.0, o.attendance_sd));
    who.tempo = std::exp(random::normal(stream, 0.0, o.tempo_sd));
    who.dropout_days =
        o.dropout > 0.0 ? random::exponential(stream, -30.0 / std::log1p(-o.dropout)) : std::numeric_limits<double>::infinity();
    traits.learners.push_back(who);
  }
  traits.items.reserve(o.items);
  for (std::uint32_t i = 0; i < o.items; ++i) {
    random::Stream stream{{.seed = o.seed, .learner = place::none, .item = i, .step = 0}};
    ItemTraits item;
    item.skill = i % o.skills;
    item.difficulty = random::normal(stream, 0.0, o.item_sd);
    item.discrimination = std::exp(random::normal(stream, 0.0, o.discrimination_sd));
    item.pace = std::exp(random::normal(stream, 0.0, o.item_pace_sd));
    item.choices = o.choices[stream.below(static_cast<std::uint32_t>(o.choices.size()))];
    traits.items.push_back(item);
  }
  traits.skill_difficulty.reserve(o.skills);
  for (std::uint32_t s = 0; s < o.skills; ++s) {
    random::Stream stream{{.seed = o.seed, .learner = place::none, .item = place::none, .step = s}};
    traits.skill_difficulty.push_back(random::normal(stream, 0.0, o.skill_sd));
  }
  return traits;
}

}  // namespace perdure::inline PERDURE_ABI::simulate
