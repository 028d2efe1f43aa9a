#pragma once

#include "fsrs7_fit_lanes.hpp"
#include "fsrs7_fit_parameters.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

/// Cards in the lanes of V.
template <class V>
struct State {
  V slow, difficulty, fast;

  [[nodiscard]] static State first(const Parameters& w, const std::uint8_t* codes) {
    const std::array<V, 4> s = Codes<V>::load(codes)(w.first);
    return {s[0], s[1], s[2]};
  }
};

/// A row of a group, from the first lane of V on.
template <class V>
struct Row {
  V days, weight;  ///< weight 0: not predicted
  Codes<V> codes;

  Row(const fit::StepGroup& g, std::size_t row, std::size_t lane)
      : days{V::load(g.days + row * g.lanes + lane)}, codes{Codes<V>::load(g.code + row * g.lanes + lane)} {
    const V one{1.0};
    weight = keep(codes.predicted(), g.weight == nullptr ? one : V::load(g.weight + row * g.lanes + lane));
  }
};

/// What the tape holds of a step, one V each: derivatives that the sweeps chain. In them u = 1 - R is what is forgotten, v that of the fast
/// trace alone. Derivatives by and of stabilities are by and of their natural logarithms; where a clamp holds, they are 0, as those of
/// math::clamp. `log_` and `bits` are to base 2, and so are the logarithms inside of slow_decay, fast_decay and, at a lapse, the scales
/// (factors() knows).
namespace tape {
enum Field : std::size_t {
  log_slow,  ///< of the state before the step
  log_fast,
  hardness,        ///< D - 5
  forgotten,       ///< u
  forgotten_fast,  ///< v
  slow_shape,      ///< -du / d(ln slow scale), per slow decay
  slow_decay,      ///< du / d(slow decay)
  odds,            ///< du / d(ln odds)
  fast_part,       ///< du / dv
  fast_decay,      ///< dv / d(ln fast decay)
  fast_shape,      ///< -dv / d(ln fast stability) at the same decay
  fast_base,       ///< -dv / d(ln fast base)
  // next stabilities
  slow_by_stability,
  slow_by_difficulty,
  slow_scale,    ///< success: of the share of growth; lapse: by the power of S + 1
  slow_spacing,  ///< by the exponent that multiplies u: times the parameter the derivative by u, times u that by the parameter
  fast_by_stability,
  fast_by_difficulty,
  fast_scale,
  fast_spacing,
  fast_by_slow,              ///< 1 where the fast trace is held to a share of the slow one
  difficulty_by_difficulty,  ///< > 0, or 0 where difficulty is held in its bounds
  // the objective
  slope,     ///< w dl/du; for a Fisher matrix sqrt(w / (p (1 - p)))
  residual,  ///< for a Fisher matrix: w dl/du / slope
  fields
};
}  // namespace tape

/// Where a step leaves what it finds: nowhere, or on the tape.
enum class Keep : int { nothing, slopes, jacobian };

/// log2(1 + F ratio), also where F ratio passes float32; and F ratio, at most 2^40.
template <class V>
struct Spread {
  V bits, x;
  Spread(V factor, V factor_small, V ratio) {
    constexpr double huge = 1.0 / scaled_down;
    const V full = factor * ratio;
    const auto beyond = full > V{huge};
    bits = log2_1p(select(beyond, factor_small * ratio - V{1.0}, full)) + keep(beyond, V{100.0});
    x = min(full, V{0x1p40});
  }
};

/// Stability of one trace after an answer. Success: S (1 + share P Q (11 - D)), lapse: min(S, P Q), with P and Q + 1 powers of two whose
/// exponents are chosen first: half the powers of computing both. The share is 0 where there is no answer, which leaves S.
template <class V>
struct Next {
  V gain;          ///< P Q
  V scale, power;  ///< P, Q + 1
  V less_one;      ///< Q
  V log_1p;        ///< log2(S + 1)
  V growth;        ///< 1 + share P Q (11 - D)
  V raw, stability;

