#include <perdure/cohort/memory.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/state.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace perdure::cohort;

/// Round numbers, so that a reader can follow.
MemoryParameters<double> round_parameters() {
  MemoryParameters<double> p{};
  p.offset = 1.0;
  p.count = 0.5;
  p.wins = 0.25;
  p.losses = 0.125;
  p.decay = 0.2;
  p.scale = 0.5;
  p.carry = 0.25;
  p.first_gain = std::log(2.0);
  p.growth = 0.5;
  p.growth_decay = 1.0;
  p.failure = 0.25;
  return p;
}

/// Three answers, two of them right, the last one on day 10.
MemoryState<double> three_answers() {
  MemoryState<double> m;
  m.scale = 2.0;
  m.answers = 3.0;
  m.right = 2.0;
  m.wrong = 1.0;
  m.last = 10.0;
  return m;
}

struct Others {
  Effect<double> cohort_offset, cohort_count, cohort_decay, learner_count;
  MaterialState<double> material;
  double learner_decay = 0.0;
};

Recollection<double> recalled(const MemoryParameters<double>& p, const MemoryState<double>& m, double now, double exposure = 0.5,
                              const Others& o = {}) {
  Recollection<double> r;
  recollect(r, p, o.cohort_offset, o.cohort_count, o.cohort_decay, o.material, o.learner_count, o.learner_decay, m, exposure, now);
  return r;
}

TEST(CohortMemory, AddsUpByHand) {
  // e - 1 scales of time after the last answer, forgetting is the exponent itself.
  const auto r = recalled(round_parameters(), three_answers(), 10.0 + 2.0 * (std::exp(1.0) - 1.0));
  EXPECT_TRUE(r.exists);
  EXPECT_DOUBLE_EQ(r.repetitions, std::log(4.0));
  EXPECT_DOUBLE_EQ(r.lapse, 1.0);
  EXPECT_DOUBLE_EQ(r.forgetting, 0.2);
  EXPECT_DOUBLE_EQ(r.gain, 1.0 + 0.5 * std::log(4.0) + 0.25 * std::log(3.0) - 0.125 * std::log(2.0));
  EXPECT_EQ(r.share, 1.0);
  EXPECT_FALSE(r.slowest);
}

TEST(CohortMemory, EffectsMoveTheParameters) {
  Others o;
  o.cohort_offset.mean = 0.5;
  o.cohort_count.mean = 0.25;
  o.cohort_decay.mean = 0.1;
  o.learner_count.mean = 0.0625;
  o.material.count.mean = 0.125;
  o.material.decay.mean = 0.05;
  o.learner_decay = 0.025;
  const auto p = round_parameters();
  const auto plain = recalled(p, three_answers(), 20.0), moved = recalled(p, three_answers(), 20.0, 0.5, o);
  EXPECT_DOUBLE_EQ(moved.gain - plain.gain, 0.5 + 0.4375 * std::log(4.0));
  EXPECT_DOUBLE_EQ(moved.forgetting, 0.375 * std::log(6.0));
  o.learner_decay = -1.0;
  const auto slow = recalled(p, three_answers(), 20.0, 0.5, o);
  EXPECT_TRUE(slow.slowest);
  EXPECT_DOUBLE_EQ(slow.forgetting, least_decay * std::log(6.0));
}

TEST(CohortMemory, IsNothingBeforeAnAnswer) {
  const auto r = recalled(round_parameters(), MemoryState<double>{}, 3.0);
  EXPECT_FALSE(r.exists);
  EXPECT_EQ(r.gain, 0.0);
  EXPECT_EQ(r.forgetting, 0.0);
}

TEST(CohortMemory, TimeDoesNotRunBackwards) {
  EXPECT_EQ(recalled(round_parameters(), three_answers(), 9.0).forgetting, 0.0);
  EXPECT_EQ(elapsed<double>(three_answers(), 9.0), 0.0);
  EXPECT_EQ(elapsed<double>(three_answers(), 12.5), 2.5);
}

TEST(CohortMemory, AFirstAnswerSetsTheScale) {
  const auto p = round_parameters();
  const auto scale_after = [&p](double score) {
    MemoryState<double> m;
    remember(m, p, recalled(p, m, 4.0), 4.0, score);
    EXPECT_EQ(m.answers, 1.0);
    EXPECT_EQ(m.right, score);
    EXPECT_EQ(m.wrong, 1.0 - score);
    EXPECT_EQ(m.carry, 0.0);
    EXPECT_EQ(m.last, 4.0);
    return m.scale;
  };
  EXPECT_EQ(scale_after(0.0), 0.5);
  EXPECT_DOUBLE_EQ(scale_after(1.0), 1.0);
  EXPECT_DOUBLE_EQ(scale_after(0.5), 0.5 * std::sqrt(2.0));
}

