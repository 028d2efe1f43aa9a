#include "fit_cases.hpp"

#include <perdure/core/random.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::HalfLife;
// first_wrong <= first_right, in days; then gain and lapse
const fit::Coordinates coordinates{fit::facts<HalfLife>()};
const std::vector<double> at{10.0, 30.0, 4.0, 0.5};

TEST(Coordinates, MovingTheFirstMovesAllAboveIt) {
  Eigen::VectorXd move = Eigen::VectorXd::Zero(4);
  const fit::Coordinates::Pinned none(4);
  EXPECT_EQ(coordinates.moved(at, none, move), at);
  move[0] = std::log(1.5);  // days move by factors
  move[2] = -0.5;
  const auto higher = coordinates.moved(at, none, move);
  EXPECT_NEAR(higher[0], 15.0, 1e-12);
  EXPECT_NEAR(higher[1], 45.0, 1e-12);
  EXPECT_EQ(higher[2], 3.5);
  EXPECT_EQ(higher[3], 0.5);
  move[1] = -5.0;  // the rise ends at zero
  const auto equal = coordinates.moved(at, none, move);
  EXPECT_EQ(equal[0], equal[1]);
  EXPECT_NEAR(coordinates.value(at, 1), std::log(3.0), 1e-12);
  EXPECT_NEAR(coordinates.room_below(at, 1), -std::log(3.0), 1e-12);
  EXPECT_NEAR(coordinates.room_above(at, 1), std::log(365.0 / 30.0), 1e-12);
}

TEST(Coordinates, PullBackIsTheChainRule) {
  Eigen::VectorXd gradient{{1.0, 2.0, 3.0, 4.0}};
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Identity(4, 4);
  const auto pinned = coordinates.pull_back(at, gradient, curvature);
  EXPECT_TRUE(std::none_of(pinned.begin(), pinned.end(), [](bool p) { return p; }));
  EXPECT_EQ(gradient, (Eigen::VectorXd{{10.0 + 60.0, 60.0, 3.0, 4.0}}));
  EXPECT_EQ(curvature(0, 0), 100.0 + 900.0);
  EXPECT_EQ(curvature(0, 1), 900.0);
  EXPECT_EQ(curvature, curvature.transpose().eval());
}

TEST(Coordinates, PushForwardTurnsStepsIntoStepsOfParameters) {
  const fit::Coordinates::Pinned none(4);
  const Eigen::VectorXd z{{1e-6, 2e-6, -1e-6, 3e-6}};
  const auto next = coordinates.moved(at, none, z);
  const Eigen::MatrixXd outer = coordinates.push_forward(at, none, z * z.transpose());
  for (Eigen::Index i = 0; i < 4; ++i) {
    const double moved = next[static_cast<std::size_t>(i)] - at[static_cast<std::size_t>(i)];
    EXPECT_NEAR(std::sqrt(outer(i, i)), std::abs(moved), 1e-4 * std::abs(moved));
  }
}

TEST(Coordinates, AParameterAtItsUpperBoundThatWantsUpPullsNobody) {
  Eigen::VectorXd gradient{{1.0, -900.0, 0.0, 0.0}};
  Eigen::MatrixXd curvature = Eigen::MatrixXd::Identity(4, 4);
  const std::vector<double> high{10.0, 365.0, 4.0, 0.5};
  const auto pinned = coordinates.pull_back(high, gradient, curvature);
  EXPECT_TRUE(pinned[1]);
  EXPECT_EQ(gradient[0], 10.0);
  Eigen::VectorXd move = Eigen::VectorXd::Zero(4);
  move[0] = std::log(0.7);
  const auto next = coordinates.moved(high, pinned, move);
  EXPECT_NEAR(next[0], 7.0, 1e-12);
  EXPECT_EQ(next[1], 365.0);
}

/// Best objective by a slow search that knows no derivatives: each parameter in turn, in shrinking steps, inside bounds and order.
template <class M>
double searched(const fit_cases::Problem<M>& problem, std::array<double, M::specs.size()> values) {
  const auto total = [&problem](const auto& w) {
    double sum = problem.loss(w);
    for (std::size_t i = 0; i < w.size(); ++i) sum += 0.5 * std::pow((w[i] - M::specs[i].init) / M::specs[i].prior_sd, 2.0);
    return sum;
  };
  double best = total(values);
  for (double share = 0.5; share > 1e-6;) {
    bool better = false;
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (const double sign : {-1.0, 1.0}) {
        auto next = values;
        next[i] = std::clamp(next[i] * (1.0 + sign * share), M::specs[i].lower, M::specs[i].upper);
        if (models::lawful<M>(next) != next) continue;
        const double reached = total(next);
        if (reached < best) {
          best = reached;
          values = next;
          better = true;
        }
      }
    }
    if (!better) share *= 0.5;
  }
  return best;
}

// A parameter that rounding kept off its bound would count as free, with a gradient that points outwards.
TEST(Coordinates, AMoveByAllTheRoomEndsOnTheBound) {
  for (std::uint32_t k = 0; k < 200; ++k) {
    random::Stream stream{{.seed = 3, .learner = k, .item = 0, .step = 0}};
    std::vector<double> values(4);
    for (std::size_t i = 0; i < 4; ++i) values[i] = std::lerp(HalfLife::specs[i].lower, HalfLife::specs[i].upper, stream.next());
    values[1] = values[0] + (365.0 - values[0]) * stream.next();
    for (std::size_t i = 0; i < 4; ++i) {
      Eigen::VectorXd move = Eigen::VectorXd::Zero(4);
      move[static_cast<Eigen::Index>(i)] = coordinates.room_above(values, i);
      EXPECT_EQ(coordinates.moved(values, std::vector<bool>(4), move)[i], HalfLife::specs[i].upper);
      move[static_cast<Eigen::Index>(i)] = coordinates.room_below(values, i);
      EXPECT_EQ(coordinates.moved(values, std::vector<bool>(4), move)[i], i == 1 ? values[0] : HalfLife::specs[i].lower);
    }
  }
}

// True half-lives of years: first_right ends on its upper bound and must not take first_wrong with it.
TEST(Coordinates, AFitWithAnOrderedParameterAtItsBoundFindsTheOptimum) {
  const HalfLife::Params<double> truth{20.0, 5000.0, 2.0, 0.5};
  const data::Histories histories{perdure::testing::simulated_log<HalfLife>(truth, 3000, 21), time::ElapsedRule::exact()};
  const double best = searched(fit_cases::Problem<HalfLife>{histories}, models::defaults<HalfLife>());
  for (const std::array<double, 4> start : {models::defaults<HalfLife>(), {300.0, 365.0, 4.0, 0.3}, {60.0, 365.0, 4.0, 0.3}}) {
    const auto report = fit::pooled<HalfLife>(histories, start);
    EXPECT_EQ(report.status, fit::Status::converged) << report.reason;
    EXPECT_EQ(report.parameters[1], 365.0);
    EXPECT_LE(report.objective_path.back(), best + 0.01);
  }
}

}  // namespace
