#pragma once

#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/math.hpp>

#include <algorithm>

namespace perdure::inline PERDURE_ABI::cohort {

/// What one learner's memory of an item or a skill adds to the log-odds of a right answer, and what that depends on.
template <class T>
struct Recollection {
  T gain{};         ///< by repetition, log-odds
  T forgetting{};   ///< by time, log-odds, >= 0; to be subtracted
  T repetitions{};  ///< logarithm of 1 + answers
  T lapse{};        ///< logarithm of time since the last one, in units of the scale of time, and what is carried
  T share{};        ///< of an answer, where there were only exposures; else 1
  bool exists = false;
  bool slowest = false;  ///< the exponent of forgetting stands at its least
};

/// The exponent of forgetting is never less: what nobody repeats is forgotten.
inline constexpr double least_decay = 0.005;

/// Bounds of a memory's scale of time, days: less than a microsecond, more than the world is old. Only endless runs of wrong or of right answers
/// come there, and would go on to 0 or infinity.
inline constexpr double least_scale = 1e-12, most_scale = 5e12;

/// Days at `now` since a memory was refreshed; time does not run backwards.
template <class T, class S>
[[nodiscard]] T elapsed(const MemoryState<S>& memory, double now) {
  return T(memory.backlog) + std::max(0.0, now - memory.last);
}

/// What a memory adds at `now`.
///
///     share * (offset + count ln(1+N) + wins ln(1+W) - losses ln(1+L) - decay (ln(1 + days/scale) + carry))
///
/// with the effects of the cohort, the item or skill and the learner in `offset`, `count` and `decay`. It never rises with `now`, and never falls
/// when a wrong answer in the past turns right.
/// Law that this rests on: wins >= 0 and losses >= 0 apart, not only wins >= -losses (docs/adr/0023-cohort-model.md).
template <class T, class S>
void recollect(Recollection<T>& r, const MemoryParameters<T>& p, const Effect<S>& cohort_offset, const Effect<S>& cohort_count,
               const Effect<S>& cohort_decay, const MaterialState<S>& material, const Effect<S>& learner_count, const T& learner_decay,
               const MemoryState<S>& memory, const T& exposure, double now) {
  using std::log;
  const T answers = memory.exposures > S(0.0) ? T(T(memory.answers) + exposure * T(memory.exposures)) : T(memory.answers);
  r.exists = answers > T(0.0);
  if (!r.exists) return;
  r.repetitions = log(1.0 + answers);
  r.lapse = log(1.0 + elapsed<T>(memory, now) / T(memory.scale)) + T(memory.carry);
  T decay = p.decay + T(cohort_decay.mean) + T(material.decay.mean) + learner_decay;
  r.slowest = !(decay > T(least_decay));
  if (r.slowest) decay = T(least_decay);
  const T count = p.count + T(cohort_count.mean) + T(material.count.mean) + T(learner_count.mean);
  r.gain = p.offset + T(cohort_offset.mean) + count * r.repetitions;
  if (memory.right > S(0.0)) r.gain = r.gain + p.wins * log(1.0 + T(memory.right));
  if (memory.wrong > S(0.0)) r.gain = r.gain - p.losses * log(1.0 + T(memory.wrong));
  r.forgetting = decay * r.lapse;
  r.share = T(1.0);
  if (answers < T(1.0)) {
    r.share = answers;
    r.gain = answers * r.gain;
    r.forgetting = answers * r.forgetting;
  }
}

/// A memory after an answer at `now` with a score in [0, 1], given what it added before.
/// A higher score never leaves less: the scale of time is then no shorter, more counts as right and less as wrong.
template <class T, class S>
void remember(MemoryState<S>& memory, const MemoryParameters<T>& p, const Recollection<T>& before, double now, double score) {
  using std::exp;
  using std::log;
  if (memory.answers > S(0.0)) {
    const T scale = T(memory.scale);
    T factor = p.failure;
    if (score > 0.0) {
      const T growth = 1.0 + p.growth * before.lapse * exp(-p.growth_decay * log(scale / p.scale));
      factor = score < 1.0 ? T(score * growth + (1.0 - score) * factor) : growth;
    }
    memory.scale = S(math::clamp(T(scale * factor), least_scale, most_scale));
  } else {
    memory.scale = S(score > 0.0 ? T(p.scale * exp(score * p.first_gain)) : p.scale);
  }
  memory.carry = before.exists ? S(p.carry * before.lapse) : S(0.0);
  memory.backlog = S(0.0);
  memory.answers = S(memory.answers + S(1.0));
  memory.right = S(memory.right + S(score));
  memory.wrong = S(memory.wrong + S(1.0 - score));
  memory.last = now;
}

/// A memory after the item was seen without an answer: what had passed counts as passed still, but for the share `exposure`.
template <class T, class S>
void refresh(MemoryState<S>& memory, const MemoryParameters<T>& p, const T& exposure, double now) {
  const bool known = is_known(memory);
  memory.backlog = known ? S((1.0 - exposure) * elapsed<T>(memory, now)) : S(0.0);
  if (!known) memory.scale = S(p.scale);
  memory.exposures = S(memory.exposures + S(1.0));
  memory.last = now;
}

}  // namespace perdure::inline PERDURE_ABI::cohort
