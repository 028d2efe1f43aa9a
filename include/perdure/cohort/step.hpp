#pragma once

#include <perdure/cohort/memory.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/math.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace perdure::inline PERDURE_ABI::cohort {

/// Of a cohort's own effects, the share of its prior variance that every answer brings back: a cohort is never known so well that it could not
/// change. Chosen on the first parts of two logs (docs/models/cohort.md, "Drift").
inline constexpr double cohort_drift = 1e-5;

/// The variance of a logistic variable's Gaussian stand-in: pi / 8 (MacKay 1992).
inline constexpr double shrinkage_by_variance = 0.392699081698724;

/// One of an item's skills in a question: the weights of all of them sum to 1.
template <class T, class S>
struct SkillPart {
  MaterialState<S>* skill;
  MemoryState<S>* memory;
  double weight;
  Recollection<T> recollection;  ///< scratch of the step
};

/// All that one question touches.
template <class T, class S>
struct Scene {
  CohortState<S>& cohort;
  LearnerState<S>& learner;
  MaterialState<S>& item;
  MemoryState<S>& memory;
  std::span<SkillPart<T, S>> skills;
  Recollection<T>& recollection;  ///< of the item; scratch of the step
  double guess = -1.0;            ///< probability of a right guess; below 0 where the parameters say it
};

/// Log-odds of knowing the answer, by what they come from, and the probability of a right answer.
template <class T>
struct Outlook {
  T learner{};  ///< ability, form and practice, with the level of the cohort
  T item{}, skill{};
  T pair{};  ///< how this learner differs on this item and its skills
  T gain{}, forgetting{};
  T log_odds{};
  T variance{};  ///< of the log-odds
  T guess{}, range{};
  T probability{};
};

/// 1 / (1 + e^-x). Below -600, where the exponential and its derivatives would overflow, it is what it is there, 1e-261.
template <class T>
[[nodiscard]] T logistic(const T& x) {
  using math::exp;
  return 1.0 / (1.0 + exp(-math::max(x, T(-600.0))));
}

/// The equations of the cohort model: what to expect of a question, and what to learn from its answer.
///
/// T is the type that is computed in: double, or a dual number for exact derivatives. S is the type that states keep.
/// Laws: the probability never rises with time; of two scores of one answer, the higher one never leaves a lower probability, of any question, at
/// any time before the next answer. The first holds because no uncertainty that grows with time enters the probability, which would pull it to
/// one half.
template <class T>
class Step {
 public:
  /// \param p  outlives the step
  explicit Step(const Parameters<T>& p) : p_{p} {}

  template <class S>
  void begin(CohortState<S>& c) const {
    c = {};
    c.level.variance = S(p_.cohort_level_variance);
    c.skill_offset.variance = S(p_.skill.cohort_offset_variance);
    c.skill_count.variance = S(p_.skill.cohort_count_variance);
    c.skill_decay.variance = S(p_.skill.cohort_decay_variance);
    c.item_offset.variance = S(p_.item.cohort_offset_variance);
    c.item_count.variance = S(p_.item.cohort_count_variance);
    c.item_decay.variance = S(p_.item.cohort_decay_variance);
  }
  template <class S>
  void begin(LearnerState<S>& u) const {
    u = {};
    u.ability.variance = S(p_.ability_variance);
    u.skill_count.variance = S(p_.skill.learner_count_variance);
    u.item_count.variance = S(p_.item.learner_count_variance);
    u.skill_decay.variance = S(p_.learner_decay_variance);
  }
  template <class S>
  void begin_item(MaterialState<S>& i) const {
    begin(i, p_.item_variance, p_.item);
  }
  template <class S>
  void begin_skill(MaterialState<S>& s) const {
    begin(s, p_.skill_variance, p_.skill);
  }
  template <class S>
  void begin_item(MemoryState<S>& m) const {
    m = {};
    m.level.variance = S(p_.learner_item_variance);
  }
  template <class S>
  void begin_skill(MemoryState<S>& m) const {
    m = {};
    m.level.variance = S(p_.learner_skill_variance);
  }

