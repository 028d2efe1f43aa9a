#include "touched.hpp"

#include <perdure/cohort/filter.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {
namespace {

std::span<const double, parameter_count> as_span(const std::array<double, parameter_count>& values) { return values; }

}  // namespace

double Forecast::at(double z) const {
  return outlook.guess + outlook.range * logistic(outlook.log_odds + z * band_widening * std::sqrt(uncertainty));
}

Filter::Filter(const std::array<double, parameter_count>& parameters)
    : values_{parameters}, parameters_{assemble<double>(as_span(parameters))} {
  require_in_bounds(values_);
  Step<double>{parameters_}.begin(state_.cohort);
}

void Filter::add_learners(std::size_t up_to) {
  if (up_to <= learners()) return;
  LearnerState<float> fresh;
  Step<double>{parameters_}.begin(fresh);
  state_.learners.resize(up_to, fresh);
}

void Filter::add_item(std::span<const std::uint32_t> its_skills, std::span<const double> weights, double guess) {
  items_.add(its_skills, weights, guess);
  const Step<double> step{parameters_};
  step.begin_item(state_.items.emplace_back());
  MaterialState<float> fresh;
  step.begin_skill(fresh);
  state_.skills.resize(std::max(state_.skills.size(), items_.skills), fresh);
}

void Filter::require(std::uint32_t learner, std::uint32_t item) const {
  if (learner >= learners())
    throw Exception{{Errc::out_of_domain, "learner must be below " + to_text(learners()) + ", got " + to_text(learner)}};
  if (item >= items_.size())
    throw Exception{{Errc::out_of_domain, "item must be below " + to_text(items_.size()) + ", got " + to_text(item)}};
}

void Filter::load(Touched& t, std::uint32_t learner, std::uint32_t item) const {
  const Step<double> step{parameters_};
  t.cohort = state_.cohort;
  t.learner = state_.learners[learner];
  t.item = state_.items[item];
  if (const auto* known = state_.item_memories.find(Memories::key(learner, item))) {
    t.memory = *known;
  } else {
    step.begin_item(t.memory);
  }
  t.guess = static_cast<double>(items_.guess[item]);
  const std::size_t begin = items_.skill_begin[item];
  t.skills = items_.skill_begin[item + 1] - begin;
  for (std::size_t k = 0; k < t.skills; ++k) {
    const std::uint32_t skill = items_.skill[begin + k];
    t.skill[k] = state_.skills[skill];
    if (const auto* known = state_.skill_memories.find(Memories::key(learner, skill))) {
      t.skill_memory[k] = *known;
    } else {
      step.begin_skill(t.skill_memory[k]);
    }
    t.parts[k].skill = &t.skill[k];
    t.parts[k].memory = &t.skill_memory[k];
    t.parts[k].weight = static_cast<double>(items_.weight[begin + k]);
  }
}

void Filter::store(const Touched& t, std::uint32_t learner, std::uint32_t item, Learning learning) {
  state_.learners[learner] = t.learner;
  state_.item_memories.put(Memories::key(learner, item), t.memory);
  const std::size_t begin = items_.skill_begin[item];
  for (std::size_t k = 0; k < t.skills; ++k) state_.skill_memories.put(Memories::key(learner, items_.skill[begin + k]), t.skill_memory[k]);
  if (learning == Learning::learner_alone) return;
  state_.cohort = t.cohort;
  state_.items[item] = t.item;
  for (std::size_t k = 0; k < t.skills; ++k) state_.skills[items_.skill[begin + k]] = t.skill[k];
}

void Filter::learn(Touched& t, std::uint32_t learner, std::uint32_t item, double shown, double answered, float score, Learning learning) {
  const Step<double> step{parameters_};
  load(t, learner, item);
  auto scene = t.scene();
  if (score < 0.0F) {
    step.expose(scene, answered);
  } else {
    const Outlook<double> expected = step.outlook(scene, shown);
    step.learn(scene, expected, answered, static_cast<double>(score));
  }
  store(t, learner, item, learning);
}

void Filter::learn(std::uint32_t learner, std::uint32_t item, double shown, double answered, float score) {
  const std::array who{learner};
  const std::array what{item};
  const std::array when{answered};
  const std::array before{shown};
  const std::array how{score};
  if (const auto wrong = AnswerColumns{who, what, when, before, how}.problem(learners(), items_.size())) throw Exception{*wrong};
  Touched t;
  learn(t, learner, item, std::min(shown, answered), answered, score, Learning::everything);
}

