#pragma once

#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/models/fsrs7.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

using Model = models::Fsrs7;
inline constexpr std::size_t parameters = Model::specs.size();

inline constexpr double inner = 1.0 - 2.0 * Model::least_recall;  ///< share of recall that the traces hold
inline constexpr double scaled_down = 0x1p-100;                   ///< taken out of F t/S where that passes float32

/// How one trace is updated; `bits` are logarithms to base 2.
struct TraceUpdate {
  // success: log2 P = growth_bits - saturation log2 S, log2 (Q + 1) = spacing_bits forgotten
  Vec growth_bits, saturation, spacing_bits;
  // lapse: log2 P = lapse_bits + lapse_spacing_bits forgotten, log2 (Q + 1) = lapse_power log2 (S + 1)
  Vec lapse_bits, lapse_power, lapse_spacing_bits;
  Vec spacing, lapse_spacing;

  /// From the eight parameters of a trace, in spec order.
  explicit TraceUpdate(const double* w)
      : growth_bits{(w[0] - Model::growth_shift) * detail::log2_e},
        saturation{w[1]},
        spacing_bits{w[2] * detail::log2_e},
        lapse_bits{std::log2(w[3])},
        lapse_power{w[4]},
        lapse_spacing_bits{w[5] * detail::log2_e},
        spacing{w[2]},
        lapse_spacing{w[5]} {}
};

/// What a first answer of a grade leaves, and by which parameters it moves.
struct First {
  double stability, difficulty, stability_fast;
  bool fast_moves;       ///< with the slow stability, unless it is held at its bound
  double by_difficulty;  ///< derivative of difficulty by first_difficulty: 1, or 0 where difficulty is held in its bounds
  double by_grade;       ///< and by first_difficulty_grade
  First(const double* w, double grade) {
    stability = w[static_cast<std::size_t>(grade) - 1];
    const double fall = std::exp(w[5] * (grade - 1.0));
    const double raw = w[4] - fall + 1.0;
    difficulty = std::clamp(raw, 1.0, 10.0);
    stability_fast = std::max(Model::fast_share * stability, Model::lowest_stability);
    fast_moves = Model::fast_share * stability >= Model::lowest_stability;
    by_difficulty = raw >= 1.0 && raw <= 10.0 ? 1.0 : 0.0;
    by_grade = -(grade - 1.0) * fall * by_difficulty;
  }
};

/// Derivative by first_difficulty_grade of what difficulty is drawn to, per that by first_difficulty.
[[nodiscard]] inline double target_by_grade(const double* w) { return -3.0 * std::exp(3.0 * w[5]); }

/// FSRS-7 with its parameters folded, in double, into what a step multiplies and looks up.
struct Parameters {
  Vec fast_decay, fast_decay_power, fast_base_bits;                ///< the power is that of stability, the bits are -log2 of the base
  Vec slow_factor, slow_factor_small, slow_decay, slow_rate_bits;  ///< F and 2^-100 F; the bits multiply D - 5 in log2 of 1/scale
  Vec slow_lost;                                                   ///< (F + 1)/F log2(F + 1): Trace::decay_lost of the slow trace
  Vec odds_bits, odds_slow, odds_fast, odds_hard_bits, odds_hard;
  Vec slow_rate;  ///< of D - 5 in ln scale, times the decay
  Vec fast_decay_power_ln2;
  Vec difficulty_target;  ///< reversion times where difficulty is drawn to
  TraceUpdate slow, fast;
  VecTables
      answers;  ///< by grade: share of growth, slow and fast; change of difficulty per (10 - D) surprise; reversion. 0 where there is none
  VecTables first;  ///< by grade: the state; whether the fast trace moves with the slow one

  explicit Parameters(const double* w)
      : fast_decay{w[23]},
        fast_decay_power{w[33] - Model::spacing_shift},
        fast_base_bits{-std::log2(w[25])},
        slow_factor{std::expm1(-std::log(w[26]) / w[24])},
        slow_factor_small{std::expm1(-std::log(w[26]) / w[24]) * scaled_down},
        slow_decay{w[24]},
        slow_rate_bits{-(Model::spacing_shift - w[32]) * detail::log2_e},
        slow_lost{-std::log2(w[26]) / w[24] * slow_base_gain(w)},
        odds_bits{std::log2(w[28] / w[27])},
        odds_slow{w[30]},
        odds_fast{w[29]},
        odds_hard_bits{(w[31] - Model::weight_shift) * detail::log2_e},
        odds_hard{w[31] - Model::weight_shift},
        slow_rate{(Model::spacing_shift - w[32]) * w[24]},
        fast_decay_power_ln2{(w[33] - Model::spacing_shift) * detail::ln_2},
        difficulty_target{Model::difficulty_reversion * (w[4] - std::exp(3.0 * w[5]) + 1.0)},
        slow{w + 7},
        fast{w + 15},
        answers{answer_tables(w)},
        first{first_tables(w)} {}

