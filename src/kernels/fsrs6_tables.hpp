#pragma once

#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace perdure::inline PERDURE_ABI::kernels {

/// FSRS-6 with its parameters folded, in double, into what the kernels multiply and look up. Grade and "same day" make one key of three bits:
///
///     key   0     1      2     3     4     5      6     7
///           easy  again  hard  good  easy  again  hard  good        grade ^ (same day ? 4 : 0)
///           same  later  later later later same   same  same        the sign bit repeats "same day"
///
/// Grade 0 (no answer) takes keys 0 and 4 without and with the sign bit, which no other answer does.
struct Fsrs6Tables {
  Vec curve_factor;                    ///< F = 0.9^(-1/decay) - 1
  Vec curve_exponent;                  ///< -decay
  Vec success_spacing, lapse_spacing;  ///< -growth_spacing log2 e, -lapse_spacing log2 e: multiply recall - 1
  Vec lapse_stability, lapse_ceiling;
  Vec lowest, highest;  ///< bounds of stability
  VecTables exponents;  ///< by key: offset and slope of log2 P in log2 of stability (of difficulty at a lapse)
  VecTables answers;    ///< by key: floor of the same-day factor; offset and slope of next difficulty
  VecTables first;      ///< by grade: stability and difficulty after a first answer; NaN where there is none

  static constexpr std::int32_t same_day_bits = static_cast<std::int32_t>(0x80000004U);
  static constexpr std::int32_t again_later = 1;
};

namespace detail {

[[nodiscard]] constexpr std::size_t fsrs6_grade(std::size_t key) { return key == 0 ? 4 : key > 4 ? key - 4 : key; }
[[nodiscard]] constexpr bool fsrs6_same_day(std::size_t key) { return key == 0 || key > 4; }

/// Exponents of factors that may be 0: 2^-60 of a growth that is at most 2^25 is far below half a unit of 1.
[[nodiscard]] inline double log2_or_low(double factor) { return factor > 0x1p-60 ? std::log2(factor) : -60.0; }

}  // namespace detail

/// Tables from parameters in spec order, each within its bounds.
template <class Profile>
[[nodiscard]] Fsrs6Tables fsrs6_tables(const double* w) {
  constexpr double e = detail::log2_e;
  const auto narrow = [](double x) { return static_cast<float>(x); };
  const auto clamped = [](double x, double low, double high) { return x < low ? low : x > high ? high : x; };
  const auto first_difficulty = [&](double grade) { return w[4] - std::exp(w[5] * (grade - 1.0)) + 1.0; };
  const double factor = std::expm1(0.10536051565782628 / w[20]);  // 0.9^(-1/decay) - 1

  VecTables::Column offset, slope, floor, difficulty_offset, difficulty_slope, first_stability, first_difficulty_of;
  for (std::size_t key = 0; key < VecTables::keys; ++key) {
    const std::size_t grade = detail::fsrs6_grade(key);
    const auto g = static_cast<double>(grade);
    const bool same_day = detail::fsrs6_same_day(key);
    double log2_scale = w[17] * (g - 3.0 + w[18]) * e;
    double exponent = -w[19];
    if (!same_day) {
      const double share = grade == 2 ? w[15] : grade == 4 ? w[16] : 1.0;
      log2_scale = grade == 1 ? detail::log2_or_low(w[11]) : w[8] * e + detail::log2_or_low(share);
      exponent = grade == 1 ? -w[12] : -w[9];
    }
    offset[key] = narrow(log2_scale);
    slope[key] = narrow(exponent);
    floor[key] = grade >= (Profile::hard_floor ? 2U : 3U) ? 1.0F : 0.0F;
    const double step = w[6] * (3.0 - g) / 9.0;  // D' = r D0(easy) + (1 - r) (D + (10 - D) step)
    difficulty_offset[key] = narrow(w[7] * first_difficulty(4.0) + (1.0 - w[7]) * 10.0 * step);
    difficulty_slope[key] = narrow((1.0 - w[7]) * (1.0 - step));
    const bool answered = key >= 1 && key <= 4;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    first_stability[key] = narrow(answered ? clamped(w[key - 1], Profile::lowest_first_stability, Profile::highest_stability) : nan);
    first_difficulty_of[key] = narrow(answered ? clamped(first_difficulty(g), 1.0, 10.0) : nan);
  }
  const VecTables::Column none{};
  return {.curve_factor = Vec{factor},
          .curve_exponent = Vec{-w[20]},
          .success_spacing = Vec{-w[10] * e},
          .lapse_spacing = Vec{-w[14] * e},
          .lapse_stability = Vec{w[13]},
          .lapse_ceiling = Vec{std::exp(-w[17] * w[18])},
          .lowest = Vec{Profile::lowest_stability},
          .highest = Vec{Profile::highest_stability},
          .exponents = VecTables{{offset, slope, none, none}},
          .answers = VecTables{{floor, difficulty_offset, difficulty_slope, none}},
          .first = VecTables{{first_stability, first_difficulty_of, none, none}}};
}

}  // namespace perdure::inline PERDURE_ABI::kernels
