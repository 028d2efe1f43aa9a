// A fit of the cohort model to several logs has the same bits for any number of threads.
#include "unit/cohort/filter_cases.hpp"

#include <perdure/batch/cohort_pass.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/cohort/fit.hpp>
#include <perdure/cohort/training.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace {

using namespace perdure;

TEST(Determinism, CohortFitIsTheSameForAnyNumberOfThreads) {
  const test::AnswerLog log = test::small_log();
  const cohort::Items items = test::small_filter().items();
  std::vector<cohort::Training> trainings;
  for (std::size_t most = 1; most <= log.size(); most += test::events_each) trainings.emplace_back(log.view(), items, test::learners, most);
  std::vector<cohort::WeightedRows> logs;
  for (const cohort::Training& training : trainings) logs.push_back({training.rows(), 1.0 / static_cast<double>(1 + logs.size())});
  ASSERT_GT(logs.size(), 4U);
  const auto fitted = [&logs](unsigned threads) {
    return cohort::fit_parameters(logs, cohort::defaults(), batch::cohort_pass(batch::active_isa().value()), {.threads = threads});
  };
  const auto one = fitted(1);
  ASSERT_GT(one.iterations, 1U);
  for (const unsigned threads : {2U, 4U}) {
    const auto many = fitted(threads);
    EXPECT_EQ(one.parameters, many.parameters);
    EXPECT_EQ(one.objective_path, many.objective_path);
    EXPECT_EQ(one.covariance, many.covariance);
  }
}

}  // namespace