  template <class Mask>
  Next(const TraceUpdate& w, V s, V log_s, V room, V forgotten, V share, Mask lapse) {
    log_1p = log2_1p(s);
    const V p = select(lapse, madd(forgotten, w.lapse_spacing_bits, w.lapse_bits), V{w.growth_bits} - V{w.saturation} * log_s);
    const fast::Power<V> q = exp2_of(select(lapse, V{w.lapse_power} * log_1p, V{w.spacing_bits} * forgotten));
    scale = exp2_of(p).value;
    power = q.value;
    less_one = q.less_one;
    gain = scale * less_one;
    growth = madd(share * gain, room, V{1.0});
    raw = select(lapse, min(gain, s), s * growth);
    stability = min(max(raw, V{Model::lowest_stability}), V{Model::highest_stability});
  }

  /// What has to be divided by for `derive`.
  template <class Mask>
  [[nodiscard]] V divisor(V s, Mask lapse) const {
    return select(lapse, less_one * (s + V{1.0}), growth);
  }

  struct Derivatives {
    V by_stability, by_difficulty, scale, spacing;
  };
  template <class Mask>
  [[nodiscard]] Derivatives derive(const TraceUpdate& w, V s, V room, V share, Mask lapse, V inverse) const {
    const V one{1.0};
    const auto inside = raw >= V{Model::lowest_stability} && raw <= V{Model::highest_stability};
    const auto moves = gain <= s;  // a lapse, by its own formula
    const V grown = gain * inverse;
    const V lost = power * inverse;
    const V success_scale = grown * room;
    const V shared = share * inverse;
    return {keep(inside, select(lapse, select(moves, lost * w.lapse_power * s, one), one - V{w.saturation} * share * success_scale)),
            keep(inside && !lapse, -share * grown), keep(inside, select(lapse, keep(moves, lost * log_1p * (s + one)), success_scale)),
            keep(inside, select(lapse, keep(moves, one), shared * scale * room * power))};
  }
};

