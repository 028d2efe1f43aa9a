#include <perdure/cohort/filter.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {
namespace {

// States have no padding, so that the same bytes mean the same state.
static_assert(sizeof(LearnerState<float>) == 10 * sizeof(float) + sizeof(double));
static_assert(sizeof(MemoryState<float>) == 10 * sizeof(float) + sizeof(double));

template <class State>
bool same(const State& a, const State& b) {
  using Bytes = std::array<std::byte, sizeof(State)>;
  return std::bit_cast<Bytes>(a) == std::bit_cast<Bytes>(b);
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
  const Snapshot& base = state_;
  for (const Filter& copy : copies) {
    if (copy.values_ != values_ || copy.items_ != items_ || copy.learners() != learners() || copy.skills() != skills())
      throw Exception{{Errc::shape_mismatch, "only copies of this filter, with its parameters, items and learners, can be merged into it"}};
  }
  Snapshot all = state_;
  std::vector<const Filter*> changed_by(learners(), nullptr);
  for (const Filter& copy : copies) {
    const auto claim = [&changed_by, &copy](std::size_t u) {
      if (changed_by[u] != nullptr && changed_by[u] != &copy)
        throw Exception{{Errc::out_of_domain, "two copies learned from learner " + to_text(u), u}};
      changed_by[u] = &copy;
    };
    for (std::size_t u = 0; u < learners(); ++u) {
      if (same(copy.state_.learners[u], base.learners[u])) continue;
      claim(u);
      all.learners[u] = copy.state_.learners[u];
    }
    const auto take = [&claim](Memories& into, const Memories& before, const Memories& from) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        const std::uint64_t key = from.keys()[i];
        const MemoryState<float>* known = before.find(key);
        if (known != nullptr && same(*known, from.states()[i])) continue;
        claim(key >> 32U);
        into.put(key, from.states()[i]);
      }
    };
    take(all.item_memories, base.item_memories, copy.state_.item_memories);
    take(all.skill_memories, base.skill_memories, copy.state_.skill_memories);
  }
  const auto merged = [&](auto&& effect_of) {
    Evidence evidence{effect_of(base)};
    for (const Filter& copy : copies) evidence.add(effect_of(copy.state_));
    return evidence.effect();
  };
  for (const auto effect :
       {&CohortState<float>::level, &CohortState<float>::skill_offset, &CohortState<float>::skill_count, &CohortState<float>::skill_decay,
        &CohortState<float>::item_offset, &CohortState<float>::item_count, &CohortState<float>::item_decay}) {
    all.cohort.*effect = merged([effect](const Snapshot& s) -> const Effect<float>& { return s.cohort.*effect; });
  }
  for (const auto materials : {&Snapshot::items, &Snapshot::skills}) {
    for (std::size_t i = 0; i < (all.*materials).size(); ++i) {
      for (const auto effect : {&MaterialState<float>::level, &MaterialState<float>::count, &MaterialState<float>::decay}) {
        (all.*materials)[i].*effect =
            merged([materials, effect, i](const Snapshot& s) -> const Effect<float>& { return (s.*materials)[i].*effect; });
      }
    }
  }
  state_ = std::move(all);
}

}  // namespace perdure::inline PERDURE_ABI::cohort
