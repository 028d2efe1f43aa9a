#include <perdure/core/executor.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace {

using perdure::Executor;

TEST(Executor, EveryIndexRunsOnceForAnyNumberOfThreads) {
  for (const unsigned threads : {0U, 1U, 2U, 5U}) {
    std::vector<std::atomic<int>> seen(1000);
    const Executor executor = threads;
    executor(seen.size(), [&](std::size_t i) { ++seen[i]; });
    for (const auto& count : seen) EXPECT_EQ(count.load(), 1);
  }
}

TEST(Executor, ACallersOwnRunsTheTasks) {
  std::size_t asked = 0;
  const Executor own{[&](std::size_t count, const Executor::Body& body) {
    asked = count;
    for (std::size_t i = 0; i < count; ++i) body(i);
  }};
  int sum = 0;
  own(4, [&](std::size_t i) { sum += static_cast<int>(i); });
  EXPECT_EQ(asked, 4U);
  EXPECT_EQ(sum, 6);
  own(0, [&](std::size_t) { ADD_FAILURE(); });
}

TEST(Executor, AnExceptionReachesTheCaller) {
  EXPECT_THROW(Executor{3}(100,
                           [](std::size_t i) {
                             if (i == 50) throw std::runtime_error{"fifty"};
                           }),
               std::runtime_error);
}

}  // namespace
