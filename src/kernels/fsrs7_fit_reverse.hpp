#pragma once

#include "fsrs7_fit_lanes.hpp"
#include "fsrs7_fit_parameters.hpp"
#include "fsrs7_fit_rank.hpp"
#include "fsrs7_fit_step.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

/// Sums over answers, by column, in lanes: few enough for float32, then doubles.
class ColumnSums {
 public:
  explicit ColumnSums(const double* values) : target_by_grade_{target_by_grade(values)} {
    for (std::size_t g = 0; g < 4; ++g) {
      const First first{values, static_cast<double>(g) + 1.0};
      by_difficulty_[g] = first.by_difficulty;
      by_grade_[g] = first.by_grade;
    }
    clear();
  }

  template <class V>
  void add(std::size_t k, V x) {
    sums_[k] = gather(sums_[k], x);
  }
  template <class V>
  void add(std::size_t k, V x, V y) {
    sums_[k] = gather(sums_[k], x, y);
  }

  /// Derivatives by difficulty, after a first answer of grade g + 1 and at all those to which difficulty is drawn.
  static constexpr std::size_t first_difficulty = column::count;
  static constexpr std::size_t reversion = first_difficulty + 4;

  /// Adds the sums to `total`, and starts new ones.
  void flush(std::array<double, column::count>& total) {
    std::array<float, rounded> sum;
    for (std::size_t first = 0; first < rounded; first += Vec::size) {
      std::array<Vec, Vec::size> block;
      for (std::size_t k = 0; k < Vec::size; ++k) block[k] = sums_[first + k];
      lane_sums(block).store(&sum[first]);
    }
    for (std::size_t k = 0; k < column::count; ++k) total[k] += static_cast<double>(sum[k]);
    const auto drawn = static_cast<double>(sum[reversion]);
    total[column::first_difficulty] += drawn;
    total[column::first_difficulty_grade] += drawn * target_by_grade_;
    for (std::size_t g = 0; g < 4; ++g) {
      const auto moved = static_cast<double>(sum[first_difficulty + g]);
      total[column::first_difficulty] += by_difficulty_[g] * moved;
      total[column::first_difficulty_grade] += by_grade_[g] * moved;
    }
    clear();
  }

 private:
  static constexpr std::size_t rounded = (reversion + Vec::size) / Vec::size * Vec::size;

  void clear() { sums_.fill(Vec{0.0}); }

  std::array<Vec, rounded> sums_;  ///< those of the two columns of first difficulty stay empty
  double target_by_grade_;
  std::array<double, 4> by_difficulty_, by_grade_;
};

/// The gradient, by one sweep from the last row to the first over what the tape holds: some 80 products and sums and 23 loads a step, a
/// small part of the forward step's work.
template <class V>
class Reverse {
 public:
  explicit Reverse(ColumnSums& sums) : sums_{sums} {}