Forecast Filter::forecast(std::uint32_t learner, std::uint32_t item, double now) const {
  require(learner, item);
  if (!std::isfinite(now)) throw Exception{{Errc::out_of_domain, "a moment must be finite, got " + to_text(now)}};
  const Step<double> step{parameters_};
  Touched t;
  load(t, learner, item);
  auto scene = t.scene();
  Forecast found;
  found.outlook = step.outlook(scene, now);
  found.uncertainty = step.uncertainty(scene, now);
  return found;
}

void Filter::run(const AnswerColumns& log, std::span<double> probability, std::span<double> log_odds, Learning learning,
                 std::span<double> of_learner) {
  if (const auto wrong = log.problem(learners(), items_.size())) throw Exception{*wrong};
  for (const std::span<double> out : {probability, log_odds, of_learner}) {
    if (!out.empty() && out.size() != log.size())
      throw Exception{{Errc::shape_mismatch, "a column for " + to_text(log.size()) + " rows has " + to_text(out.size())}};
  }
  // A learner's second account is told by a stand-in, who is forgotten again.
  const std::size_t known_learners = learners();
  std::vector<double> known_until(known_learners, -std::numeric_limits<double>::infinity());
  for (std::size_t u = 0; u < known_learners; ++u) {
    if (state_.learners[u].answers > 0.0F) known_until[u] = state_.learners[u].last;
  }
  std::vector<std::uint32_t> order(log.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto earlier = [&log](std::uint32_t a, std::uint32_t b) { return log.answered[a] < log.answered[b]; };
  if (!std::is_sorted(order.begin(), order.end(), earlier)) std::stable_sort(order.begin(), order.end(), earlier);

  std::optional<Filter> stand_in;
  const auto filter_of = [&](std::uint32_t r) -> Filter& {
    const std::uint32_t u = log.learner[r];
    bool is_told_again = log.answered[r] <= known_until[u];
    if (!is_told_again && log.score[r] < 0.0F) {
      const auto* seen = state_.item_memories.find(Memories::key(u, log.item[r]));
      is_told_again = seen != nullptr && log.answered[r] <= seen->last;
    }
    if (!is_told_again) return *this;
    if (!stand_in) {
      stand_in.emplace(values_);
      stand_in->items_ = items_;
      stand_in->state_.cohort = state_.cohort;
      stand_in->state_.items = state_.items;
      stand_in->state_.skills = state_.skills;
      stand_in->add_learners(known_learners);
    }
    return *stand_in;
  };
  const Step<double> step{parameters_};
  Touched t;
  std::vector<Filter*> filters;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && log.answered[order[end]] == log.answered[order[begin]]) ++end;
    filters.clear();
    for (std::size_t k = begin; k < end; ++k) filters.push_back(&filter_of(order[k]));
    for (std::size_t k = begin; k < end; ++k) {
      const std::uint32_t r = order[k];
      if (probability.empty() && log_odds.empty() && of_learner.empty()) break;
      filters[k - begin]->load(t, log.learner[r], log.item[r]);
      auto scene = t.scene();
      const Outlook<double> expected = step.outlook(scene, std::min(log.shown[r], log.answered[r]));
      if (!probability.empty()) probability[r] = expected.probability;
      if (!log_odds.empty()) log_odds[r] = expected.log_odds;
      if (!of_learner.empty()) of_learner[r] = expected.learner;
    }
    for (std::size_t k = 0; begin < end; ++begin, ++k) {
      const std::uint32_t r = order[begin];
      Filter& filter = *filters[k];
      filter.learn(t, log.learner[r], log.item[r], std::min(log.shown[r], log.answered[r]), log.answered[r], log.score[r],
                   &filter == this ? learning : Learning::learner_alone);
    }
  }
}

double Filter::at_once(std::uint32_t learner, std::uint32_t item) const {
  require(learner, item);
  Touched t;
  load(t, learner, item);
  t.learner.form = 0.0F;
  auto scene = t.scene();
  return Step<double>{parameters_}.outlook(scene, t.last_seen()).probability;
}