  /// What to expect at `now`, in days, of a question that was not answered yet.
  template <class S>
  [[nodiscard]] Outlook<T> outlook(Scene<T, S>& s, double now) const {
    using std::log;
    using std::sqrt;
    Outlook<T> o;
    o.learner =
        p_.level + T(s.cohort.level.mean) + T(s.learner.ability.mean) + T(s.learner.form) + p_.practice * log(1.0 + T(s.learner.answers));
    o.item = T(s.item.level.mean);
    o.pair = T(s.memory.level.mean) + T(s.memory.form);
    o.variance = T(s.cohort.level.variance) + T(s.learner.ability.variance) + T(s.item.level.variance) + T(s.memory.level.variance);
    T known_skills = T(0.0);
    for (SkillPart<T, S>& part : s.skills) {
      const double w = part.weight;
      o.skill = o.skill + w * T(part.skill->level.mean);
      o.pair = o.pair + w * (T(part.memory->level.mean) + T(part.memory->form));
      o.variance = o.variance + (w * w) * (T(part.skill->level.variance) + T(part.memory->level.variance));
      recollect(part.recollection, p_.skill, s.cohort.skill_offset, s.cohort.skill_count, s.cohort.skill_decay, *part.skill,
                s.learner.skill_count, T(s.learner.skill_decay.mean), *part.memory, p_.exposure, now);
      known_skills = known_skills + add(o, part.recollection, w);
    }
    o.variance = o.variance + known_skills * known_skills * T(s.cohort.skill_offset.variance);
    recollect(s.recollection, p_.item, s.cohort.item_offset, s.cohort.item_count, s.cohort.item_decay, s.item, s.learner.item_count, T(0.0),
              s.memory, p_.exposure, now);
    const T known_item = add(o, s.recollection, 1.0);
    o.variance = o.variance + known_item * known_item * T(s.cohort.item_offset.variance);
    o.log_odds = o.learner + o.item + o.skill + o.pair + o.gain - o.forgetting;
    o.guess = s.guess < 0.0 ? p_.guess : T(s.guess);
    o.range = (1.0 - o.guess) * (1.0 - p_.slip);
    o.probability = o.guess + o.range * logistic(T(o.log_odds / sqrt(1.0 + shrinkage_by_variance * o.variance)));
    return o;
  }

  /// Learns from an answer at `now` with a score in [0, 1]; `expected` and the scene are as `outlook` left them.
  template <class S>
  void learn(Scene<T, S>& s, const Outlook<T>& expected, double now, double score) const {
    spread(s, now);
    update(s, expected, score);
    const T surprise = score - expected.probability;
    s.learner.form = S(p_.form_keep * T(s.learner.form) + p_.form_gain * surprise);
    s.memory.form = S(p_.item.form_keep * T(s.memory.form) + p_.item.form_gain * surprise);
    remember(s.memory, p_.item, s.recollection, now, score);
    for (SkillPart<T, S>& part : s.skills) {
      part.memory->form = S(p_.skill.form_keep * T(part.memory->form) + p_.skill.form_gain * surprise);
      remember(*part.memory, p_.skill, part.recollection, now, score);
    }
    s.learner.answers = S(s.learner.answers + S(1.0));
    s.learner.last = now;
  }

  /// Variance of the log-odds at `now` with all that is uncertain, forgetting and what time has made so included: for bands around a
  /// probability. The scene is as `outlook` left it, and is of no more use afterwards.
  template <class S>
  [[nodiscard]] T uncertainty(Scene<T, S>& s, double now) const {
    spread(s, now);
    T total = T(0.0);
    each_effect(s, [&total](const Effect<S>& e, const auto& squared, const auto& /*x*/) { total = total + squared * T(e.variance); });
    return total;
  }

  /// Learns that an item was seen at `now` without an answer.
  template <class S>
  void expose(Scene<T, S>& s, double now) const {
    refresh(s.memory, p_.item, p_.exposure, now);
    for (SkillPart<T, S>& part : s.skills) refresh(*part.memory, p_.skill, p_.exposure, now);
  }

 private:
  template <class S>
  void begin(MaterialState<S>& m, const T& variance, const MemoryParameters<T>& p) const {
    m = {};
    m.level.variance = S(variance);
    m.count.variance = S(p.count_variance);
    m.decay.variance = S(p.decay_variance);
  }

  /// Adds what a memory gives; returns the slope of the log-odds in its offset.
  static T add(Outlook<T>& o, const Recollection<T>& r, double weight) {
    if (!r.exists) return T(0.0);
    o.gain = o.gain + weight * r.gain;
    o.forgetting = o.forgetting + weight * r.forgetting;
    return weight * r.share;
  }

