#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/param_spec.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

/// Many learners, few answers each, shared items: ability, difficulty and memory estimated together, one answer at a time.
namespace perdure::inline PERDURE_ABI::cohort {

/// How one level of memory, that of skills or that of items, answers to repetition and time.
template <class T>
struct MemoryParameters {
  T offset, count, wins, losses, decay, scale, carry;
  T first_gain, growth, growth_decay, failure;
  T form_keep, form_gain;
  T count_variance, learner_count_variance, decay_variance;
  T cohort_offset_variance, cohort_count_variance, cohort_decay_variance;
};

/// What all learners, items and skills of a cohort share: what a fit finds.
template <class T>
struct Parameters {
  T level, practice;
  T ability_variance, item_variance, skill_variance, learner_skill_variance, learner_item_variance;
  T ability_noise, ability_noise_rate, learner_skill_noise, learner_skill_noise_rate;
  T form_keep, form_gain;
  T learner_decay_variance, cohort_level_variance;
  T guess, slip, exposure;
  MemoryParameters<T> skill, item;
};

/// How a parameter is moved in a fit: as it is, or by the inverse of its softplus, its logarithm or its logit, so that every real number stands
/// for an allowed value.
enum class Scale : unsigned char { plain, positive, log, unit };

struct CohortSpec {
  models::ParamSpec spec;  ///< `prior_sd` is on the scale of the fit
  Scale scale;
};

namespace detail {

/// Of the prior around the shipped defaults: a penalty of 4 / 2 for a distance of 1 (docs/models/cohort.md, "Fit").
inline constexpr double prior_sd = 0.5;

constexpr CohortSpec plain(std::string_view name, double init, std::string_view doc) {
  return {{name, "1", init, -30.0, 30.0, prior_sd, doc}, Scale::plain};
}
constexpr CohortSpec positive(std::string_view name, double init, std::string_view doc) {
  return {{name, "1", init, 1e-6, 30.0, prior_sd, doc}, Scale::positive};
}
constexpr CohortSpec share(std::string_view name, double init, std::string_view doc) {
  return {{name, "1", init, 1e-6, 0.99999, prior_sd, doc}, Scale::unit};
}
/// A free scale of time runs to below a second and no longer means anything: it stands at a minute.
constexpr CohortSpec minute(std::string_view name, std::string_view doc) {
  constexpr double days = 1.0 / 1440.0;
  return {{name, "days", days, days, days, prior_sd, doc}, Scale::log};
}

}  // namespace detail

/// Parameters in the order of the members of Parameters; in log-odds where their unit is "1" and nothing else is said. The defaults minimise
/// the prequential loss of several logs together (docs/models/cohort.md, "Defaults").
inline constexpr std::array specs{
    detail::plain("level", -2.04236, "log-odds of a first answer by an average learner to an average item"),
    detail::plain("practice", 0.0547882, "gain by the logarithm of 1 + a learner's answers to anything"),
    detail::positive("ability_variance", 0.552768, "of learners"),
    detail::positive("item_variance", 1.06102, "of items"),
    detail::positive("skill_variance", 1.78763, "of skills"),
    detail::positive("learner_skill_variance", 0.017098, "of how a learner differs on one skill"),
    detail::positive("learner_item_variance", 0.00883832, "of how a learner differs on one item"),
    detail::positive("ability_noise", 3.6194e-05, "variance that ability gains with every answer"),
    detail::positive("ability_noise_rate", 0.0346413, "and by the logarithm of 1 + days since the learner's last answer"),
    detail::positive("learner_skill_noise", 0.000848046, "variance that a learner's skill gains with every answer"),
    detail::positive("learner_skill_noise_rate", 0.00250388, "and by the logarithm of 1 + days since the last answer on it"),
    detail::share("form_keep", 0.934283, "share of a learner's form that lasts to the next answer"),
    detail::positive("form_gain", 0.0958408, "form by one surprising answer"),
    detail::positive("learner_decay_variance", 0.000399943, "of how fast learners forget skills"),
    detail::positive("cohort_level_variance", 0.3, "of the level of cohorts"),
    detail::share("guess", 0.00104691, "probability of a right answer by guessing, where none is given for the item"),
    detail::share("slip", 0.00227244, "probability of a wrong answer in spite of knowing"),
    detail::share("exposure", 0.458151, "what seeing an item without an answer is worth, in answers"),

    detail::plain("skill_offset", 0.62086, "of a skill that was answered before"),
    detail::plain("skill_count", 0.140545, "gain by the logarithm of 1 + answers on the skill"),
    detail::positive("skill_wins", 0.0152688, "gain by the logarithm of 1 + right answers on the skill"),
    detail::positive("skill_losses", 0.0258192, "loss by the logarithm of 1 + wrong answers on the skill"),
    detail::positive("skill_decay", 0.0965942, "exponent of forgetting of skills: of the odds, by time"),
    detail::minute("skill_scale", "time from which the odds of a skill fall, before it grows by answers"),
    detail::share("skill_carry", 0.301131, "share of forgetting that an answer on the skill leaves"),
    detail::positive("skill_first_gain", 0.137261, "logarithm of the factor of the scale of time by a right first answer"),
    detail::positive("skill_growth", 0.0227861, "growth of the scale of time by a right answer"),
    detail::positive("skill_growth_decay", 0.542639, "exponent by which a long scale of time grows less"),
    detail::share("skill_failure", 0.570549, "share of the scale of time that a wrong answer leaves"),
    detail::share("skill_form_keep", 0.793643, "share of form on a skill that lasts to the next answer on it"),
    detail::positive("skill_form_gain", 0.116674, "form on a skill by one surprising answer"),
    detail::positive("skill_count_variance", 0.0152638, "of how much skills gain by the count of answers"),
    detail::positive("skill_learner_count_variance", 0.0156736, "of how much learners do"),
    detail::positive("skill_decay_variance", 0.000605444, "of how fast skills are forgotten"),
    detail::positive("skill_cohort_offset_variance", 0.3, "of skill_offset over cohorts"),
    detail::positive("skill_cohort_count_variance", 0.03, "of skill_count over cohorts"),
    detail::positive("skill_cohort_decay_variance", 0.003, "of skill_decay over cohorts"),

    detail::plain("item_offset", 1.00584, "of an item that was answered before"),
    detail::plain("item_count", 1.03871, "gain by the logarithm of 1 + answers to the item"),
    detail::positive("item_wins", 0.0240897, "gain by the logarithm of 1 + right answers to the item"),
    detail::positive("item_losses", 0.318515, "loss by the logarithm of 1 + wrong answers to the item"),
    detail::positive("item_decay", 0.180872, "exponent of forgetting of items: of the odds, by time"),
    detail::minute("item_scale", "time from which the odds of an item fall, before it grows by answers"),
    detail::share("item_carry", 0.165979, "share of forgetting that an answer to the item leaves"),
    detail::positive("item_first_gain", 0.160946, "logarithm of the factor of the scale of time by a right first answer"),
    detail::positive("item_growth", 0.187497, "growth of the scale of time by a right answer"),
    detail::positive("item_growth_decay", 0.308218, "exponent by which a long scale of time grows less"),
    detail::share("item_failure", 0.614196, "share of the scale of time that a wrong answer leaves"),
    detail::share("item_form_keep", 0.4662, "share of form on an item that lasts to the next answer to it"),
    detail::positive("item_form_gain", 0.459536, "form on an item by one surprising answer"),
    detail::positive("item_count_variance", 0.0162122, "of how much items gain by the count of answers"),
    detail::positive("item_learner_count_variance", 0.0100629, "of how much learners do"),
    detail::positive("item_decay_variance", 0.000976904, "of how fast items are forgotten"),
    detail::positive("item_cohort_offset_variance", 0.3, "of item_offset over cohorts"),
    detail::positive("item_cohort_count_variance", 0.03, "of item_count over cohorts"),
    detail::positive("item_cohort_decay_variance", 0.003, "of item_decay over cohorts"),
};

inline constexpr std::size_t parameter_count = specs.size();

namespace detail {
inline constexpr std::size_t memory_count = sizeof(MemoryParameters<char>);
static_assert(parameter_count == sizeof(Parameters<char>), "one spec a member, in the same order");

template <class T, std::size_t... General, std::size_t... Memory>
[[nodiscard]] constexpr Parameters<T> assembled(std::span<const T, parameter_count> v, std::index_sequence<General...> /*general*/,
                                                std::index_sequence<Memory...> /*memory*/) {
  constexpr std::size_t skill = sizeof...(General);
  return {v[General]..., {v[skill + Memory]...}, {v[skill + memory_count + Memory]...}};
}
}  // namespace detail

/// Parameters<T> from one value a spec, in spec order.
template <class T>
[[nodiscard]] constexpr Parameters<T> assemble(std::span<const T, parameter_count> values) {
  return detail::assembled(values, std::make_index_sequence<parameter_count - 2 * detail::memory_count>{},
                           std::make_index_sequence<detail::memory_count>{});
}

/// Throws Exception (out_of_domain) for a parameter out of its bounds, or not finite.
void require_in_bounds(const std::array<double, parameter_count>& values);

/// The shipped defaults, in spec order.
[[nodiscard]] constexpr std::array<double, parameter_count> defaults() {
  std::array<double, parameter_count> values{};
  for (std::size_t i = 0; i < parameter_count; ++i) values[i] = specs[i].spec.init;
  return values;
}

}  // namespace perdure::inline PERDURE_ABI::cohort