TEST(CohortMemory, LaterAnswersScaleIt) {
  const auto p = round_parameters();
  const double now = 10.0 + 2.0 * (std::exp(1.0) - 1.0);  // a lapse of 1
  const auto after = [&](double score) {
    auto m = three_answers();
    remember(m, p, recalled(p, m, now), now, score);
    EXPECT_EQ(m.answers, 4.0);
    EXPECT_EQ(m.right, 2.0 + score);
    EXPECT_EQ(m.wrong, 2.0 - score);
    EXPECT_DOUBLE_EQ(m.carry, 0.25);
    EXPECT_EQ(m.last, now);
    return m.scale;
  };
  const double right = 2.0 * (1.0 + 0.5 * 1.0 * (0.5 / 2.0));  // a scale of four times the first grows a quarter as much
  EXPECT_DOUBLE_EQ(after(1.0), right);
  EXPECT_DOUBLE_EQ(after(0.0), 2.0 * 0.25);
  EXPECT_DOUBLE_EQ(after(0.75), 0.75 * right + 0.25 * 0.5);
}

TEST(CohortMemory, ForgettingIsCarriedOn) {
  const auto p = round_parameters();
  auto m = three_answers();
  const double now = 10.0 + 2.0 * (std::exp(1.0) - 1.0);
  remember(m, p, recalled(p, m, now), now, 1.0);
  EXPECT_DOUBLE_EQ(recalled(p, m, now).lapse, 0.25);
  remember(m, p, recalled(p, m, now), now, 1.0);
  EXPECT_DOUBLE_EQ(recalled(p, m, now).lapse, 0.0625);  // and so on: what was carried is carried in part
}

TEST(CohortMemory, TheScaleStaysInItsBounds) {
  auto p = round_parameters();
  MemoryState<float> low, high;
  for (int i = 0; i < 300; ++i) {
    Recollection<double> r;
    r.exists = true;
    r.lapse = 100.0;
    p.growth_decay = 1e-6;
    remember(low, p, r, 0.0, 0.0);
    remember(high, p, r, 0.0, 1.0);
  }
  EXPECT_FLOAT_EQ(low.scale, static_cast<float>(least_scale));
  EXPECT_FLOAT_EQ(high.scale, static_cast<float>(most_scale));
}

TEST(CohortMemory, AnExposureRefreshesByItsWeight) {
  const auto p = round_parameters();
  const auto lapse_after = [&p](double exposure) {
    auto m = three_answers();
    refresh(m, p, exposure, 16.0);
    return recalled(p, m, 18.0, exposure).lapse;
  };
  EXPECT_DOUBLE_EQ(lapse_after(0.0), std::log(1.0 + 8.0 / 2.0));
  EXPECT_DOUBLE_EQ(lapse_after(1.0), std::log(1.0 + 2.0 / 2.0));
  EXPECT_DOUBLE_EQ(lapse_after(0.5), std::log(1.0 + 5.0 / 2.0));
  auto twice = three_answers();
  refresh(twice, p, 0.5, 16.0);
  refresh(twice, p, 0.5, 18.0);
  EXPECT_DOUBLE_EQ(elapsed<double>(twice, 18.0), 2.5);  // half of the three that were left, and of two more
}

TEST(CohortMemory, ExposuresAloneCountForPartOfAnAnswer) {
  const auto p = round_parameters();
  MemoryState<double> m;
  refresh(m, p, 0.25, 3.0);
  EXPECT_EQ(m.scale, p.scale);
  EXPECT_EQ(m.backlog, 0.0);
  const auto r = recalled(p, m, 4.0, 0.25);
  EXPECT_EQ(r.share, 0.25);
  EXPECT_DOUBLE_EQ(r.gain, 0.25 * (1.0 + 0.5 * std::log(1.25)));
  EXPECT_DOUBLE_EQ(r.forgetting, 0.25 * 0.2 * std::log(1.0 + 1.0 / 0.5));
  for (int i = 0; i < 7; ++i) refresh(m, p, 0.25, 3.0);
  EXPECT_EQ(recalled(p, m, 4.0, 0.25).share, 1.0);
  EXPECT_FALSE(recalled(p, m, 4.0, 0.0).exists);
}

TEST(CohortMemory, TheFirstAnswerAfterExposuresIsAFirstOne) {
  const auto p = round_parameters();
  MemoryState<double> m;
  refresh(m, p, 0.25, 3.0);
  remember(m, p, recalled(p, m, 4.0, 0.25), 4.0, 1.0);
  EXPECT_DOUBLE_EQ(m.scale, 1.0);
  EXPECT_DOUBLE_EQ(m.carry, 0.25 * std::log(3.0));
  EXPECT_DOUBLE_EQ(recalled(p, m, 4.0, 0.25).repetitions, std::log(2.25));
}

}  // namespace
