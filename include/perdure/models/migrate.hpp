#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/fsrs_parts.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

/// From other schedulers and older versions to the models of today: parameters, and memories where there is no log to replay. Where there is one,
/// replay it: every model makes its memory from any log.
namespace perdure::inline PERDURE_ABI::models::migrate {

/// What to do with a parameter that comes out beyond the bounds of FSRS-6.
enum class Beyond { refuse, clip };

using Fsrs6Values = std::array<double, Fsrs6::specs.size()>;

namespace detail {
inline constexpr double root_decay = 0.5;  ///< versions 4.5 and 5 have it as a constant
inline constexpr std::size_t of_version_45 = 17;
inline constexpr std::size_t of_version_5 = 19;
}  // namespace detail

/// Parameters of FSRS-6 that stand for those of FSRS-4.5 (17 values), FSRS-5 (19) or FSRS-6 (21: returned as they are).
///
/// 19 values: no saturation on the same day and a decay of 0.5, which is FSRS-5 but for the floor under a same-day Hard. 17 values: also no change
/// on the same day, and difficulty made exponential in the grade and damped: w4 + 2 w5, ln(3 w5 + 1)/3, w6 + 0.5 in the places of w4, w5 and w6.
/// That is an approximation; FSRS-4 has 17 values too and is read as if it were 4.5.
///
/// An Error names the parameter that is not finite or comes out beyond its bounds; `clip` takes the nearest bound for the latter. Order of
/// the first stabilities is kept as it is. Source: fsrs-rs, check_and_fill_parameters.
[[nodiscard]] inline Result<Fsrs6Values> to_fsrs6(std::span<const double> values, Beyond beyond = Beyond::refuse) {
  const std::size_t n = values.size();
  if (n != detail::of_version_45 && n != detail::of_version_5 && n != Fsrs6::specs.size()) {
    return Error{Errc::shape_mismatch, "parameters of FSRS-4.5, FSRS-5 or FSRS-6 are 17, 19 or 21 numbers, got " + to_text(n)};
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(values[i]))
      return Error{Errc::out_of_domain, "parameter " + to_text(i) + " must be finite, got " + to_text(values[i]), i};
  }
  Fsrs6Values filled{};  // what is not filled below is 0: same_day, same_day_shift, same_day_saturation
  std::copy(values.begin(), values.end(), filled.begin());
  auto w = assemble<Fsrs6, double>(std::span<const double, Fsrs6::specs.size()>{filled});
  if (n < Fsrs6::specs.size()) w.decay = detail::root_decay;
  if (n == detail::of_version_45) {
    const double per_grade = w.first_difficulty_grade;
    if (!(per_grade > -1.0 / 3.0)) return Error{Errc::out_of_domain, "parameter 5 must be above -1/3, got " + to_text(per_grade), 5};
    w.first_difficulty += 2.0 * per_grade;
    w.first_difficulty_grade = std::log(3.0 * per_grade + 1.0) / 3.0;
    w.difficulty_step += 0.5;
  }
  filled = std::bit_cast<Fsrs6Values>(w);
  if (beyond == Beyond::clip) {
    for (std::size_t i = 0; i < filled.size(); ++i) filled[i] = std::clamp(filled[i], Fsrs6::specs[i].lower, Fsrs6::specs[i].upper);
  }
  if (auto problem = check_parameters<Fsrs6>(filled)) {
    if (n < Fsrs6::specs.size()) problem->what = "migrated from " + to_text(n) + " parameters, " + problem->what;
    return std::move(*problem);
  }
  return filled;
}

/// What SM-2 and Anki's variant of it know about an item.
struct Sm2Memory {
  double ease;             ///< factor of the interval at a success, in [1, 10]; 2.5 where Anki stores 2500
  double interval;         ///< days, >= 0
  double retention = 0.9;  ///< recall that the interval is believed to have led to, in (0, 1)
};

/// Says what is wrong with a memory of SM-2.
[[nodiscard]] inline std::optional<Error> check(const Sm2Memory& sm2) {
  constexpr double highest_ease = 10.0;
  constexpr double longest_interval = 1e6;
  const auto outside = [](const char* name, const char* range, double value) {
    return Error{Errc::out_of_domain, std::string{name} + " must be in " + range + ", got " + to_text(value)};
  };
  if (!(sm2.ease >= 1.0 && sm2.ease <= highest_ease)) return outside("ease", "[1, 10] (2.5, not 2500)", sm2.ease);
  if (!(sm2.interval >= 0.0 && sm2.interval <= longest_interval)) return outside("interval", "[0, 1e6] days", sm2.interval);
  if (!(sm2.retention > 0.0 && sm2.retention < 1.0)) return outside("retention", "(0, 1)", sm2.retention);
  return std::nullopt;
}

/// Models that take over a memory of SM-2: FSRS-4.5, 5 and 6, which have one curve and one stability, and FSRS-7.
template <class M>
inline constexpr bool from_sm2_known = requires(const typename M::template Params<double>& w) {
  w.growth_spacing;
}
|| requires(const typename M::template State<double>& s) { s.stability_fast; };

/// Memory after an answer, of an item of which SM-2 says that recall is `retention` when `interval` days have passed.
///
/// FSRS-4.5 to 6: the stability with which that is so; the difficulty with which a Good then multiplies stability by `ease`, held in [1, 10].
/// FSRS-7: the ease is not used; difficulty is 5 and the fast stability 0.8 of the slow one, which is found by bisection and is at an end of
/// its range where no stability there is enough, or little enough. Intervals below the model's least stability count as that.
///
/// An Error names what is outside its range. Source: fsrs-rs, memory_state_from_sm2.
template <class M>
requires from_sm2_known<M>
[[nodiscard]] Result<typename M::template State<double>> memory_from_sm2(const typename M::template Params<double>& w,
                                                                         const Sm2Memory& sm2) {
  using State = typename M::template State<double>;
  if (auto problem = check(sm2)) return std::move(*problem);
  if constexpr (requires(const State& s) { s.stability_fast; }) {
    const double days = std::max(sm2.interval, M::lowest_stability);
    const auto memory = [](double log_stability) {
      const double slow = std::exp(log_stability);
      return State{slow, 5.0, std::max(0.8 * slow, M::lowest_stability)};
    };
    constexpr int halvings = 60;  // of a range of 20 in ln S: to the last bit
    double low = std::log(M::lowest_stability);
    double high = std::log(M::highest_stability);
    for (int k = 0; k < halvings; ++k) {
      const double middle = 0.5 * (low + high);
      (M::recall(w, memory(middle), days) < sm2.retention ? low : high) = middle;
    }
    return memory(0.5 * (low + high));
  } else {
    constexpr double shortest = 0.001;  // days
    constexpr double hardest = fsrs_parts::highest_difficulty;
    const double per_stability = M::interval(w, State{1.0, hardest}, sm2.retention);
    const double stability =
        std::clamp(std::max(sm2.interval, shortest) / per_stability, M::state_fields[0].lower, M::state_fields[0].upper);
    // Growth at a Good of the hardest items; of others it is 11 - D times as much.
    const double growth = fsrs_parts::growth_scale(w, stability, hardest) * std::expm1(w.growth_spacing * (1.0 - sm2.retention));
    const double difficulty = growth > 0.0 ? 11.0 - (sm2.ease - 1.0) / growth : fsrs_parts::lowest_difficulty;
    return State{stability, std::clamp(difficulty, fsrs_parts::lowest_difficulty, hardest)};
  }
}

}  // namespace perdure::inline PERDURE_ABI::models::migrate
