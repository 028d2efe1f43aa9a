// Lowess, the integrated calibration index and the smooth calibration error where their values can be worked out, and where there is little
// data.
#include <perdure/evaluate/ici.hpp>
#include <perdure/evaluate/lowess.hpp>
#include <perdure/evaluate/smooth_ece.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace {

using namespace perdure::evaluate;

TEST(Lowess, ALineStaysALine) {
  std::vector<Point> points;
  for (int i = 0; i < 60; ++i) points.push_back({0.01 * i * i, 3.0 - 0.02 * i * i, static_cast<std::size_t>(1 + i % 4)});
  for (const double delta : {0.0, 0.5, 100.0}) {
    const Lowess fit{points, 2.0 / 3.0, delta};
    for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NEAR(fit.values()[i], points[i].y, 1e-10);
  }
}

TEST(Lowess, AnswersAtOnePlaceGiveTheirMean) {
  const std::vector<Point> one{{0.7, 0.25, 8}};
  EXPECT_EQ(Lowess(one, 2.0 / 3.0, 0.0).values()[0], 0.25);
  EXPECT_TRUE(Lowess({}, 2.0 / 3.0, 0.0).values().empty());
  // Five of six answers at one place: the nearest four are all there.
  const std::vector<Point> two{{0.2, 0.6, 5}, {0.9, 1.0, 1}};
  EXPECT_EQ(Lowess(two, 2.0 / 3.0, 0.0).values()[0], 0.6);
}

TEST(Ici, AConstantGivesItsDistanceFromTheShare) {
  const std::vector<double> p(100, 0.7);
  std::vector<std::uint8_t> y(100, 1);
  for (std::size_t i = 0; i < 40; ++i) y[i] = 0;
  EXPECT_NEAR(ici(p, y), 0.1, 1e-12);
  EXPECT_TRUE(std::isnan(ici({}, {})));
  EXPECT_NEAR(ici(std::vector<double>{0.3}, std::vector<std::uint8_t>{1}), 0.7, 1e-15);
  EXPECT_THROW(static_cast<void>(ici(p, std::vector<std::uint8_t>(3))), std::invalid_argument);
}

/// Answers with the given number, right as often as p^power.
void draw(std::size_t n, double power, std::vector<double>& p, std::vector<std::uint8_t>& y) {
  std::uint64_t state = 12345;
  const auto next = [&state] {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state >> 11U) * 0x1p-53;
  };
  for (std::size_t i = 0; i < n; ++i) {
    p.push_back(std::sqrt(next()));
    y.push_back(next() < std::pow(p.back(), power) ? 1 : 0);
  }
}

// Above ici_cells answers, cells stand for predictions: the value moves by less than a cell's width.
TEST(Ici, CellsStandForManyAnswers) {
  std::vector<double> p;
  std::vector<std::uint8_t> y;
  draw(ici_cells + 1000, 1.4, p, y);
  const auto points = detail::distinct_points(Sorted{p, y});
  const Lowess smooth{points, 2.0 / 3.0, 0.01 * (points.back().x - points.front().x)};
  double exact = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) exact += static_cast<double>(points[i].n) * std::abs(smooth.values()[i] - points[i].x);
  EXPECT_NEAR(ici(p, y), exact / static_cast<double>(p.size()), 1.0 / static_cast<double>(ici_cells));
}

// One answer with residual r at 1/2: its Gaussian and its mirror images together hold r, at any width.
TEST(SmoothEce, KeepsTheSumOfOneSidedResiduals) {
  const std::vector<double> p{0.5, 0.9, 0.0, 1.0};
  const std::vector<std::uint8_t> y{0, 0, 0, 0};
  SmoothEce smooth{p, y};
  for (const double width : {0.002, 0.05, 0.3, 1.0}) EXPECT_NEAR(smooth.at(width), 2.4 / 4.0, 1e-6);
  EXPECT_NEAR(smooth.value(), 0.6, 1e-6);
}

// Residuals +r at 1/4 and -r at 3/4: far apart when the Gaussian is narrow, and gone when it is wide, by the first cosine: 2 r cos(pi/4)
// exp(-pi^2 w^2 / 2) times the mean of |cos|, 2 / pi.
TEST(SmoothEce, FallsAsTheFirstCosineDoes) {
  const std::vector<double> p{0.25, 0.75};
  const std::vector<std::uint8_t> y{0, 1};
  SmoothEce smooth{p, y};
  EXPECT_NEAR(smooth.at(0.01), 0.25, 1e-6);
  const double w = 0.9;
  EXPECT_NEAR(smooth.at(w), 0.25 * 2.0 * std::sqrt(0.5) * std::exp(-0.5 * std::pow(std::numbers::pi * w, 2)) * 2.0 / std::numbers::pi,
              1e-6);
  EXPECT_NEAR(smooth.value(), smooth.at(smooth.value()), 1e-6);
}

TEST(SmoothEce, PerfectAndWrongAndNothing) {
  EXPECT_EQ(smooth_ece(std::vector<double>{0.0, 1.0}, std::vector<std::uint8_t>{0, 1}), 0.0);
  EXPECT_NEAR(smooth_ece(std::vector<double>{1.0, 1.0}, std::vector<std::uint8_t>{0, 0}), 1.0, 1e-6);
  EXPECT_TRUE(std::isnan(smooth_ece({}, {})));
  EXPECT_THROW(static_cast<void>(smooth_ece(std::vector<double>{1.5}, std::vector<std::uint8_t>{1})), std::invalid_argument);
}

// Of 200,000 answers that are right as often as predicted, about 0.003 of error is left by chance, and narrow widths decide.
TEST(SmoothEce, TheTruthIsNearZero) {
  std::vector<double> p;
  std::vector<std::uint8_t> y;
  draw(200'000, 1.0, p, y);
  EXPECT_LT(smooth_ece(p, y), 0.008);
  EXPECT_GT(smooth_ece(p, y), 0.0005);
}

}  // namespace
