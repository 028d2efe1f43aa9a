#pragma once

#include <perdure/core/grade.hpp>
#include <perdure/core/quantity.hpp>

#include <array>
#include <cstddef>

/// The two histories of tools/golden_histories.py.
namespace perdure_golden {

struct Answer {
  perdure::Grade grade;
  double gap;  ///< days since the last answer
};

inline constexpr std::array<Answer, 10> one_history{{{perdure::Grade::good, 0.0},
                                                     {perdure::Grade::good, 2.5},
                                                     {perdure::Grade::easy, 11.0},
                                                     {perdure::Grade::again, 40.0},
                                                     {perdure::Grade::good, 0.25},
                                                     {perdure::Grade::hard, 3.0},
                                                     {perdure::Grade::again, 0.5},
                                                     {perdure::Grade::hard, 0.0},
                                                     {perdure::Grade::easy, 7.75},
                                                     {perdure::Grade::good, 20.0}}};

/// Memory after `one_history`.
template <class Model>
[[nodiscard]] typename Model::Memory after_one_history(const Model& model) {
  auto memory = model.first(one_history[0].grade);
  for (std::size_t i = 1; i < one_history.size(); ++i) {
    memory = model.review(memory, perdure::Days{one_history[i].gap}, one_history[i].grade);
  }
  return memory;
}

/// Memory after `answers` answers with grades 3, 1, 3, 3, ... (every third one wrong) and gaps of 0.25, 0.75, 1.25, ... days: with 40 of them,
/// more than a history has slots.
template <class Model>
[[nodiscard]] typename Model::Memory after_long_history(const Model& model, int answers = 40) {
  auto memory = model.first(perdure::Grade::good);
  for (int k = 1; k < answers; ++k) {
    memory = model.review(memory, perdure::Days{0.5 * k - 0.25}, k % 3 == 1 ? perdure::Grade::again : perdure::Grade::good);
  }
  return memory;
}

/// Tolerance of values in [0, 1] against 17 digits: sums of at most twenty terms, each a few units in the last place off.
inline constexpr double exact = 1e-13;

}  // namespace perdure_golden
