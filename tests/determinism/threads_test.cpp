// The same bits for any number of threads.
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::Fsrs6;

TEST(Determinism, FitIsTheSameForAnyNumberOfThreads) {
  const data::Histories histories{perdure::testing::simulated_log<Fsrs6>(models::default_params<Fsrs6>(), 3000, 7),
                                  time::ElapsedRule::exact()};
  const auto one = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.max_iterations = 4, .threads = 1});
  for (const unsigned threads : {2U, 3U, 8U}) {
    const auto many = fit::pooled<Fsrs6>(histories, models::defaults<Fsrs6>(), {.max_iterations = 4, .threads = threads});
    EXPECT_EQ(one.parameters, many.parameters);
    EXPECT_EQ(one.objective_path, many.objective_path);
  }
}

}  // namespace
