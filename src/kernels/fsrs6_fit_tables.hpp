#pragma once

#include "fsrs6_tables.hpp"
#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/models/fsrs4_5.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs_parts.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace perdure::inline PERDURE_ABI::kernels {

/// Where FSRS-4.5, 5 and 6 differ for a fit. Parameters 0 to 16 mean the same in all three.
template <class M>
struct FsrsFitTraits;

template <class Profile>
struct FsrsFitTraits<models::Fsrs6As<Profile>> {
  static constexpr bool trained_decay = true;  ///< parameter 20
  static constexpr bool same_day = true;       ///< rule of its own for answers on the same day, ceiling of a lapse: parameters 17 and 18
  static constexpr bool saturation = true;     ///< parameter 19
  static constexpr bool damped_difficulty = true;  ///< steps of difficulty shrink towards 10, and the pull is towards a first Easy
  static constexpr std::size_t lowest_floored = Profile::hard_floor ? 2 : 3;  ///< grade from which a same-day answer never lowers stability
  static constexpr double lowest_first_stability = Profile::lowest_first_stability;
  static constexpr double lowest_stability = Profile::lowest_stability;
  static constexpr double highest_stability = Profile::highest_stability;
};

template <>
struct FsrsFitTraits<models::Fsrs5> {
  static constexpr bool trained_decay = false;
  static constexpr bool same_day = true;
  static constexpr bool saturation = false;
  static constexpr bool damped_difficulty = true;
  static constexpr std::size_t lowest_floored = 5;
  static constexpr double lowest_first_stability = models::Fsrs5::lowest_stability;
  static constexpr double lowest_stability = models::Fsrs5::lowest_stability;
  static constexpr double highest_stability = models::Fsrs5::highest_stability;
};

template <>
struct FsrsFitTraits<models::Fsrs45> {
  static constexpr bool trained_decay = false;
  static constexpr bool same_day = false;
  static constexpr bool saturation = false;
  static constexpr bool damped_difficulty = false;
  static constexpr std::size_t lowest_floored = 5;
  static constexpr double lowest_first_stability = models::Fsrs45::lowest_stability;
  static constexpr double lowest_stability = models::Fsrs45::lowest_stability;
  static constexpr double highest_stability = models::Fsrs45::highest_stability;
};

/// Parameters folded, in double, into what the kernels of a fit multiply and look up. Keys of steps are those of Fsrs6Tables; grade 0 (no
/// update) takes keys 0 and 4, too, and is masked.
struct Fsrs6FitTables {
  Vec curve_factor;                    ///< F
  Vec decay;                           ///< d: recall = (1 + F t/S)^-d
  Vec decay_pull;                      ///< -d (dF/dd)/F, >= 0
  Vec growth_left, same_day_left;      ///< 1 - growth_saturation, 1 - same_day_saturation
  Vec success_spacing, lapse_spacing;  ///< log2 e times growth_spacing and lapse_spacing: multiply 1 - recall
  Vec lapse_stability, lapse_difficulty;
  Vec per_hard;                  ///< 1 / hard_factor; parameter 15 comes unscaled, so that its square does not vanish
  Vec lapse_ceiling;             ///< share of stability that a lapse leaves at most
  Vec lowest, highest;           ///< bounds of stability
  VecTables exponents;           ///< by key: offset and slope of log2 P; floor of the same-day factor; d log(P, Q) / d(1 - recall)
  VecTables same_day;            ///< by key: d log P by parameters 17 and 18
  VecTables difficulty;          ///< by grade: offset and slope of next difficulty; its derivative by parameter 6 at 0, and by difficulty
  VecTables difficulty_more;     ///< by grade: the same two for parameter 7; derivatives by parameters 4 and 5
  VecTables first;               ///< by grade: stability and difficulty after a first answer; derivative of stability by its parameter
  VecTables first_more;          ///< by grade: derivatives of first difficulty by parameters 4 and 5
  std::array<double, 21> scale;  ///< d/d parameter is this times what the kernels sum
};

