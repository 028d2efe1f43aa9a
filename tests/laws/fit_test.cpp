// What a fit differentiates, for every model and profile of the catalog; CMake compiles this file once per part of it.
#include <perdure/catalog/models.hpp>
#include <perdure/core/random.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/fit/objective.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/fit/steps.hpp>
#include <perdure/fit/targets.hpp>
#include <perdure/testing/model_name.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace perdure;
using Shipped = Shard<catalog::Profiles, PERDURE_TEST_PART, PERDURE_TEST_PARTS>::apply<::testing::Types>;

/// Cards with all grades, gaps from minutes to years and long runs of failures and of ease, so that states reach their clamps.
data::Histories cards() {
  std::vector<std::size_t> offset{0};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade;
  for (std::uint32_t c = 0; c < 60; ++c) {
    random::Stream stream{{.seed = 17, .learner = c, .item = 0, .step = 0}};
    const std::uint32_t answers = 2 + stream.below(8);
    for (std::uint32_t k = 0; k < answers; ++k) {
      const double gap = 0.01 * std::pow(1e5, stream.next());
      elapsed.push_back(k == 0 ? 0.0 : gap);
      grade.push_back(static_cast<std::uint8_t>(c % 5 == 0 ? 1 : c % 5 == 1 ? 4 : 1 + stream.below(4)));
    }
    offset.push_back(grade.size());
  }
  return data::Histories::from_cards(offset, elapsed, grade);
}

template <class M>
struct FitLaws : ::testing::Test {
  static constexpr std::size_t n = M::specs.size();
  using Values = std::array<double, n>;

  data::Histories histories = cards();
  fit::Steps steps{histories, fit::later_answers(histories, 0.5)};
  fit::Objective objective{steps.groups(), fit::portable<M>(), 1};

  double loss(const Values& values) const { return objective.derivatives(values, fit::Order::loss).loss; }

  static Values between(double share, std::uint32_t number) {
    random::Stream stream{{.seed = 23, .learner = number, .item = 0, .step = 0}};
    Values values = models::defaults<M>();
    for (std::size_t i = 0; i < n; ++i) {
      const models::ParamSpec& spec = M::specs[i];
      const double other =
          stream.next() < 0.2 ? (stream.next() < 0.5 ? spec.lower : spec.upper) : std::lerp(spec.lower, spec.upper, stream.next());
      values[i] += share * (other - values[i]);
    }
    return models::lawful<M>(values);
  }

  /// How many components could be compared at `values`. The gradient lies between the slopes to the left and to the right: they are one where the
  /// loss is smooth, and differ where `values` stand on a kink. A slope that depends on how far one goes has a kink within its reach.
  std::size_t compare(const Values& values) const {
    const auto d = objective.derivatives(values, fit::Order::fisher);
    std::size_t compared = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double reach = 1e-5 * std::max(1e-3, std::abs(values[i]));
      const auto slope = [&](double step) {
        Values moved = values;
        moved[i] += step;
        return (loss(moved) - d.loss) / step;
      };
      const std::array<double, 2> near{slope(-0.5 * reach), slope(0.5 * reach)};
      const std::array<double, 2> far{slope(-reach), slope(reach)};
      const auto k = static_cast<Eigen::Index>(i);
      const double spread = std::sqrt(d.fisher(k, k));  // of this component, were the answers drawn again: in its own unit, as slopes are
      const double scale = std::max({spread, std::abs(near[0]), std::abs(near[1])}) + 1e-9 * d.loss / reach;  // rounding of the loss
      if (std::abs(near[0] - far[0]) > 1e-4 * scale || std::abs(near[1] - far[1]) > 1e-4 * scale) continue;
      const double gradient = d.gradient[k];
      EXPECT_GE(gradient, std::min(near[0], near[1]) - 1e-3 * scale) << M::specs[i].name << " at " << values[i];
      EXPECT_LE(gradient, std::max(near[0], near[1]) + 1e-3 * scale) << M::specs[i].name << " at " << values[i];
      ++compared;
    }
    return compared;
  }
};

TYPED_TEST_SUITE(FitLaws, Shipped, perdure::testing::ModelName);

TYPED_TEST(FitLaws, GradientIsTheSlopeOfTheLoss) {
  if constexpr (TypeParam::rounding > 0.0) {
    GTEST_SKIP() << "this profile rounds its states: its loss is a staircase";
  } else if constexpr (models::trainable<TypeParam>()) {
    EXPECT_GE(2 * this->compare(models::defaults<TypeParam>()), this->n);
    std::size_t compared = 0;
    constexpr std::uint32_t places = 8;
    for (std::uint32_t k = 0; k < places; ++k) compared += this->compare(this->between(k < 4 ? 0.3 : 1.0, k));
    EXPECT_GE(2 * compared, places * this->n) << "too few places without a kink to say anything";
  } else {
    GTEST_SKIP() << "this model's parameters are not trained";
  }
}

TYPED_TEST(FitLaws, AFitEndsLawfulAndNoWorseThanItsStart) {
  const auto report = fit::pooled<TypeParam>(this->histories, models::defaults<TypeParam>(), {.max_iterations = 5});
  EXPECT_FALSE(models::check_parameters<TypeParam>(report.parameters).has_value());
  EXPECT_LE(report.objective_path.back(), report.objective_path.front());
  EXPECT_TRUE(std::isfinite(report.log_loss));
  if (!models::trainable<TypeParam>()) return;
  ASSERT_EQ(report.standard_errors.size(), TypeParam::specs.size());
  for (std::size_t i = 0; i < report.standard_errors.size(); ++i) {
    const double error = report.standard_errors[i];
    if (std::isnan(error)) continue;
    EXPECT_GT(error, 0.0) << TypeParam::specs[i].name;
    EXPECT_LE(report.low[i], report.parameters[i]);
    EXPECT_GE(report.high[i], report.parameters[i]);
  }
}

}  // namespace