double Filter::interval(std::uint32_t learner, std::uint32_t item, double target, double horizon) const {
  require(learner, item);
  constexpr double soonest = 1e-6;  // days: a tenth of a second
  if (!(target > 0.0 && target < 1.0)) throw Exception{{Errc::out_of_domain, "a target must be in (0, 1), got " + to_text(target)}};
  if (!(horizon > soonest && std::isfinite(horizon)))
    throw Exception{{Errc::out_of_domain, "a horizon must be finite and above " + to_text(soonest) + " days, got " + to_text(horizon)}};
  const Step<double> step{parameters_};
  Touched t;
  load(t, learner, item);
  t.learner.form = 0.0F;
  auto scene = t.scene();
  const double from = t.last_seen();
  const auto after = [&](double days) { return step.outlook(scene, from + days).probability; };
  if (!(after(0.0) > target)) return 0.0;
  if (after(horizon) > target) return std::numeric_limits<double>::infinity();
  double low = std::log(soonest);
  double high = std::log(horizon);
  for (int i = 0; i < 60; ++i) {  // halves an interval of 25 to the last bit
    const double middle = 0.5 * (low + high);
    (after(std::exp(middle)) > target ? low : high) = middle;
  }
  return std::exp(high);
}

void Filter::restore(Snapshot state) {
  if (state.items.size() != items_.size() || state.skills.size() < items_.skills) {
    throw Exception{{Errc::shape_mismatch, "a state of " + to_text(state.items.size()) + " items and " + to_text(state.skills.size()) +
                                               " skills does not fit " + to_text(items_.size()) + " items and " + to_text(items_.skills) +
                                               " skills"}};
  }
  const auto finite = [](const Effect<float>& e) { return std::isfinite(e.mean) && std::isfinite(e.variance) && e.variance > 0.0F; };
  const auto counts = [](float value) { return std::isfinite(value) && value >= 0.0F; };
  const auto require_finite = [](bool holds, const std::string& what, std::size_t i) {
    if (!holds)
      throw Exception{{Errc::out_of_domain, "the state of " + what + " is not finite, or a count or variance of it is negative", i}};
  };
  const CohortState<float>& c = state.cohort;
  require_finite(finite(c.level) && finite(c.skill_offset) && finite(c.skill_count) && finite(c.skill_decay) && finite(c.item_offset) &&
                     finite(c.item_count) && finite(c.item_decay),
                 "the cohort", 0);
  for (std::size_t i = 0; i < state.learners.size(); ++i) {
    const LearnerState<float>& u = state.learners[i];
    require_finite(finite(u.ability) && finite(u.skill_count) && finite(u.item_count) && finite(u.skill_decay) && std::isfinite(u.form) &&
                       counts(u.answers) && std::isfinite(u.last),
                   "learner " + to_text(i), i);
  }
  for (const auto* materials : {&state.items, &state.skills}) {
    for (std::size_t i = 0; i < materials->size(); ++i) {
      const MaterialState<float>& m = (*materials)[i];
      require_finite(finite(m.level) && finite(m.count) && finite(m.decay), (materials == &state.items ? "item " : "skill ") + to_text(i),
                     i);
    }
  }
  for (const Memories* memories : {&state.item_memories, &state.skill_memories}) {
    const std::size_t materials = memories == &state.item_memories ? state.items.size() : state.skills.size();
    for (std::size_t i = 0; i < memories->size(); ++i) {
      const MemoryState<float>& m = memories->states()[i];
      require_finite(finite(m.level) && std::isfinite(m.form) && std::isfinite(m.carry) && counts(m.backlog) && counts(m.answers) &&
                         counts(m.right) && counts(m.wrong) && counts(m.exposures) && counts(m.scale) && (m.scale > 0.0F || !is_known(m)) &&
                         std::isfinite(m.last),
                     "memory " + to_text(i), i);
      const std::uint64_t key = memories->keys()[i];
      if ((key >> 32U) >= state.learners.size() || (key & 0xFFFFFFFFU) >= materials)
        throw Exception{{Errc::out_of_domain, "memory " + to_text(i) + " is of a learner or of material that does not exist", i}};
    }
  }
  state_ = std::move(state);
}

}  // namespace perdure::inline PERDURE_ABI::cohort
