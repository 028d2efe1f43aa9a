#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/fsrs7.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

/// What is known of a learner and a card before an answer, as the numbers that the layer of `AdaptiveFsrs` weighs. See
/// docs/models/adaptive_fsrs.md.
namespace perdure::inline PERDURE_ABI::cohort::adaptive {

inline constexpr double day_ms = 86'400'000.0;

/// Answers of a kind share weights: the first to a card, those up to a day after the last one, and later ones.
enum class Regime : std::uint8_t { first, within_day, later };
inline constexpr std::size_t regimes = 3;
inline constexpr double within_days = 1.0;

/// Places of the features.
namespace feature {
enum Place : std::size_t {
  one,             ///< 1
  logit6,          ///< ln(R/(1 - R)) of FSRS-6, within ±6
  logit7_less_6,   ///< 2 (that of FSRS-7 - that of FSRS-6)
  lapses,          ///< ln(1 + wrong answers on the card)
  answers,         ///< ln(1 + answers on the card) - 1.5
  last_again,      ///< 1 where the last answer on the card was Again, else 0
  last_hard,       ///< the same for Hard
  last_easy,       ///< the same for Easy
  streak,          ///< ln(1 + right answers on the card since its last wrong one) - 1
  difficulty,      ///< (D - 5)/3 of FSRS-6
  stability,       ///< (ln S - 2)/2 of FSRS-6, S in days
  today,           ///< (ln(1 + answers of the learner today) - 3)/2
  form_fast,       ///< 3 times the moving average of residuals, each new one with weight .1
  form_slow,       ///< 6 times that with weight .01
  today_residual,  ///< 3 (sum of today's residuals)/(their number + 6)
  own,             ///< 2 (sum of the card's residuals)/(their number + 2)
  own_recent,      ///< moving average of the card's residuals, each new one with weight .5
  neighbors,       ///< 4 (sum of residuals)/(their number + 6) of the cards introduced next to this one
  hour_sin,        ///< sine of the time of day, UTC, one turn a day
  hour_cos,        ///< cosine of that
  count            ///< how many there are
};
}  // namespace feature
inline constexpr std::size_t features = feature::count;
using Features = std::array<double, features>;

inline constexpr double logit_bound = 6.0;
inline constexpr std::size_t neighbors_each_side = 4;

/// The two models under the layer.
struct Bases {
  models::Fsrs6 fsrs6;
  models::Fsrs7 fsrs7;
};

/// What is kept of a card after an answer. Members stand in the order of `fields`; they are read by position. All are doubles, whole numbers
/// and milliseconds (below 2^53) exactly.
struct CardMemory {
  models::Fsrs6::Memory fsrs6;
  models::Fsrs7::Memory fsrs7;
  double answers, lapses, streak, last_grade;
  double residual_sum, residuals,
      residual_recent;  ///< right (1 or 0) less recall of FSRS-7, over answers more than a day after the last one
  double last_answered_ms;

  static constexpr double many = 4294967296.0;
  static constexpr double latest = 7258118400000.0;
  static constexpr std::array fields{models::Fsrs6::state_fields[0],
                                     models::Fsrs6::state_fields[1],
                                     models::Fsrs7::state_fields[0],
                                     models::Fsrs7::state_fields[1],
                                     models::Fsrs7::state_fields[2],
                                     models::StateSpec{"answers", "1", 1.0, many},
                                     models::StateSpec{"lapses", "1", 0.0, many},
                                     models::StateSpec{"streak", "1", 0.0, many},
                                     models::StateSpec{"last_grade", "1", 1.0, 4.0},
                                     models::StateSpec{"residual_sum", "1", -many, many},
                                     models::StateSpec{"residuals", "1", 0.0, many},
                                     models::StateSpec{"residual_recent", "1", -1.0, 1.0},
                                     models::StateSpec{"last_answered_ms", "ms", 0.0, latest}};
};

/// What is kept of a learner beside cards and weights; read by position too.
struct Context {
  double last_answered_ms{-1.0};  ///< -1: no answer yet
  double day{-1.0};               ///< UTC day of the last question, counted from 1970; -1: none
  double today_answers{0.0};
  double today_sum{0.0}, today_residuals{0.0};  ///< residuals of that day
  double form_fast{0.0}, form_slow{0.0};

