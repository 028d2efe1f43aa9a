#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/evaluate/rmse_bins.hpp>
#include <perdure/evaluate/universal.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::evaluate;

// Where the scales of bases 3.62, 1.89 and 1.73 step, for whole numbers: 3.62^1 = 3.62, 3.62^2 = 13.1, 3.62^3 = 47.4; 1.89^1, 1.89^2 =
// 3.57, 1.89^3 = 6.75; 1.73^1, 1.73^2 = 2.99, 1.73^3 = 5.18.
TEST(ReviewBin, StepsWhereTheScalesDo) {
  for (const double last : {3.0, 13.0, 47.0}) EXPECT_NE(review_bin(last, 2, 0), review_bin(last + 1.0, 2, 0));
  for (const double inside : {1.0, 2.0, 4.0, 12.0, 14.0, 46.0})
    EXPECT_EQ(review_bin(inside, 2, 0), review_bin(inside + 1.0, 2, 0)) << inside;
  for (const std::uint32_t last : {1U, 3U, 6U}) EXPECT_NE(review_bin(1.0, last, 0), review_bin(1.0, last + 1, 0));
  for (const std::uint32_t inside : {2U, 4U, 5U}) EXPECT_EQ(review_bin(1.0, inside, 0), review_bin(1.0, inside + 1, 0)) << inside;
  for (const std::uint32_t last : {0U, 1U, 2U, 5U}) EXPECT_NE(review_bin(1.0, 2, last), review_bin(1.0, 2, last + 1));
  for (const std::uint32_t inside : {3U, 4U}) EXPECT_EQ(review_bin(1.0, 2, inside), review_bin(1.0, 2, inside + 1)) << inside;
}

TEST(ReviewBin, IsInRangeForAllThatCanBe) {
  std::set<std::int32_t> seen;
  for (const double days : {0.0, 1e-9, 0.5, 1.0, 36500.0, 1e9}) {
    for (const std::uint32_t reviews : {1U, 100U, 4'000'000'000U}) {
      for (const std::uint32_t lapses : {0U, 1U, 4'000'000'000U}) {
        const std::int32_t bin = review_bin(days, reviews, lapses);
        EXPECT_GE(bin, 0);
        EXPECT_LT(bin, most_bins);
        seen.insert(bin);
      }
    }
  }
  EXPECT_EQ(seen.size(), 6U * 3U * 3U);
}

/// Answers of one learner to one item on the given days, in milliseconds since 1970.
data::Histories one_card(const std::vector<double>& day, const std::vector<std::uint8_t>& grade) {
  constexpr double day_ms = 86'400'000.0;
  const std::size_t n = day.size();
  std::vector<std::int64_t> at;
  for (const double d : day) at.push_back(static_cast<std::int64_t>((20'000.0 + d) * day_ms));
  const std::vector<std::uint32_t> zero(n, 0);
  const std::vector<float> score(n, 1.0F);
  const auto log =
      data::ReviewLog::import({.learner = zero, .item = zero, .answered_at = at, .shown_at = at, .score = score, .grade = grade});
  return data::Histories{log.first, time::ElapsedRule::whole_days()};
}

TEST(ReviewBins, LookBackOnly) {
  // A lapse on day 0 does not count, nor does the one of the same day; those of days 3 and 10 do, from the next answer on.
  const auto bin = review_bins(one_card({0, 0.25, 3, 10, 30}, {1, 1, 1, 1, 3}));
  const std::vector<std::int32_t> wanted{no_bin, no_bin, review_bin(2, 2, 0), review_bin(7, 3, 1), review_bin(20, 4, 2)};
  EXPECT_EQ(bin, wanted);
}

TEST(RmseBins, LeavesOutWhatHasNoBin) {
  const std::vector<double> p{0.5, 0.9, 0.7, 0.2};
  const std::vector<std::uint8_t> y{1, 1, 0, 0};
  const std::vector<std::int32_t> bin{4, 4, no_bin, 9};
  const double first = 0.7 - 1.0;
  EXPECT_NEAR(rmse_bins_srs_benchmark(p, y, bin), std::sqrt((2.0 * first * first + 0.2 * 0.2) / 3.0), 1e-15);
  const std::vector<double> weight{1.0, 2.0, 50.0, 1.0};  // the means of a bin stay plain
  EXPECT_NEAR(rmse_bins_fsrs_rs(p, y, bin, weight), std::sqrt((3.0 * first * first + 0.2 * 0.2) / 4.0), 1e-15);
  EXPECT_TRUE(std::isnan(rmse_bins_srs_benchmark(p, y, std::vector<std::int32_t>(4, no_bin))));
}

TEST(RmseBins, ColumnsMustFit) {
  const std::vector<double> p{0.5, 0.9};
  const std::vector<std::uint8_t> y{1, 1};
  EXPECT_THROW(static_cast<void>(rmse_bins_srs_benchmark(p, y, std::vector<std::int32_t>{1})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rmse_bins_srs_benchmark(p, y, std::vector<std::int32_t>{1, -2})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rmse_bins_srs_benchmark(p, y, std::vector<std::int32_t>{1, most_bins})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(rmse_bins_fsrs_rs(p, y, std::vector<std::int32_t>{1, 1}, {})), std::invalid_argument);
}

TEST(RecencyWeights, RiseFromAQuarterToOne) {
  EXPECT_EQ(recency_weights(0), std::vector<double>{});
  EXPECT_EQ(recency_weights(1), std::vector<double>{0.25});
  const std::vector<double> wanted{0.25, 0.34375, 1.0};
  EXPECT_EQ(recency_weights(3), wanted);
}

// fsrs-rs's own table of bins of p = 0, 0.01, ..., 1: bin 0 holds 0 to 0.22, 1 from 0.23 (21^0.2277 = 2), 19 from 0.984 (21^0.984 = 20).
TEST(Universal, BinsAreNarrowNearOne) {
  const std::vector<std::uint8_t> y{1, 0};
  const auto apart = [&](double b1, double b2) {
    return universal_metric(std::vector<double>{1.0, 1.0}, std::vector<double>{b1, b2}, y) > 0.6;
  };
  EXPECT_FALSE(apart(0.0, 0.227));  // one bin: mean of A 1, mean of y 0.5
  EXPECT_TRUE(apart(0.227, 0.228));
  EXPECT_TRUE(apart(0.98, 0.99));
  EXPECT_FALSE(apart(0.99, 1.0));
}

TEST(Universal, TheBetterOneIsSmallerByTheOther) {
  std::vector<double> truth, constant;
  std::vector<std::uint8_t> y;
  for (int i = 0; i < 1000; ++i) {
    truth.push_back(i % 2 == 0 ? 0.9 : 0.5);
    y.push_back(i % 2 == 0 ? (i % 20 == 0 ? 0 : 1) : (i % 4 == 1 ? 0 : 1));
    constant.push_back(0.7);
  }
  EXPECT_LT(universal_metric(truth, constant, y), 1e-12);
  EXPECT_NEAR(universal_metric(constant, truth, y), 0.2, 1e-12);
  EXPECT_TRUE(std::isnan(universal_metric({}, {}, {})));
  EXPECT_THROW(static_cast<void>(universal_metric(truth, std::vector<double>{0.5}, y)), std::invalid_argument);
}

}  // namespace
