#pragma once

#include <perdure/cohort/answers.hpp>
#include <perdure/cohort/memories.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// Everything that a filter knows, as plain values: what a store keeps, to the bit. Float32 but for times.
struct Snapshot {
  CohortState<float> cohort;
  std::vector<LearnerState<float>> learners;
  std::vector<MaterialState<float>> items, skills;
  Memories item_memories, skill_memories;
};

/// Standard deviations of the log-odds are this much wider than those that the filter keeps, which hold its effects for independent and its
/// equations for true. Chosen so that bands hold their share of the truth in simulated cohorts of four memory families (docs/models/cohort.md,
/// "Bands").
inline constexpr double band_widening = 1.22;

/// What is expected of a learner and an item at a moment.
struct Forecast {
  Outlook<double> outlook;
  double uncertainty = 0.0;  ///< variance of the log-odds, forgetting included

  /// Probability of a right answer `z` standard deviations of the log-odds away from the expected one.
  [[nodiscard]] double at(double z) const;
};

/// The cohort model at work: learns from one answer after another, and says what to expect of the next. An answer costs the same however many
/// went before.
///
/// A plain value: a copy shares nothing. Learners, items and skills are numbers from 0; whoever calls it keeps their names. What was never seen
/// is at its prior.
class Filter {
 public:
  /// \param parameters  in spec order, in their bounds: else Exception (out_of_domain)
  explicit Filter(const std::array<double, parameter_count>& parameters);

  [[nodiscard]] const std::array<double, parameter_count>& parameters() const noexcept { return values_; }
  [[nodiscard]] const Items& items() const noexcept { return items_; }
  [[nodiscard]] std::size_t learners() const noexcept { return state_.learners.size(); }
  [[nodiscard]] std::size_t skills() const noexcept { return state_.skills.size(); }

  /// Makes room for learners up to a number. Those there already are left alone.
  void add_learners(std::size_t up_to);
  /// Adds an item, see Items::add.
  void add_item(std::span<const std::uint32_t> its_skills, std::span<const double> weights = {}, double guess = -1.0);

  /// What to expect of an item that a learner is shown at `now` (days). Numbers in range, else Exception (out_of_domain).
  [[nodiscard]] Forecast forecast(std::uint32_t learner, std::uint32_t item, double now) const;

  /// Learns from one answer: `shown` and `answered` in days, score in [0, 1]; below 0 the item was seen and not answered.
  void learn(std::uint32_t learner, std::uint32_t item, double shown, double answered, float score);

  /// Which effects an answer changes.
  enum class Learning : unsigned char {
    everything,
    learner_alone,  ///< items, skills and the cohort stay as they are: then learners do not influence each other
  };

  /// Predicts every row of a log and learns from it, rows in order of `answered`; rows of one time do not see each other.
  ///
  /// A learner who was known before goes on from what is known. Rows of his that are not after his last known answer are taken as a second
  /// account of it: they are predicted from each other and change nothing.
  /// \param probability  (rows), or empty
  /// \param log_odds     (rows) of knowing the answer, or empty
  /// \param of_learner   (rows) the learner's part of the log-odds, or empty
  /// Throws Exception for AnswerColumns::problem, and for columns of another length.
  void run(const AnswerColumns& log, std::span<double> probability, std::span<double> log_odds = {},
           Learning learning = Learning::everything, std::span<double> of_learner = {});

  /// Days after the last answer or exposure at which the probability has fallen to `target`, the learner's form of the day left out; 0 where it
  /// is no higher at once, infinity where it is still higher after `horizon` days.
  [[nodiscard]] double interval(std::uint32_t learner, std::uint32_t item, double target, double horizon = 36500.0) const;

  /// Probability of a right answer right after the last answer or exposure, the learner's form of the day left out: where `interval` begins.
  [[nodiscard]] double at_once(std::uint32_t learner, std::uint32_t item) const;

  /// Puts together what several copies of this filter learned apart from different learners: learners and memories from whoever changed them,
  /// and for items, skills and the cohort the sums of what each copy found, as Gaussian evidence. The result does not depend on the order of
  /// copies but for rounding. Throws Exception when two copies changed one learner.
  void merge(std::span<const Filter> copies);

  [[nodiscard]] const Snapshot& state() const noexcept { return state_; }
  /// Goes on from a state. Throws Exception (shape_mismatch, out_of_domain) where it does not fit the items or is not finite.
  void restore(Snapshot state);

 private:
  struct Touched;
  void load(Touched& t, std::uint32_t learner, std::uint32_t item) const;
  void store(const Touched& t, std::uint32_t learner, std::uint32_t item, Learning learning);
  void require(std::uint32_t learner, std::uint32_t item) const;
  void learn(Touched& t, std::uint32_t learner, std::uint32_t item, double shown, double answered, float score, Learning learning);

  std::array<double, parameter_count> values_;
  Parameters<double> parameters_;
  Items items_;
  Snapshot state_;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
