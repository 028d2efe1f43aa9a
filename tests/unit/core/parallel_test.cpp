#include <perdure/core/parallel.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace {

using perdure::parallel_for;

TEST(ParallelFor, EveryIndexIsVisitedOnce) {
  for (const unsigned threads : {0U, 1U, 2U, 7U}) {
    std::vector<std::atomic<int>> seen(1000);
    parallel_for(seen.size(), threads, [&seen](std::size_t i) { seen[i].fetch_add(1); });
    for (const auto& count : seen) ASSERT_EQ(count.load(), 1);
  }
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, TheFirstExceptionReachesTheCaller) {
  for (const unsigned threads : {1U, 3U}) {
    std::atomic<int> done{0};
    EXPECT_THROW(parallel_for(100'000, threads,
                              [&done](std::size_t i) {
                                if (i == 5) throw std::runtime_error{"five"};
                                done.fetch_add(1);
                              }),
                 std::runtime_error);
    EXPECT_LT(done.load(), 100'000);
  }
}

}  // namespace
