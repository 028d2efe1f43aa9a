#pragma once

#include <perdure/cohort/answers.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/rows.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace perdure::inline PERDURE_ABI::cohort {

/// One pass over the answers of many learners, each predicted before it is learned from: the path that a fit makes likely.
template <class T>
class Prequential {
 public:
  explicit Prequential(const perdure_cohort_rows& rows)
      : rows_{rows},
        items_{std::make_unique<MaterialState<T>[]>(rows.items)},
        skills_{std::make_unique<MaterialState<T>[]>(rows.skills)},
        memories_{std::make_unique<MemoryState<T>[]>(rows.memories)},
        skill_memories_{std::make_unique<MemoryState<T>[]>(rows.skill_memories)},
        parts_{std::make_unique<SkillPart<T, T>[]>(most_skills)} {}

  /// Calls f(row, outlook) for every scored answer. Answers of one learner with one time do not see each other.
  template <class F>
  void run(const Parameters<T>& parameters, const F& f) {
    const Step<T> step{parameters};
    step.begin(cohort_);
    for (std::size_t i = 0; i < rows_.shared_items; ++i) step.begin_item(items_[i]);
    for (std::size_t s = 0; s < rows_.skills; ++s) step.begin_skill(skills_[s]);
    for (std::size_t u = 0; u < rows_.learners; ++u) one_learner(step, rows_.learner_begin[u], rows_.learner_begin[u + 1], f);
  }

 private:
  template <class F>
  void one_learner(const Step<T>& step, std::size_t begin, std::size_t end, const F& f) {
    step.begin(learner_);
    for (std::size_t r = begin; r < end; ++r) {  // every row names the highest place so far plus one, or one that is in use
      if (rows_.item[r] >= rows_.shared_items) step.begin_item(items_[rows_.item[r]]);
      step.begin_item(memories_[rows_.memory[r]]);
      for (std::size_t k = rows_.skill_begin[r]; k < rows_.skill_begin[r + 1]; ++k)
        step.begin_skill(skill_memories_[rows_.skill_memory[k]]);
    }
    for (std::size_t r = begin; r < end;) {
      std::size_t tied = r + 1;
      while (tied < end && rows_.answered[tied] == rows_.answered[r]) ++tied;
      if (tied > r + 1) {
        for (std::size_t k = r; k < tied; ++k) {
          if (!is_scored(k)) continue;
          auto s = scene(k);
          f(k, step.outlook(s, rows_.shown[k]));
        }
      }
      for (const std::size_t first = r; r < tied; ++r) {
        auto s = scene(r);
        if (rows_.score[r] < 0.0F) {
          step.expose(s, rows_.answered[r]);
          continue;
        }
        const Outlook<T> expected = step.outlook(s, rows_.shown[r]);
        if (tied == first + 1 && is_scored(r)) f(r, expected);
        step.learn(s, expected, rows_.answered[r], static_cast<double>(rows_.score[r]));
      }
    }
  }

  [[nodiscard]] bool is_scored(std::size_t r) const { return r >= rows_.uncounted && !(rows_.score[r] < 0.0F); }

  [[nodiscard]] Scene<T, T> scene(std::size_t r) {
    std::size_t n = 0;
    for (std::size_t k = rows_.skill_begin[r]; k < rows_.skill_begin[r + 1]; ++k, ++n) {
      parts_[n].skill = &skills_[rows_.skill[k]];
      parts_[n].memory = &skill_memories_[rows_.skill_memory[k]];
      parts_[n].weight = static_cast<double>(rows_.weight[k]);
    }
    return {cohort_,
            learner_,
            items_[rows_.item[r]],
            memories_[rows_.memory[r]],
            std::span{parts_.get(), n},
            recollection_,
            static_cast<double>(rows_.guess[r])};
  }

  const perdure_cohort_rows& rows_;
  CohortState<T> cohort_;
  LearnerState<T> learner_;
  std::unique_ptr<MaterialState<T>[]> items_, skills_;
  std::unique_ptr<MemoryState<T>[]> memories_, skill_memories_;
  std::unique_ptr<SkillPart<T, T>[]> parts_;
  Recollection<T> recollection_;
};

/// Probabilities are kept this far from 0 and 1 where a loss is taken of them.
inline constexpr double least_probability = 1e-9;

/// Sums the loss of a pass and, where they are asked for, its exact gradient and Fisher matrix over the parameters, by forward mode: every state
/// carries its derivatives along.
inline void add_prequential(const double* values, const perdure_cohort_rows& rows, perdure_cohort_sums& sums) {
  const std::span<const double, parameter_count> v{values, parameter_count};
  const auto times = [&rows](std::size_t r) { return rows.counts == nullptr ? 1.0 : static_cast<double>(rows.counts[r]); };
  const auto bounded = [](double p) { return std::clamp(p, least_probability, 1.0 - least_probability); };
  const auto add_loss = [&sums, &rows, &times](std::size_t r, double p) {
    const double score = static_cast<double>(rows.score[r]);
    sums.loss -= times(r) * (score * std::log(p) + (1.0 - score) * std::log1p(-p));
    ++sums.answers;
  };
  if (sums.gradient == nullptr) {
    Prequential<double>{rows}.run(assemble<double>(v), [&](std::size_t r, const auto& o) { add_loss(r, bounded(o.probability)); });
    return;
  }
  using D = Dual<parameter_count>;
  const auto seeds = std::make_unique<D[]>(parameter_count);
  for (std::size_t i = 0; i < parameter_count; ++i) seeds[i] = D::seed(v[i], i);
  const auto parameters = std::make_unique<Parameters<D>>(assemble<D>(std::span<const D, parameter_count>{seeds.get(), parameter_count}));
  Prequential<D>{rows}.run(*parameters, [&](std::size_t r, const Outlook<D>& o) {
    const double p = bounded(o.probability.v);
    add_loss(r, p);
    const double information = times(r) / (p * (1.0 - p));
    const double residual = (p - static_cast<double>(rows.score[r])) * information;
    const auto& d = o.probability.d;
    double* row = sums.fisher;
    for (std::size_t i = 0; i < parameter_count; row += parameter_count, ++i) {
      sums.gradient[i] += residual * d[i];
      const double scaled = information * d[i];
      for (std::size_t j = 0; j <= i; ++j) row[j] += scaled * d[j];
    }
  });
}

}  // namespace perdure::inline PERDURE_ABI::cohort
