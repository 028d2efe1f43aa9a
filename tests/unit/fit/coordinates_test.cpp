#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::HalfLife;
using C = fit::Coordinates<HalfLife>;  // first_wrong <= first_right; then gain and lapse

TEST(Coordinates, MovingTheFirstMovesAllAboveIt) {
  const C::Values at{10.0, 30.0, 4.0, 0.5};
  C::Vector move = C::Vector::Zero();
  move[0] = 5.0;
  EXPECT_EQ(C::moved(at, {}, move), (C::Values{15.0, 35.0, 4.0, 0.5}));
  move[1] = -50.0;  // the rise ends at zero
  EXPECT_EQ(C::moved(at, {}, move), (C::Values{15.0, 15.0, 4.0, 0.5}));
  EXPECT_EQ(C::value(at, 1), 20.0);
  EXPECT_EQ(C::room_below(at, 1), -20.0);
  EXPECT_EQ(C::room_above(at, 1), 335.0);
}

TEST(Coordinates, PullBackIsTheChainRule) {
  C::Vector gradient{{1.0, 2.0, 3.0, 4.0}};
  C::Matrix curvature = C::Matrix::Identity();
  const auto pinned = C::pull_back({10.0, 30.0, 4.0, 0.5}, gradient, curvature);
  EXPECT_TRUE(std::none_of(pinned.begin(), pinned.end(), [](bool p) { return p; }));
  EXPECT_EQ(gradient, (C::Vector{{3.0, 2.0, 3.0, 4.0}}));
  EXPECT_EQ(curvature(0, 0), 2.0);
  EXPECT_EQ(curvature(0, 1), 1.0);
  EXPECT_EQ(curvature, curvature.transpose());
}

TEST(Coordinates, AParameterAtItsUpperBoundThatWantsUpPullsNobody) {
  C::Vector gradient{{1.0, -900.0, 0.0, 0.0}};
  C::Matrix curvature = C::Matrix::Identity();
  const C::Values at{10.0, 365.0, 4.0, 0.5};
  const auto pinned = C::pull_back(at, gradient, curvature);
  EXPECT_TRUE(pinned[1]);
  EXPECT_EQ(gradient[0], 1.0);
  C::Vector move = C::Vector::Zero();
  move[0] = -3.0;
  EXPECT_EQ(C::moved(at, pinned, move), (C::Values{7.0, 365.0, 4.0, 0.5}));
}

/// Best objective by a slow search that knows no derivatives: each parameter in turn, in shrinking steps, inside bounds and order.
template <class M>
double searched(const fit::Objective<M>& objective, std::array<double, M::specs.size()> values) {
  const auto total = [&objective](const auto& w) {
    double sum = objective.loss(w);
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

// True half-lives of years: first_right ends on its upper bound and must not take first_wrong with it.
TEST(Coordinates, AFitWithAnOrderedParameterAtItsBoundFindsTheOptimum) {
  const HalfLife::Params<double> truth{20.0, 5000.0, 2.0, 0.5};
  const data::Histories histories{perdure::testing::simulated_log<HalfLife>(truth, 3000, 21), time::ElapsedRule::exact()};
  const double best = searched(fit::Objective<HalfLife>{histories, 1.0, 1}, models::defaults<HalfLife>());
  for (const std::array<double, 4> start : {models::defaults<HalfLife>(), {300.0, 365.0, 4.0, 0.3}, {60.0, 365.0, 4.0, 0.3}}) {
    const auto report = fit::pooled<HalfLife>(histories, start);
    EXPECT_EQ(report.status, fit::Status::converged) << report.reason;
    EXPECT_EQ(report.parameters[1], 365.0);
    EXPECT_LE(report.objective_path.back(), best + 0.01);
  }
}

}  // namespace