/// Tables from parameters in spec order, each within its bounds.
template <class M>
[[nodiscard]] Fsrs6FitTables fsrs6_fit_tables(const double* w) {
  using Traits = FsrsFitTraits<M>;
  using Column = VecTables::Column;
  constexpr double e = detail::log2_e;
  constexpr double log_anchor = -0.10536051565782628;  // ln 0.9
  // A stability beyond this is days beyond any history: it keeps products of two in the range of float32 where a profile has no highest.
  constexpr double highest = std::min(Traits::highest_stability, 1e18);
  const auto narrow = [](double x) { return static_cast<float>(x); };
  double decay = 0.5;
  double factor = models::fsrs_parts::root_factor;
  double pull = 0.0;
  if constexpr (Traits::trained_decay) {
    decay = w[20];
    factor = std::expm1(-log_anchor / decay);
    pull = -log_anchor / decay * (factor + 1.0) / factor;
  }
  const double same_day = Traits::same_day ? w[17] : 0.0;
  const double shift = Traits::same_day ? w[18] : 0.0;
  const double saturation = Traits::saturation ? w[19] : 0.0;
  const double hard = std::max(w[15], 0x1p-60);  // as log2_or_low: a share of 0 has a derivative, too

  Column offset{}, slope{}, floor{}, spacing{}, by_same_day{}, by_shift{};
  for (std::size_t key = 0; key < VecTables::keys; ++key) {
    const std::size_t grade = detail::fsrs6_grade(key);
    const double above = static_cast<double>(grade) - 3.0;
    if (detail::fsrs6_same_day(key)) {
      offset[key] = narrow(same_day * (above + shift) * e);
      slope[key] = narrow(-saturation);
      floor[key] = grade >= Traits::lowest_floored ? 1.0F : 0.0F;
      by_same_day[key] = narrow(above + shift);
      by_shift[key] = narrow(same_day);
    } else {
      const double share = grade == 2 ? hard : grade == 4 ? w[16] : 1.0;
      offset[key] = narrow(grade == 1 ? std::log2(w[11]) : w[8] * e + std::log2(share));
      slope[key] = narrow(grade == 1 ? -w[12] : -w[9]);
      spacing[key] = narrow(grade == 1 ? w[14] : w[10]);
    }
  }

  Column d_offset{}, d_slope{}, d6{}, d6_slope{}, d7{}, d7_slope{}, d4{}, d5{};
  Column first_s{}, first_d{}, first_s_slope{}, first_d4{}, first_d5{};
  d_slope[0] = 1.0F;
  for (std::size_t grade = 1; grade <= 4; ++grade) {
    const auto g = static_cast<double>(grade);
    const double below = 3.0 - g;
    const double keep = 1.0 - w[7];
    double start = 0.0;
    double start_slope = 0.0;  // by parameter 5
    if constexpr (Traits::damped_difficulty) {
      const double step = w[6] * below / 9.0;  // D' = r A(easy) + (1 - r) (D + (10 - D) step)
      const double easy = w[4] - std::exp(3.0 * w[5]) + 1.0;
      d_offset[grade] = narrow(w[7] * easy + keep * 10.0 * step);
      d_slope[grade] = narrow(keep * (1.0 - step));
      d6[grade] = narrow(keep * 10.0 * below / 9.0);
      d6_slope[grade] = narrow(-keep * below / 9.0);
      d7[grade] = narrow(easy - 10.0 * step);
      d7_slope[grade] = narrow(step - 1.0);
      d5[grade] = narrow(-3.0 * std::exp(3.0 * w[5]) * w[7]);
      start_slope = -(g - 1.0) * std::exp(w[5] * (g - 1.0));
      start = w[4] - std::exp(w[5] * (g - 1.0)) + 1.0;
    } else {  // D' = r D0(good) + (1 - r) (D + step (3 - g))
      d_offset[grade] = narrow(w[7] * w[4] + keep * w[6] * below);
      d_slope[grade] = narrow(keep);
      d6[grade] = narrow(keep * below);
      d7[grade] = narrow(w[4] - w[6] * below);
      d7_slope[grade] = -1.0F;
      start_slope = below;
      start = w[4] + w[5] * below;
    }
    d4[grade] = narrow(w[7]);
    first_s[grade] = narrow(std::clamp(w[grade - 1], Traits::lowest_first_stability, highest));
    first_s_slope[grade] = w[grade - 1] >= Traits::lowest_first_stability && w[grade - 1] <= highest ? 1.0F : 0.0F;
    first_d[grade] = narrow(std::clamp(start, 1.0, 10.0));
    const bool inside = start >= 1.0 && start <= 10.0;
    first_d4[grade] = inside ? 1.0F : 0.0F;
    first_d5[grade] = inside ? narrow(start_slope) : 0.0F;
  }
  first_s[0] = 1.0F;  // lanes without a card: any state will do
  first_d[0] = 5.0F;

  const Column none{};
  return {.curve_factor = Vec{factor},
          .decay = Vec{decay},
          .decay_pull = Vec{pull},
          .growth_left = Vec{1.0 - w[9]},
          .same_day_left = Vec{1.0 - saturation},
          .success_spacing = Vec{w[10] * e},
          .lapse_spacing = Vec{w[14] * e},
          .lapse_stability = Vec{w[13]},
          .lapse_difficulty = Vec{w[12]},
          .per_hard = Vec{1.0 / hard},
          .lapse_ceiling = Vec{std::exp(-same_day * shift)},
          .lowest = Vec{Traits::lowest_stability},
          .highest = Vec{highest},
          .exponents = VecTables{{offset, slope, floor, spacing}},
          .same_day = VecTables{{by_same_day, by_shift, none, none}},
          .difficulty = VecTables{{d_offset, d_slope, d6, d6_slope}},
          .difficulty_more = VecTables{{d7, d7_slope, d4, d5}},
          .first = VecTables{{first_s, first_d, first_s_slope, none}},
          .first_more = VecTables{{first_d4, first_d5, none, none}},
          .scale = {1.0,           1.0,          1.0, 1.0, 1.0,         1.0, 1.0, 1.0,           1.0, -detail::ln_2, 1.0, 1.0 / w[11],
                    -detail::ln_2, detail::ln_2, 1.0, 1.0, 1.0 / w[16], 1.0, 1.0, -detail::ln_2, 1.0}};
}

}  // namespace perdure::inline PERDURE_ABI::kernels