  /// (F + 1)/F of the slow trace.
  static double slow_base_gain(const double* w) { return -1.0 / std::expm1(std::log(w[26]) / w[24]); }

 private:
  static std::array<VecTables::Column, 4> answer_tables(const double* w) {
    const auto narrow = [](double x) { return static_cast<float>(x); };
    const double per_grade = (1.0 - Model::difficulty_reversion) * w[6] / 9.0;
    const float reversion = narrow(Model::difficulty_reversion);
    return {{{0.0F, 0.0F, narrow(w[13]), 1.0F, narrow(w[14])},
             {0.0F, 0.0F, narrow(w[21]), 1.0F, narrow(w[22])},
             {0.0F, narrow(2.0 * per_grade), narrow(per_grade), 0.0F, narrow(-per_grade)},
             {0.0F, reversion, reversion, reversion, reversion}}};
  }
  /// Lanes without a card hold grade 0: any state will do.
  static std::array<VecTables::Column, 4> first_tables(const double* w) {
    std::array<VecTables::Column, 4> t{};
    for (std::size_t key = 0; key < VecTables::keys; ++key) {
      const First f{w, key >= 1 && key <= 4 ? static_cast<double>(key) : 3.0};
      t[0][key] = static_cast<float>(f.stability);
      t[1][key] = static_cast<float>(f.difficulty);
      t[2][key] = static_cast<float>(f.stability_fast);
      t[3][key] = f.fast_moves ? 1.0F : 0.0F;
    }
    return t;
  }
};

/// What is summed of an answer, one column each: a derivative by a parameter is a column times a factor. Two parameters share the column of
/// the odds.
namespace column {
inline constexpr std::size_t first = 0;             ///< and three more: by ln of the first stability
inline constexpr std::size_t first_difficulty = 4;  ///< then the other parameters, up to slow_base, in spec order
inline constexpr std::size_t first_difficulty_grade = 5;
inline constexpr std::size_t difficulty_step = 6;
inline constexpr std::size_t slow = 7;   ///< and seven more
inline constexpr std::size_t fast = 15;  ///< and seven more
inline constexpr std::size_t fast_decay = 23;
inline constexpr std::size_t slow_decay = 24;
inline constexpr std::size_t fast_base = 25;
inline constexpr std::size_t slow_base = 26;
inline constexpr std::size_t odds = 27;
inline constexpr std::size_t fast_weight_stability = 28;
inline constexpr std::size_t slow_weight_stability = 29;
inline constexpr std::size_t slow_weight_difficulty = 30;
inline constexpr std::size_t slow_rate_difficulty = 31;
inline constexpr std::size_t fast_decay_stability = 32;
inline constexpr std::size_t count = 33;
[[nodiscard]] constexpr std::size_t of(std::size_t parameter) { return parameter <= 27 ? parameter : parameter - 1; }
}  // namespace column

/// The factors of the columns, by parameter.
[[nodiscard]] inline std::array<double, parameters> factors(const double* w) {
  constexpr double ln_2 = detail::ln_2;
  std::array<double, parameters> f;
  f.fill(1.0);
  for (std::size_t g = 0; g < 4; ++g) f[g] = 1.0 / w[g];
  f[6] = 1.0 / w[6];
  for (const std::size_t trace : {7U, 15U}) {
    f[trace + 1] = -ln_2;
    f[trace + 3] = 1.0 / w[trace + 3];
    f[trace + 4] = ln_2;
  }
  f[23] = ln_2 / w[23];
  f[24] = ln_2;
  f[25] = -1.0 / w[25];
  f[26] = -Parameters::slow_base_gain(w) / w[26];
  f[27] = -1.0 / w[27];
  f[28] = 1.0 / w[28];
  f[29] = ln_2;
  f[30] = ln_2;
  f[32] = w[24];
  f[33] = ln_2 * ln_2;
  return f;
}

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
