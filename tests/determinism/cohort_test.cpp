// A simulated cohort has the same bits for any number of threads.
#include <perdure/simulate/cohort.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace perdure;

TEST(Determinism, CohortIsTheSameForAnyNumberOfThreads) {
  simulate::Families::for_each([]<class F>() {
    simulate::CohortOptions options{.seed = 21, .memory = std::string{F::id}};
    options.score_parts = 3;
    const auto one = simulate::cohort(options, 1).value().answers;
    ASSERT_GT(one.size(), 10'000U);
    for (const unsigned threads : {2U, 3U, 8U}) {
      const auto many = simulate::cohort(options, threads).value().answers;
      EXPECT_EQ(one.learner, many.learner);
      EXPECT_EQ(one.item, many.item);
      EXPECT_EQ(one.shown_at, many.shown_at);
      EXPECT_EQ(one.answered_at, many.answered_at);
      EXPECT_EQ(one.right, many.right);
      EXPECT_EQ(one.score, many.score);
      EXPECT_EQ(one.session, many.session);
      EXPECT_EQ(one.probability, many.probability);
    }
  });
}

}  // namespace
