#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/memory_family.hpp>

#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// FSRS-6 for each learner and item, moved by the level: logit = level + logit(top R). `top` is what the average learner knows right after
/// an answer; it keeps the log-odds finite. Answers are Again or Good.
struct Fsrs6Memory {
  static constexpr std::string_view id = "fsrs6";

  double top = 0.97;
  models::Fsrs6 model{};

  using State = models::Fsrs6::Memory;

  [[nodiscard]] State first(bool right) const { return model.first(grade(right)); }

  [[nodiscard]] State review(const State& s, double days, bool right) const {
    return models::Fsrs6::review(model.values(), s, days, grade(right));
  }

  [[nodiscard]] double known(const State& s, double level, double days) const {
    return models::logistic(level + models::log_odds(top * models::Fsrs6::recall(model.values(), s, days)));
  }

 private:
  static Grade grade(bool right) noexcept { return right ? Grade::good : Grade::again; }
};
static_assert(MemoryFamily<Fsrs6Memory>);

}  // namespace perdure::inline PERDURE_ABI::simulate
