#include <perdure/cohort/adaptive_curve.hpp>
#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/cohort/adaptive_layer.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace {

using namespace perdure;
using namespace perdure::cohort::adaptive;

/// Ends of the spans of states, in the order of CardMemory::fields: wide ones, so that curves of all shapes come up.
CardMemory random_card(random::Stream& draw) {
  const auto between = [&](double low, double high) { return low + (high - low) * draw.next(); };
  CardMemory card{};
  card.fsrs6 = {std::exp(between(-6.9, 9.0)), between(1.0, 10.0)};
  card.fsrs7 = {std::exp(between(-9.0, 9.0)), between(1.0, 10.0), std::exp(between(-9.0, 9.0))};
  card.answers = 1.0 + draw.below(50);
  card.lapses = draw.below(20);
  card.streak = draw.below(20);
  card.last_grade = 1.0 + draw.below(4);
  card.residuals = draw.below(30);
  card.residual_sum = between(-1.0, 1.0) * card.residuals;
  card.residual_recent = between(-1.0, 1.0);
  return card;
}

Features random_features(random::Stream& draw) {
  Features x{};
  for (double& value : x) value = 4.0 * draw.next() - 2.0;
  x[feature::one] = 1.0;
  return x;
}

TEST(AdaptiveCurve, RecallNeverRisesWithTheGapAndIntervalsEndWhereItFallsToTheTarget) {
  constexpr std::uint32_t states = 100'000;
  constexpr double slack = 1e-14;  // FSRS-7 mixes two curves: neighbors of equal recall may differ by roundings of 1
  const std::array gaps{0.0, 1e-4, 0.003, 0.04, 0.3, 0.7, 0.999, 1.0, 1.000001, 1.5, 3.0, 10.0, 40.0, 365.0, 4000.0, 1e6};
  const Bases bases;
  Layer layer = prior_layer();
  std::uint32_t jumps = 0;
  std::uint32_t falls = 0;
  for (std::uint32_t s = 0; s < states; ++s) {
    random::Stream draw{{.seed = 21, .step = s}};
    if (s % 1000 == 0) layer = prior_layer();          // weights of all ages
    const double wish = s % 2000 < 1000 ? -2.0 : 1.0;  // learners who recall more the longer they wait, and others
    for (const Regime regime : {Regime::within_day, Regime::later}) {
      const Features x = random_features(draw);
      const double eta = wish * x[feature::logit6] + 2.0 * (draw.next() - 0.5) * x[feature::logit7_less_6] + x[feature::own];
      layer[static_cast<std::size_t>(regime)].update(x, draw.next() < 1.0 / (1.0 + std::exp(-eta)));
    }
    Context context;
    context.form_fast = 2.0 * draw.next() - 1.0;
    context.form_slow = 2.0 * draw.next() - 1.0;
    const std::array cards{random_card(draw), random_card(draw), random_card(draw)};
    const Curve card = curve(layer, context, cards, 1);
    double before = 1.0;
    for (const double days : gaps) {
      const double now = card.recall(bases, Days{days});
      ASSERT_TRUE(now >= 0.0 && now <= before + slack) << "state " << s << ", " << days << " days: " << now << " after " << before;
      before = std::min(before, now);
    }
    if (s % 20 == 0) {
      const double target = draw.next();
      const double days = card.interval(bases, target).value();
      if (days > 0.0) {
        ASSERT_GT(card.recall(bases, Days{std::min(days * (1.0 - 1e-9), 1e9)}), target) << "state " << s;
      }
      if (days <= 1e9) {
        ASSERT_LE(card.recall(bases, Days{days}), target) << "state " << s;
      }
    }
    falls += card.recall(bases, Days{1e6}) < card.recall(bases, Days{0.0}) ? 1 : 0;
    jumps += card.recall(bases, Days{0.0}) == card.recall(bases, Days{1.0}) ? 1 : 0;
  }
  EXPECT_GT(falls, states / 2);    // the curves do fall
  EXPECT_GT(jumps, states / 100);  // regimes that do not meet came up
}

}  // namespace
