// Scores of 240 made-up answers. Numbers: tools/golden_metrics.py, a second implementation from the definitions, which agrees with
// scikit-learn and statsmodels to rounding and with relplot to its own tolerance.
#include <perdure/evaluate/ici.hpp>
#include <perdure/evaluate/metrics.hpp>
#include <perdure/evaluate/rmse_bins.hpp>
#include <perdure/evaluate/smooth_ece.hpp>
#include <perdure/evaluate/universal.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace {

using namespace perdure::evaluate;

constexpr std::size_t answers = 240;
constexpr double exact = 1e-13;  // sums of 240 terms of size 1, each to 1 ulp

/// The answers of the generator: predictions with ties, outcomes a little worse.
class MetricsGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < answers; ++i) {
      const auto k = static_cast<int>(500 - (i * i * 31 + i * 17) % 401);
      p.push_back(static_cast<double>(k) / 501.0);
      success.push_back(static_cast<int>((i * 7907 + 13) % 997) * 501 < (k - 40) * 997 ? 1 : 0);
      other.push_back(std::clamp(p.back() * p.back() + 0.1, 0.0, 1.0));
    }
  }

  /// Cards of eight answers; the first of a card and those of the same day have no bin.
  [[nodiscard]] std::vector<std::int32_t> bins() const {
    constexpr std::array<double, 10> days{0, 1, 2, 3, 4, 13, 14, 47, 48, 400};
    std::vector<std::int32_t> bin(answers, no_bin);
    std::uint32_t reviews = 1;
    std::uint32_t lapses = 0;
    for (std::size_t k = 0; k < answers; ++k) {
      const std::size_t card = k / 8 * 8;
      if (k == card) {
        reviews = 1;
        lapses = 0;
        continue;
      }
      const double gap = days.at((k * 7 + card) % days.size());
      if (gap == 0.0) continue;
      bin[k] = review_bin(gap, ++reviews, lapses);
      lapses += success[k] != 0 ? 0 : 1;
    }
    return bin;
  }

  std::vector<double> p, other;
  std::vector<std::uint8_t> success;
};

TEST_F(MetricsGolden, ScoresOfSingleAnswers) {
  EXPECT_EQ(std::accumulate(success.begin(), success.end(), 0), 127);
  EXPECT_NEAR(log_loss(p, success), 0.604234886641859, exact);
  EXPECT_NEAR(brier(p, success), 0.204952453708684, exact);
  EXPECT_NEAR(mean_bias(p, success), 0.0688206919494345, exact);
  EXPECT_NEAR(auc(p, success), 0.755800989478085, exact);
  EXPECT_NEAR(ece(p, success), 0.0980289421157685, exact);
}

TEST_F(MetricsGolden, IntegratedCalibrationIndex) { EXPECT_NEAR(ici(p, success), 0.0702011294174017, 1e-12); }

// The last fits of lowess lie closer together than its steps; statsmodels then fits the last row but one.
TEST(MetricsGoldenRoots, IntegratedCalibrationIndex) {
  std::vector<double> p;
  std::vector<std::uint8_t> success;
  for (int i = 1; i <= 64; ++i) {
    p.push_back(std::pow(static_cast<double>(i) / 64.0, 0.0625));
    success.push_back((i * 7907 + 13) % 997 < i * 15 ? 1 : 0);
  }
  EXPECT_NEAR(ici(p, success), 0.453044975638583, 1e-12);
}

// Both sides replace an integral by a sum; ours also shares residuals between cells 1/4096 apart, which widens a Gaussian of 0.02 by 1e-5.
TEST_F(MetricsGolden, SmoothCalibrationError) {
  SmoothEce smooth{p, success};
  EXPECT_NEAR(smooth.at(0.02), 0.0897774437534523, 1e-6);
  EXPECT_NEAR(smooth.at(0.1), 0.0709004246793991, 1e-6);
  EXPECT_NEAR(smooth.value(), 0.0726676362156868, 1e-6);
}

TEST_F(MetricsGolden, RmseBins) {
  const auto bin = bins();
  EXPECT_NEAR(rmse_bins_srs_benchmark(p, success, bin), 0.196779901736832, exact);
  std::vector<double> weight(answers);
  const auto counted = static_cast<std::size_t>(std::count_if(bin.begin(), bin.end(), [](std::int32_t b) { return b != no_bin; }));
  const std::vector<double> recency = recency_weights(counted);
  for (std::size_t k = 0, place = 0; k < answers; ++k) {
    if (bin[k] != no_bin) weight[k] = recency[place++];
  }
  EXPECT_NEAR(rmse_bins_fsrs_rs(p, success, bin, weight), 0.190116847586717, exact);
}

TEST_F(MetricsGolden, UniversalMetric) {
  EXPECT_NEAR(universal_metric(p, other, success), 0.152682302040436, exact);
  EXPECT_NEAR(universal_metric(other, p, success), 0.146307360632043, exact);
}

}  // namespace
