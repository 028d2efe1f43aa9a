// The same bits for any number of threads.
#include <perdure/batch/fit_engine.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;
using models::Fsrs6;

// Enough cards that work is handed to three threads.
TEST(Determinism, FitIsTheSameForAnyNumberOfThreads) {
  const data::Histories histories{perdure::testing::simulated_log<Fsrs6>(models::default_params<Fsrs6>(), 20'000, 7),
                                  time::ElapsedRule::exact()};
  for (const fit::Engine& engine : {fit::portable<Fsrs6>(), batch::fit_engine<Fsrs6>()}) {
    const auto fitted = [&](unsigned threads) {
      return fit::pooled(fit::facts<Fsrs6>(), engine, histories, models::defaults<Fsrs6>(), {.max_iterations = 3, .threads = threads});
    };
    const auto one = fitted(1);
    for (const unsigned threads : {2U, 3U, 8U}) {
      const auto many = fitted(threads);
      EXPECT_EQ(one.parameters, many.parameters);
      EXPECT_EQ(one.objective_path, many.objective_path);
    }
  }
}

}  // namespace
