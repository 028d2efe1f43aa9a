#include <perdure/cohort/filter.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <cstring>
#include <string>

namespace perdure::inline PERDURE_ABI::cohort {
namespace {

template <class State>
bool same(const State& a, const State& b) {
  return std::memcmp(&a, &b, sizeof(State)) == 0;
}

/// A Gaussian by what its sums of evidence are: precision, and precision times mean.
class Evidence {
 public:
  explicit Evidence(const Effect<float>& base)
      : base_precision_{1.0 / base.variance},
        base_moment_{base_precision_ * base.mean},
        precision_{base_precision_},
        moment_{base_moment_} {}

  void add(const Effect<float>& learned) {
    const double precision = 1.0 / learned.variance;
    precision_ += precision - base_precision_;
    moment_ += precision * learned.mean - base_moment_;
  }
  [[nodiscard]] Effect<float> effect() const {
    constexpr double least = 1e-3;  // of the precision before: the drift of several copies adds up
    const double precision = std::max(precision_, least * base_precision_);
    return {static_cast<float>(moment_ / precision), static_cast<float>(1.0 / precision)};
  }

 private:
  double base_precision_, base_moment_, precision_, moment_;
};

}  // namespace

void Filter::merge(std::span<const Filter> copies) {
  const Snapshot base = state_;
  for (const Filter& copy : copies) {
    if (copy.values_ != values_ || copy.items_.size() != items_.size() || copy.learners() != learners())
      throw Exception{{Errc::shape_mismatch, "only copies of this filter, with its parameters, items and learners, can be merged into it"}};
  }
  std::vector<bool> is_changed(learners(), false);
  for (const Filter& copy : copies) {
    for (std::size_t u = 0; u < learners(); ++u) {
      if (same(copy.state_.learners[u], base.learners[u])) continue;
      if (is_changed[u]) throw Exception{{Errc::out_of_domain, "two copies learned from learner " + to_text(u), u}};
      is_changed[u] = true;
      state_.learners[u] = copy.state_.learners[u];
    }
    const auto take = [](Memories& into, const Memories& before, const Memories& from) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        const MemoryState<float>* known = before.find(from.keys()[i]);
        if (known == nullptr || !same(*known, from.states()[i])) into.put(from.keys()[i], from.states()[i]);
      }
    };
    take(state_.item_memories, base.item_memories, copy.state_.item_memories);
    take(state_.skill_memories, base.skill_memories, copy.state_.skill_memories);
  }
  const auto merged = [&](auto&& effect_of) {
    Evidence evidence{effect_of(base)};
    for (const Filter& copy : copies) evidence.add(effect_of(copy.state_));
    return evidence.effect();
  };
  for (const auto effect :
       {&CohortState<float>::level, &CohortState<float>::skill_offset, &CohortState<float>::skill_count, &CohortState<float>::skill_decay,
        &CohortState<float>::item_offset, &CohortState<float>::item_count, &CohortState<float>::item_decay}) {
    state_.cohort.*effect = merged([effect](const Snapshot& s) -> const Effect<float>& { return s.cohort.*effect; });
  }
  for (const auto materials : {&Snapshot::items, &Snapshot::skills}) {
    for (std::size_t i = 0; i < (state_.*materials).size(); ++i) {
      for (const auto effect : {&MaterialState<float>::level, &MaterialState<float>::count, &MaterialState<float>::decay}) {
        (state_.*materials)[i].*effect =
            merged([materials, effect, i](const Snapshot& s) -> const Effect<float>& { return (s.*materials)[i].*effect; });
      }
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::cohort
