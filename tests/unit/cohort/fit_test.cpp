#include "filter_cases.hpp"

#include <perdure/batch/cohort_pass.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/cohort/fit.hpp>
#include <perdure/cohort/scale.hpp>
#include <perdure/cohort/training.hpp>
#include <perdure/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::cohort;
using perdure::test::AnswerLog;
using Values = std::array<double, parameter_count>;

Pass fastest() { return batch::cohort_pass(batch::active_isa().value()); }

std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(std::find_if(specs.begin(), specs.end(), [name](const CohortSpec& s) { return s.spec.name == name; }) -
                                  specs.begin());
}

/// A log whose answers are drawn from what a filter with known parameters expects of each, learned from at once: the parameters are the truth of
/// the path that a fit makes likely. Learners come in the order of the training, for which the answers do not matter.
class Simulated {
 public:
  Simulated(const Values& truth, std::uint32_t learners, std::uint32_t answers_each, std::uint64_t seed) {
    constexpr std::uint32_t blocks = 10, block = 60, items = blocks * block, skills = 12;
    Items known;
    Filter filter{truth};
    for (std::uint32_t i = 0; i < items; ++i) {
      known.add(std::vector<std::uint32_t>{i % skills});
      filter.add_item(std::vector<std::uint32_t>{i % skills});
    }
    filter.add_learners(learners);
    for (std::uint32_t u = 0; u < learners; ++u) {
      random::Stream stream{{.seed = seed, .learner = u}};
      double time = 0.0;
      for (std::uint32_t k = 0; k < answers_each; ++k) {
        time += std::exp(9.0 * stream.next() - 7.0);  // from minutes to a week
        log_.add(u, block * (u % blocks) + stream.below(block), time, time, 0.0F);
      }
    }
    // The training says who comes when: its learners are found by the times of their rows.
    const Training order{log_.view(), known, learners, log_.size()};
    const auto rows = order.rows();
    for (std::size_t place = 0; place < learners; ++place) {
      std::uint32_t u = 0;
      while (log_.answered[std::size_t{u} * answers_each] != rows.answered[rows.learner_begin[place]]) ++u;
      random::Stream stream{{.seed = seed + 1, .learner = u}};
      for (std::size_t r = std::size_t{u} * answers_each; r < std::size_t{u + 1} * answers_each; ++r) {
        const double p = filter.forecast(u, log_.item[r], log_.shown[r]).outlook.probability;
        log_.score[r] = stream.next() < p ? 1.0F : 0.0F;
        filter.learn(u, log_.item[r], log_.shown[r], log_.answered[r], log_.score[r]);
      }
    }
    training_.emplace_back(log_.view(), known, learners, log_.size());
  }
  [[nodiscard]] perdure_cohort_rows rows() const { return training_.front().rows(); }

 private:
  AnswerLog log_;
  std::vector<Training> training_;
};

constexpr std::array<std::string_view, 6> moved{"level", "ability_variance", "item_variance", "item_offset", "item_losses", "item_decay"};

/// The defaults, for a cohort that does not differ from its parameters: else one log says little of the level.
Values one_cohort() {
  Values values = defaults();
  for (std::size_t i = 0; i < parameter_count; ++i) {
    if (specs[i].spec.name.find("cohort") != std::string_view::npos) values[i] = specs[i].spec.lower;
  }
  return values;
}

/// The truth of the simulated logs: these, but for a few that are far off.
Values truth() {
  Values values = one_cohort();
  for (const auto& [name, value] :
       {std::pair{moved[0], -1.0}, {moved[1], 1.6}, {moved[2], 2.0}, {moved[3], 0.2}, {moved[4], 0.8}, {moved[5], 0.3}})
    values[index_of(name)] = value;
  return values;
}

FitOptions all_but_moved_held() {
  FitOptions options;
  options.held.fill(true);
  for (const std::string_view name : moved) options.held[index_of(name)] = false;
  return options;
}

const Simulated& small() {
  static const Simulated log{truth(), 40, 60, 5};
  return log;
}

TEST(CohortFit, FindsTheParametersThatAnswersWereDrawnFrom) {
  const Simulated log{truth(), 400, 60, 1};
  FitOptions options = all_but_moved_held();
  options.prior_weight = 0.0;
  auto rows = log.rows();
  rows.uncounted = 0;  // what is learned of items in the beginning says most of how they vary
  const auto report = fit_parameters(std::vector<WeightedRows>{{rows}}, one_cohort(), fastest(), options);
  ASSERT_EQ(report.status, fit::Status::converged) << report.reason;
  for (const std::string_view name : moved) {
    const std::size_t i = index_of(name);
    const double se = report.standard_errors[i];
    EXPECT_NEAR(report.parameters[i], truth()[i], 4.0 * se) << name;
    EXPECT_GT(std::abs(one_cohort()[i] - truth()[i]), 4.0 * se) << name << ": the start would have passed";
    EXPECT_LT(report.low[i], report.parameters[i]);
    EXPECT_GT(report.high[i], report.parameters[i]);
    EXPECT_EQ(report.learned[i], 1.0) << "there is no prior";
  }
  EXPECT_LT(report.log_loss, report.start_log_loss);
  EXPECT_EQ(report.answers, 400U * 60U);
}