  /// What is not observed becomes less certain: abilities by answers and time, the cohort by answers.
  template <class S>
  void spread(Scene<T, S>& s, double now) const {
    using std::log;
    const auto rise = [](Effect<S>& e, const T& by) { e.variance = S(T(e.variance) + by); };
    if (s.learner.answers > S(0.0)) {
      rise(s.learner.ability, p_.ability_noise + std::log1p(std::max(0.0, now - s.learner.last)) * p_.ability_noise_rate);
    }
    for (SkillPart<T, S>& part : s.skills) {
      if (!(part.memory->answers > S(0.0))) continue;
      rise(part.memory->level, p_.learner_skill_noise + log(1.0 + elapsed<T>(*part.memory, now)) * p_.learner_skill_noise_rate);
    }
    rise(s.cohort.level, cohort_drift * p_.cohort_level_variance);
    rise(s.cohort.item_offset, cohort_drift * p_.item.cohort_offset_variance);
    rise(s.cohort.item_count, cohort_drift * p_.item.cohort_count_variance);
    rise(s.cohort.item_decay, cohort_drift * p_.item.cohort_decay_variance);
    if (s.skills.empty()) return;
    rise(s.cohort.skill_offset, cohort_drift * p_.skill.cohort_offset_variance);
    rise(s.cohort.skill_count, cohort_drift * p_.skill.cohort_count_variance);
    rise(s.cohort.skill_decay, cohort_drift * p_.skill.cohort_decay_variance);
  }

  /// One step of Fisher scoring on all effects at once, each seen as independent of the others: an assumed-density (Kalman) update, O(effects).
  template <class S>
  void update(Scene<T, S>& s, const Outlook<T>& expected, double score) const {
    const T known = logistic(expected.log_odds);
    const T right = expected.guess + expected.range * known;
    const T spread = right * (1.0 - right);
    if (!(spread > T(0.0))) return;  // a guess that is always right tells nothing
    const T slope = expected.range * known * (1.0 - known);
    const T weight = slope * slope / spread;
    T total = T(0.0);
    each_effect(s, [&total](const Effect<S>& e, const auto& squared, const auto& /*x*/) { total = total + squared * T(e.variance); });
    const T gain = 1.0 / (1.0 + weight * total);
    const T pull = (score - right) * slope / spread * gain;
    const T narrowing = weight * gain;
    each_effect(s, [&pull, &narrowing](Effect<S>& e, const auto& squared, const auto& x) {
      const T variance = T(e.variance);
      e.mean = S(T(e.mean) + variance * pull * x);
      e.variance = S(variance - variance * variance * narrowing * squared);
    });
  }

  /// Slopes of the log-odds in the effects of a memory.
  struct Slopes {
    T offset{}, count{}, decay{};
  };

  [[nodiscard]] static Slopes slopes(const Recollection<T>& r, double weight) {
    if (!r.exists) return {};
    const T share = weight * r.share;
    return {share, share * r.repetitions, r.slowest ? T(0.0) : -(share * r.lapse)};
  }

  /// Calls f(effect, x squared, x) once for every effect that the log-odds depend on, with x the slope of the log-odds in it. What the skills of
  /// a question have in common is one effect, whose slope is the sum over them, so that their order does not matter.
  template <class S, class F>
  static void each_effect(Scene<T, S>& s, const F& f) {
    f(s.cohort.level, 1.0, 1.0);
    f(s.learner.ability, 1.0, 1.0);
    f(s.item.level, 1.0, 1.0);
    f(s.memory.level, 1.0, 1.0);
    const Slopes item = slopes(s.recollection, 1.0);
    each_at(item.offset, f, s.cohort.item_offset);
    each_at(item.count, f, s.cohort.item_count, s.item.count, s.learner.item_count);
    each_at(item.decay, f, s.cohort.item_decay, s.item.decay);
    Slopes all;
    for (SkillPart<T, S>& part : s.skills) {
      const double squared = part.weight * part.weight;
      f(part.skill->level, squared, part.weight);
      f(part.memory->level, squared, part.weight);
      const Slopes x = slopes(part.recollection, part.weight);
      each_at(x.count, f, part.skill->count);
      each_at(x.decay, f, part.skill->decay);
      all = {all.offset + x.offset, all.count + x.count, all.decay + x.decay};
    }
    each_at(all.offset, f, s.cohort.skill_offset);
    each_at(all.count, f, s.cohort.skill_count, s.learner.skill_count);
    each_at(all.decay, f, s.cohort.skill_decay, s.learner.skill_decay);
  }
  template <class F, class... Effects>
  static void each_at(const T& x, const F& f, Effects&... effects) {
    if (!(x > T(0.0) || x < T(0.0))) return;  // nothing to learn of them
    const T squared = x * x;
    (f(effects, squared, x), ...);
  }

  const Parameters<T>& p_;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
