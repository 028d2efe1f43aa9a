#include <perdure/fit/shuffles.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace {

using namespace perdure;
using Order = std::vector<std::size_t>;

Order upto(std::size_t n) {
  Order order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

template <class Shuffle>
Order shuffled(Shuffle& shuffle, std::size_t n) {
  Order order = upto(n);
  shuffle(order);
  return order;
}

// Printed by a program with rand 0.10: StdRng::seed_from_u64(2023), then (0..n) shuffled for n = 11, 11, 40, 3000.
TEST(Shuffles, TheCratesOrder) {
  fit::FsrsRsShuffle shuffle{2023};
  EXPECT_EQ(shuffled(shuffle, 11), (Order{10, 6, 1, 4, 5, 2, 9, 3, 0, 7, 8}));
  EXPECT_EQ(shuffled(shuffle, 11), (Order{1, 5, 9, 0, 2, 4, 6, 3, 7, 10, 8}));
  EXPECT_EQ(shuffled(shuffle, 40), (Order{29, 0, 27, 20, 5,  2,  22, 18, 17, 34, 1,  19, 4,  14, 39, 6, 10, 37, 9,  7,
                                          13, 3, 36, 38, 32, 30, 15, 25, 35, 31, 12, 16, 21, 33, 11, 8, 24, 28, 26, 23}));
  const Order many = shuffled(shuffle, 3000);
  EXPECT_EQ(Order(many.begin(), many.begin() + 5), (Order{1082, 2601, 2784, 2201, 886}));
  std::size_t sum = 0;
  for (std::size_t i = 0; i < many.size(); ++i) sum += i * many[i];
  EXPECT_EQ(sum, 6740555359U);
}

// Printed by torch 2: a Generator with seed 2023, then randperm(11) three times and randperm(40).
TEST(Shuffles, TheOrderOfTorch) {
  fit::TorchShuffle shuffle{2023};
  EXPECT_EQ(shuffled(shuffle, 11), (Order{10, 0, 8, 1, 5, 7, 9, 4, 3, 6, 2}));
  EXPECT_EQ(shuffled(shuffle, 11), (Order{2, 3, 10, 4, 5, 0, 1, 8, 6, 7, 9}));
  EXPECT_EQ(shuffled(shuffle, 11), (Order{10, 5, 6, 1, 2, 4, 3, 7, 9, 0, 8}));
  EXPECT_EQ(shuffled(shuffle, 40), (Order{1,  18, 2,  16, 3,  17, 29, 11, 25, 23, 35, 20, 7,  0,  31, 14, 12, 8,  21, 4,
                                          39, 15, 32, 24, 28, 30, 19, 22, 37, 5,  13, 34, 33, 38, 26, 10, 36, 27, 6,  9}));
}

// Printed by Python 3.11: Random(42).shuffle of one list three times, each on top of the last.
TEST(Shuffles, TheOrderOfPython) {
  fit::PythonShuffle shuffle{42};
  Order order = upto(11);
  shuffle(order);
  EXPECT_EQ(order, (Order{7, 3, 2, 8, 5, 6, 9, 4, 0, 1, 10}));
  shuffle(order);
  EXPECT_EQ(order, (Order{5, 8, 2, 10, 6, 3, 4, 0, 7, 9, 1}));
  shuffle(order);
  EXPECT_EQ(order, (Order{3, 8, 9, 5, 2, 6, 0, 10, 4, 7, 1}));
}

// Printed by Python 3.11, as above: seeds of more than 32 bits are keys of two words.
TEST(Shuffles, TheOrderOfPythonForLongSeeds) {
  fit::PythonShuffle shuffle{(std::uint64_t{1} << 32U) + 42};
  EXPECT_EQ(shuffled(shuffle, 11), (Order{4, 0, 10, 3, 7, 5, 8, 1, 2, 6, 9}));
  shuffle = fit::PythonShuffle{12345678901234567890U};
  EXPECT_EQ(shuffled(shuffle, 11), (Order{6, 0, 9, 3, 1, 4, 2, 5, 7, 10, 8}));
}

TEST(Shuffles, OursGivesEveryPlaceItsChanceAndDependsOnSeedAndCall) {
  constexpr std::size_t draws = 4000;
  std::vector<std::size_t> first(5);
  for (std::size_t seed = 0; seed < draws; ++seed) {
    fit::PerdureShuffle shuffle{seed};
    Order order = shuffled(shuffle, 5);
    ++first[order[0]];
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order, upto(5));
  }
  for (const std::size_t count : first) EXPECT_NEAR(static_cast<double>(count), 800.0, 5.0 * 25.3);  // 5 sd of binomial(4000, 1/5)
  fit::PerdureShuffle a{7};
  fit::PerdureShuffle b{7};
  EXPECT_EQ(shuffled(a, 100), shuffled(b, 100));
  EXPECT_NE(shuffled(a, 100), upto(100));
  fit::PerdureShuffle other{8};
  b = fit::PerdureShuffle{7};
  const Order once = shuffled(b, 100);
  EXPECT_NE(once, shuffled(b, 100));
  EXPECT_NE(once, shuffled(other, 100));
}

TEST(Shuffles, NothingAndOneStayAsTheyAre) {
  fit::PerdureShuffle ours{1};
  fit::FsrsRsShuffle crate{1};
  fit::TorchShuffle torch{1};
  fit::PythonShuffle python{1};
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}}) {
    EXPECT_EQ(shuffled(ours, n), upto(n));
    EXPECT_EQ(shuffled(crate, n), upto(n));
    EXPECT_EQ(shuffled(torch, n), upto(n));
    EXPECT_EQ(shuffled(python, n), upto(n));
  }
}

}  // namespace