  /// A row, of which `in` is the tape.
  void step(const Parameters& w, const Codes<V>& codes, const float* in) {
    const auto get = [in](tape::Field field) { return V::load(in + field * V::size); };
    const auto answer = codes(w.answers);
    const Grades grades{codes.grade(1), codes.grade(2), codes.grade(4)};
    const V log_slow = get(tape::log_slow);
    const V log_fast = get(tape::log_fast);
    const V forgotten = get(tape::forgotten);
    const V hardness = get(tape::hardness);

    const V by_difficulty_next = by_difficulty_;
    const V by_slow_next = gathered(by_slow_, by_fast_, get(tape::fast_by_slow));
    V by_forgotten = get(tape::slope);
    V by_forgotten_fast{0.0};
    V by_difficulty = by_difficulty_next * get(tape::difficulty_by_difficulty);
    V by_slow = by_slow_next * get(tape::slow_by_stability);
    V by_fast = by_fast_ * get(tape::fast_by_stability);
    by_difficulty = gathered(by_difficulty, by_slow_next, get(tape::slow_by_difficulty));
    by_difficulty = gathered(by_difficulty, by_fast_, get(tape::fast_by_difficulty));
    trace(column::slow, w.slow, grades, by_slow_next * get(tape::slow_scale), by_slow_next * get(tape::slow_spacing), answer[0], log_slow,
          forgotten, by_forgotten);
    trace(column::fast, w.fast, grades, by_fast_ * get(tape::fast_scale), by_fast_ * get(tape::fast_spacing), answer[1], log_fast,
          get(tape::forgotten_fast), by_forgotten_fast);

    const V moved = keep(get(tape::difficulty_by_difficulty) > V{0.0}, by_difficulty_next);
    const V per_surprise = moved * answer[2] * (V{10.0 - Model::middle_difficulty} - hardness);
    by_forgotten = by_forgotten - keep(grades.again, per_surprise);
    const V surprise = select(grades.again, V{1.0 + Model::lapse_surprise} - forgotten, V{1.0});
    sum(column::difficulty_step, per_surprise, surprise);
    sum(ColumnSums::reversion, moved, answer[3]);

    const V by_v = gathered(by_forgotten_fast, by_forgotten, get(tape::fast_part));
    const V by_log_decay = by_v * get(tape::fast_decay);
    const V by_shape = by_forgotten * get(tape::slow_shape);
    const V by_odds = by_forgotten * get(tape::odds);
    sum(column::fast_decay, by_log_decay);
    sum(column::fast_decay_stability, by_log_decay, log_fast);
    sum(column::fast_base, by_v, get(tape::fast_base));
    sum(column::slow_decay, by_forgotten, get(tape::slow_decay));
    sum(column::slow_base, by_shape);
    sum(column::slow_rate_difficulty, by_shape, hardness);
    sum(column::odds, by_odds);
    sum(column::slow_weight_stability, by_odds, log_slow);
    sum(column::fast_weight_stability, by_odds, log_fast);
    sum(column::slow_weight_difficulty, by_odds, hardness);
    by_slow = madd(by_odds, w.odds_slow, by_slow - by_shape * w.slow_decay);
    by_fast = madd(by_odds, w.odds_fast, madd(by_log_decay, w.fast_decay_power_ln2, by_fast));
    by_fast_ = by_fast - by_v * get(tape::fast_shape);
    by_slow_ = by_slow;
    by_difficulty_ = madd(by_odds, w.odds_hard, by_difficulty - by_shape * w.slow_rate);
  }

  /// The first row: how the state came from it. Ends the cards.
  void first(const Parameters& w, const Codes<V>& codes) {
    const V by_stability = gathered(by_slow_, by_fast_, codes(w.first)[3]);
    for (std::size_t g = 0; g < 4; ++g) {
      const auto mine = codes.grade(static_cast<int>(g) + 1);
      sum(column::first + g, keep(mine, by_stability));
      sum(ColumnSums::first_difficulty + g, keep(mine, by_difficulty_));
    }
    by_slow_ = by_fast_ = by_difficulty_ = V{0.0};
  }

 private:
  using Mask = typename Codes<V>::Mask;
  struct Grades {
    Mask again, hard, easy;
  };

  static V gathered(V sum, V x, V y) { return madd(x, y, sum); }
  void sum(std::size_t k, V x) { sums_.add(k, x); }
  void sum(std::size_t k, V x, V y) { sums_.add(k, x, y); }

  /// The eight parameters that update a trace, and `by_forgotten` of what the trace lacks of 1.
  void trace(std::size_t at, const TraceUpdate& w, const Grades& grades, V by_scale, V by_spacing, V share, V log_stability, V forgotten,
             V& by_forgotten) {
    const V by_growth = by_scale * share;
    const V by_spacing_forgotten = by_spacing * forgotten;
    sum(at, by_growth);
    sum(at + 1, by_growth, log_stability);
    sum(at + 2, keep(!grades.again, by_spacing_forgotten));
    sum(at + 3, keep(grades.again, by_spacing));
    sum(at + 4, keep(grades.again, by_scale));
    sum(at + 5, keep(grades.again, by_spacing_forgotten));
    sum(at + 6, keep(grades.hard, by_scale));
    sum(at + 7, keep(grades.easy, by_scale));
    by_forgotten = madd(by_spacing, select(grades.again, V{w.lapse_spacing}, V{w.spacing}), by_forgotten);
  }

  ColumnSums& sums_;
  V by_slow_{0.0}, by_difficulty_{0.0}, by_fast_{0.0};  ///< derivatives of what is still to come, of stabilities by their logarithms
};

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