TEST(CohortFit, TheObjectiveFallsWithEveryStep) {
  const auto report = fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), fastest());
  EXPECT_EQ(report.status, fit::Status::converged) << report.reason;
  ASSERT_EQ(report.objective_path.size(), report.iterations + 1);
  ASSERT_GT(report.iterations, 1U);
  for (std::size_t k = 1; k < report.objective_path.size(); ++k) EXPECT_LT(report.objective_path[k], report.objective_path[k - 1]);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    EXPECT_GE(report.parameters[i], specs[i].spec.lower);
    EXPECT_LE(report.parameters[i], specs[i].spec.upper);
  }
}

TEST(CohortFit, HeldParametersStay) {
  const FitOptions options = all_but_moved_held();
  const auto report = fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), fastest(), options);
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const bool is_held = options.held[i];
    EXPECT_EQ(report.parameters[i] == defaults()[i], is_held) << specs[i].spec.name;
    EXPECT_EQ(std::isnan(report.standard_errors[i]), is_held) << specs[i].spec.name;
    EXPECT_EQ(std::count(report.at_bound.begin(), report.at_bound.end(), i), is_held ? 1 : 0) << specs[i].spec.name;
  }
}

TEST(CohortFit, ThePriorPulls) {
  double last = std::numeric_limits<double>::infinity();
  for (const double weight : {0.0, 1.0, 100.0, 1e4}) {
    FitOptions options = all_but_moved_held();
    options.prior_weight = weight;
    const auto report = fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), fastest(), options);
    double distance = 0.0;
    for (std::size_t i = 0; i < parameter_count; ++i)
      distance += std::pow(to_scale(specs[i].scale, report.parameters[i]) - to_scale(specs[i].scale, defaults()[i]), 2);
    EXPECT_LT(distance, last) << weight;
    last = distance;
  }
  EXPECT_LT(last, 1e-2);
}

TEST(CohortFit, WithoutAnswersTheStartIsTheResult) {
  const Values start = truth();
  const auto none = fit_parameters({}, start, fastest());
  EXPECT_EQ(none.status, fit::Status::no_data);
  EXPECT_EQ(none.parameters, std::vector<double>(start.begin(), start.end()));
  EXPECT_TRUE(std::isnan(none.log_loss));
  EXPECT_EQ(none.effective_answers, 0.0);
  const Training empty{{}, {}, 0, 0};
  EXPECT_EQ(fit_parameters(std::vector<WeightedRows>{{empty.rows()}}, defaults(), fastest()).status, fit::Status::no_data);
}

TEST(CohortFit, RefusesWhatItCannotStartFrom) {
  Values outside = defaults();
  outside[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)fit_parameters({}, outside, fastest()), Exception);
  for (const double weight : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_THROW((void)fit_parameters(std::vector<WeightedRows>{{small().rows(), weight}}, defaults(), fastest()), Exception);
}

TEST(CohortFit, OutOfMemoryIsSaid) {
  const Pass exhausted = [](const double*, const perdure_cohort_rows&, perdure_cohort_sums& sums) noexcept { sums.out_of_memory = 1; };
  EXPECT_THROW((void)fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), exhausted), std::bad_alloc);
}

TEST(CohortFit, StoppedItKeepsTheBestSoFar) {
  FitOptions options;
  options.progress = [](std::size_t iteration, double) { return iteration < 2; };
  const auto stopped = fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), fastest(), options);
  EXPECT_EQ(stopped.status, fit::Status::interrupted);
  EXPECT_EQ(stopped.iterations, 2U);
  FitOptions two;
  two.max_iterations = 2;
  const auto limited = fit_parameters(std::vector<WeightedRows>{{small().rows()}}, defaults(), fastest(), two);
  EXPECT_EQ(limited.status, fit::Status::iteration_limit);
  EXPECT_EQ(stopped.parameters, limited.parameters);
  EXPECT_LT(stopped.objective_path[2], stopped.objective_path[0]);
}

TEST(CohortFit, AWeightIsANumberOfLogs) {
  const Simulated other{truth(), 30, 40, 9};
  FitOptions options = all_but_moved_held();
  const auto fitted = [&](const std::vector<WeightedRows>& logs) { return fit_parameters(logs, defaults(), fastest(), options); };
  const auto weighted = fitted({{small().rows(), 2.0}});
  const auto twice = fitted({{small().rows()}, {small().rows()}});
  EXPECT_EQ(weighted.parameters, twice.parameters);  // 2 x and x + x have the same bits
  EXPECT_EQ(weighted.log_loss, twice.log_loss);
  EXPECT_EQ(2 * weighted.answers, twice.answers);
  EXPECT_NE(weighted.parameters, fitted({{small().rows()}}).parameters);
  const auto mixed = fitted({{small().rows(), 0.5}, {other.rows(), 2.0}});
  double once = 0.0, squared = 0.0;  // how often answers count, late ones several times
  for (const auto& [rows, weight] : {WeightedRows{small().rows(), 0.5}, WeightedRows{other.rows(), 2.0}}) {
    for (std::size_t r = rows.uncounted; r < rows.learner_begin[rows.learners]; ++r) {
      once += weight * static_cast<double>(rows.counts[r]);
      squared += std::pow(weight * static_cast<double>(rows.counts[r]), 2);
    }
  }
  EXPECT_NEAR(mixed.effective_answers, once * once / squared, 1e-9);
  EXPECT_GT(mixed.log_loss, 0.3);
  EXPECT_LT(mixed.log_loss, 0.7) << "a mean over the weights, of answers that are drawn";
}

}  // namespace