/// One row: adds w l to `loss` (in log2), moves the state, and puts derivatives on `out` (tape::fields of V).
template <Keep What, class V>
inline void advance(const Parameters& w, const Row<V>& row, State<V>& state, V& loss, float* out) {
  const V one{1.0};
  const V s = state.slow;
  const V d = state.difficulty;
  const V q = state.fast;
  const auto answer = row.codes(w.answers);
  const auto lapse = row.codes.grade(1);
  const auto right = row.codes.right();
  const V log_s = log2_of(s);
  const V log_q = log2_of(q);
  const V hardness = d - V{Model::middle_difficulty};

  // the curve
  const V free_decay = w.fast_decay * exp2_of(w.fast_decay_power * log_q).value;
  const V decay = min(max(free_decay, V{Model::lowest_decay}), V{Model::highest_decay});
  const V free_steepness = V{w.fast_base_bits} / decay;
  const V steepness = min(free_steepness, V{Model::highest_steepness * detail::log2_e});
  const fast::Power<V> factor = exp2_of(steepness);
  const V rate = exp2_of(w.slow_rate_bits * hardness).value;
  const V per_both = row.days / (s * q);
  const V longest{0x1p125};
  const Spread<V> fast{factor.less_one, factor.less_one * V{scaled_down}, min(per_both * s, longest)};
  const Spread<V> slow{w.slow_factor, w.slow_factor_small, min(per_both * q * rate, longest)};
  const V least{-126.0};
  const fast::Power<V> fast_left = exp2_of(max(-decay * fast.bits, least));
  const fast::Power<V> slow_left = exp2_of(max(-V{w.slow_decay} * slow.bits, least));
  const V odds =
      exp2_of(madd(V{w.odds_slow}, log_s, madd(V{w.odds_fast}, log_q, madd(V{w.odds_hard_bits}, hardness, V{w.odds_bits})))).value;
  const V rest = one / (one + odds);
  const V fast_part = V{inner} * rest;
  const V slow_part = fast_part * odds;
  const V least_recall{Model::least_recall};
  const V forgotten_fast = -fast_left.less_one;
  const V forgotten_slow = -slow_left.less_one;
  const V forgotten = madd(fast_part, forgotten_fast, madd(slow_part, forgotten_slow, least_recall));
  const V recalled = madd(fast_part, fast_left.value, madd(slow_part, slow_left.value, least_recall));

  // the objective: -ln p = ln(1 + (1 - p)/p), with p what was thought of the outcome
  const V inverse = one / select(right, recalled, forgotten);
  const V against = select(right, forgotten, recalled) * inverse;
  loss = madd(row.weight, log2_1p(against), loss);

  // the update
  const V room = V{11.0} - d;
  const Next<V> next_slow{w.slow, s, log_s, room, forgotten, answer[0], lapse};
  const Next<V> next_fast{w.fast, q, log_q, room, forgotten_fast, answer[1], lapse};
  const V ceiling = V{Model::fast_share} * next_slow.stability;
  const auto held = lapse && ceiling < next_fast.stability;
  const V surprise = select(lapse, recalled + V{Model::lapse_surprise}, one);
  const V change = answer[2] * surprise;
  const V keeps{1.0 - Model::difficulty_reversion};
  const V free_difficulty = madd(V{10.0} - d, change, madd(keeps, d, w.difficulty_target));
  const auto silent = row.codes.grade(0);
  state.slow = next_slow.stability;
  state.fast = select(held, max(ceiling, V{Model::lowest_stability}), next_fast.stability);
  state.difficulty = select(silent, d, max(free_difficulty, one));  // at most 10, since what it is drawn to is

  if constexpr (What != Keep::nothing) {
    const auto put = [&](tape::Field field, V x) { x.store(out + field * V::size); };
    put(tape::log_slow, log_s);
    put(tape::log_fast, log_q);
    put(tape::hardness, hardness);
    put(tape::forgotten, forgotten);
    put(tape::forgotten_fast, forgotten_fast);

    const V fast_1p = one + fast.x;
    const V slow_1p = one + slow.x;
    const V part_1p = fast_1p * slow_1p;
    const V factor_short = min(factor.less_one, V{0x1p30});  // beyond, (F + 1)/F is 1
    const V of_three = one / (part_1p * factor_short);
    const V of_both = of_three * factor_short;
    const V fast_slope = fast.x * slow_1p * of_both;  // x/(1 + x)
    const V slow_slope = slow.x * fast_1p * of_both;
    const V base_slope = keep(free_steepness <= V{Model::highest_steepness * detail::log2_e}, madd(part_1p, of_three, one) * fast_slope);
    const V slow_weight = slow_part * slow_left.value;
    const auto little = forgotten_fast < V{0.5};
    const V apart = select(little, forgotten_slow - forgotten_fast, fast_left.value - slow_left.value);
    put(tape::slow_shape, slow_weight * slow_slope);
    put(tape::slow_decay, slow_weight * (slow.bits - V{w.slow_lost} * slow_slope));
    put(tape::odds, slow_part * rest * apart);
    put(tape::fast_part, fast_part);
    const V falls = decay * fast_left.value;
    const auto free = free_decay >= V{Model::lowest_decay} && free_decay <= V{Model::highest_decay};
    put(tape::fast_decay, keep(free, falls * (fast.bits - steepness * base_slope)));
    put(tape::fast_shape, falls * fast_slope);
    put(tape::fast_base, fast_left.value * base_slope);

    const V slow_divisor = next_slow.divisor(s, lapse);
    const V fast_divisor = next_fast.divisor(q, lapse);
    const V of_updates = one / (slow_divisor * fast_divisor);
    const auto by_slow = next_slow.derive(w.slow, s, room, answer[0], lapse, of_updates * fast_divisor);
    put(tape::slow_by_stability, by_slow.by_stability);
    put(tape::slow_by_difficulty, by_slow.by_difficulty);
    put(tape::slow_scale, by_slow.scale);
    put(tape::slow_spacing, by_slow.spacing);
    const auto by_fast = next_fast.derive(w.fast, q, room, answer[1], lapse, of_updates * slow_divisor);
    put(tape::fast_by_stability, keep(!held, by_fast.by_stability));
    put(tape::fast_by_difficulty, keep(!held, by_fast.by_difficulty));
    put(tape::fast_scale, keep(!held, by_fast.scale));
    put(tape::fast_spacing, keep(!held, by_fast.spacing));
    put(tape::fast_by_slow, keep(held && ceiling >= V{Model::lowest_stability}, one));

    const auto moves = free_difficulty >= one;
    put(tape::difficulty_by_difficulty, select(silent, one, keep(moves, keeps - change)));
    if constexpr (What == Keep::slopes) {
      put(tape::slope, row.weight * select(right, inverse, -inverse));
    } else {
      const V residual = sqrt(row.weight * against);
      put(tape::slope, residual / select(right, forgotten, recalled));
      put(tape::residual, select(right, residual, -residual));
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