  static constexpr std::array fields{models::StateSpec{"last_answered_ms", "ms", -1.0, CardMemory::latest},
                                     models::StateSpec{"day", "days", -1.0, CardMemory::latest / day_ms},
                                     models::StateSpec{"today_answers", "1", 0.0, CardMemory::many},
                                     models::StateSpec{"today_sum", "1", -CardMemory::many, CardMemory::many},
                                     models::StateSpec{"today_residuals", "1", 0.0, CardMemory::many},
                                     models::StateSpec{"form_fast", "1", -1.0, 1.0},
                                     models::StateSpec{"form_slow", "1", -1.0, 1.0}};
};
static_assert(sizeof(CardMemory) == CardMemory::fields.size() * sizeof(double));
static_assert(sizeof(Context) == Context::fields.size() * sizeof(double));

/// A question as the layer sees it before its answer.
struct Question {
  Regime regime{Regime::first};
  Features x{};
  double logit6{0.0}, logit7{0.0};  ///< of recall; x holds them as the layer weighs them
  double recall7{0.0};              ///< of FSRS-7, unbounded
};

/// ln(r/(1 - r)) within ±6; never falls as r rises.
[[nodiscard]] inline double bounded_logit(double r) noexcept { return std::clamp(std::log(r) - std::log1p(-r), -logit_bound, logit_bound); }

/// Days from the last answer on a card to the time at which a question is shown; 0 where the clock says it was shown before.
[[nodiscard]] inline Days gap(const CardMemory& card, double shown_ms) noexcept {
  return Days{std::max(0.0, shown_ms - card.last_answered_ms) / day_ms};
}

/// Features of a card that depend on neither its gap nor the moment: `place` is its place among the learner's cards, in the order in which they
/// were introduced; the number of cards for a new one.
inline void describe(const Context& context, std::span<const CardMemory> cards, std::size_t place, Features& x) noexcept {
  x[feature::one] = 1.0;
  x[feature::form_fast] = 3.0 * context.form_fast;
  x[feature::form_slow] = 6.0 * context.form_slow;
  double sum = 0.0;
  double count = 0.0;
  const std::size_t end = std::min(cards.size(), place + neighbors_each_side + 1);
  for (std::size_t k = place - std::min(place, neighbors_each_side); k < end; ++k) {
    if (k == place) continue;
    sum += cards[k].residual_sum;
    count += cards[k].residuals;
  }
  x[feature::neighbors] = 4.0 * sum / (count + 6.0);
  if (place == cards.size()) return;
  const CardMemory& card = cards[place];
  x[feature::lapses] = std::log1p(card.lapses);
  x[feature::answers] = std::log1p(card.answers) - 1.5;
  x[feature::last_again] = card.last_grade == number(Grade::again) ? 1.0 : 0.0;
  x[feature::last_hard] = card.last_grade == number(Grade::hard) ? 1.0 : 0.0;
  x[feature::last_easy] = card.last_grade == number(Grade::easy) ? 1.0 : 0.0;
  x[feature::streak] = std::log1p(card.streak) - 1.0;
  x[feature::difficulty] = (card.fsrs6.difficulty - 5.0) / 3.0;
  x[feature::stability] = 0.5 * (std::log(card.fsrs6.stability) - 2.0);
  x[feature::own] = 2.0 * card.residual_sum / (card.residuals + 2.0);
  x[feature::own_recent] = card.residual_recent;
}

/// A question shown at `shown_ms`, from what strictly earlier answers left. O(1).
[[nodiscard]] inline Question ask(const Bases& bases, const Context& context, std::span<const CardMemory> cards, std::size_t place,
                                  double shown_ms) {
  Question q;
  describe(context, cards, place, q.x);
  const double time = shown_ms / day_ms;
  const bool same_day = std::floor(time) == context.day;
  q.x[feature::today] = 0.5 * (std::log1p(same_day ? context.today_answers : 0.0) - 3.0);
  q.x[feature::today_residual] = same_day ? 3.0 * context.today_sum / (context.today_residuals + 6.0) : 0.0;
  const double turn = 2.0 * std::numbers::pi * (time - std::floor(time));
  q.x[feature::hour_sin] = std::sin(turn);
  q.x[feature::hour_cos] = std::cos(turn);
  if (place == cards.size()) return q;
  const Days days = gap(cards[place], shown_ms);
  q.regime = days.value() > within_days ? Regime::later : Regime::within_day;
  q.recall7 = bases.fsrs7.recall(cards[place].fsrs7, days);
  q.logit6 = bounded_logit(bases.fsrs6.recall(cards[place].fsrs6, days));
  q.logit7 = bounded_logit(q.recall7);
  q.x[feature::logit6] = q.logit6;
  q.x[feature::logit7_less_6] = 2.0 * (q.logit7 - q.logit6);
  return q;
}

/// What an answer leaves of its card; `card` is null for a first one. Answers to a card with one time follow each other at 0 days.
[[nodiscard]] inline CardMemory answered(const Bases& bases, const CardMemory* card, const Question& q, double shown_ms, double answered_ms,
                                         Grade grade) {
  const bool right = is_success(grade);
  CardMemory next{};
  if (card == nullptr) {
    next.fsrs6 = bases.fsrs6.first(grade);
    next.fsrs7 = bases.fsrs7.first(grade);
  } else {
    const Days days = card->last_answered_ms == answered_ms ? Days{0.0} : gap(*card, shown_ms);
    next = *card;
    next.fsrs6 = bases.fsrs6.review(card->fsrs6, days, grade);
    next.fsrs7 = bases.fsrs7.review(card->fsrs7, days, grade);
  }
  next.answers += 1.0;
  next.lapses += right ? 0.0 : 1.0;
  next.streak = right ? next.streak + 1.0 : 0.0;
  next.last_grade = number(grade);
  next.last_answered_ms = answered_ms;
  if (q.regime == Regime::later) {
    const double residual = (right ? 1.0 : 0.0) - q.recall7;
    next.residual_sum += residual;
    next.residuals += 1.0;
    next.residual_recent += 0.5 * (residual - next.residual_recent);
  }
  return next;
}

/// What an answer leaves of the learner.
inline void note(Context& context, const Question& q, double shown_ms, double answered_ms, bool right) noexcept {
  const double day = std::floor(shown_ms / day_ms);
  if (day != context.day) {
    context.day = day;
    context.today_answers = context.today_sum = context.today_residuals = 0.0;
  }
  context.today_answers += 1.0;
  context.last_answered_ms = answered_ms;
  if (q.regime != Regime::later) return;
  const double residual = (right ? 1.0 : 0.0) - q.recall7;
  context.today_sum += residual;
  context.today_residuals += 1.0;
  context.form_fast += 0.1 * (residual - context.form_fast);
  context.form_slow += 0.01 * (residual - context.form_slow);
}

}  // namespace perdure::inline PERDURE_ABI::cohort::adaptive
