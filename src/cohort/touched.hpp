#pragma once

#include <perdure/cohort/filter.hpp>

#include <array>
#include <cstddef>

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

  [[nodiscard]] Scene<double, float> scene() {
    return {cohort, learner, item, memory, std::span{parts}.first(skills), recollection, guess};
  }
};

}  // namespace perdure::inline PERDURE_ABI::cohort
