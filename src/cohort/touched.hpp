#pragma once

#include <perdure/cohort/filter.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>

namespace perdure::inline PERDURE_ABI::cohort {

/// Copies of the states that one question touches, and the scene made of them.
struct Filter::Touched {
  CohortState<float> cohort;
  LearnerState<float> learner;
  MaterialState<float> item;
  MemoryState<float> memory;
  std::array<MaterialState<float>, most_skills> skill;
  std::array<MemoryState<float>, most_skills> skill_memory;
  std::array<SkillPart<double, float>, most_skills> parts{};
  std::size_t skills = 0;
  Recollection<double> recollection;
  double guess = -1.0;

  /// When the learner last met the item; an item that was never seen is forgotten as its skills are. 0 where those were not either: then time
  /// changes nothing.
  [[nodiscard]] double last_seen() const {
    if (is_known(memory)) return memory.last;
    constexpr double never = -std::numeric_limits<double>::infinity();
    double last = never;
    for (std::size_t k = 0; k < skills; ++k) last = std::max(last, is_known(skill_memory[k]) ? skill_memory[k].last : never);
    return last == never ? 0.0 : last;
  }

  [[nodiscard]] Scene<double, float> scene() {
    return {cohort, learner, item, memory, std::span{parts}.first(skills), recollection, guess};
  }
};

}  // namespace perdure::inline PERDURE_ABI::cohort
