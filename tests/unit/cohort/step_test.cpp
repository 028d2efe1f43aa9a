#include "cohort_cases.hpp"

#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace {

using namespace perdure::cohort;

Parameters<double> lively() { return assemble<double>(perdure::test::lively_values(1)); }

/// One learner, one item and two skills.
struct World {
  CohortState<double> cohort;
  LearnerState<double> learner;
  MaterialState<double> item;
  MemoryState<double> memory;
  std::array<MaterialState<double>, 2> skills;
  std::array<MemoryState<double>, 2> skill_memories;
  std::array<SkillPart<double, double>, 2> parts;
  Recollection<double> recollection;

  explicit World(const Step<double>& step) {
    step.begin(cohort);
    step.begin(learner);
    step.begin_item(item);
    step.begin_item(memory);
    for (auto& skill : skills) step.begin_skill(skill);
    for (auto& m : skill_memories) step.begin_skill(m);
  }

  Scene<double, double> scene(const std::vector<std::pair<std::size_t, double>>& tags = {}, double guess = -1.0) {
    for (std::size_t k = 0; k < tags.size(); ++k) parts[k] = {&skills[tags[k].first], &skill_memories[tags[k].first], tags[k].second, {}};
    return {cohort, learner, item, memory, {parts.data(), tags.size()}, recollection, guess};
  }
};

double answer(const Step<double>& step, Scene<double, double> scene, double now, double score) {
  const auto expected = step.outlook(scene, now);
  step.learn(scene, expected, now, score);
  return expected.probability;
}

/// Everything has been answered, and every mean differs from 0.
World experienced(const Step<double>& step) {
  World w{step};
  double now = 0.0;
  for (int i = 0; i < 6; ++i) {
    answer(step, w.scene({{0, 0.75}, {1, 0.25}}), now, i % 3 == 0 ? 0.0 : 1.0);
    if (i % 2 == 0) answer(step, w.scene({{0, 1.0}}), now + 0.3, 1.0);
    now += 1.7;
  }
  return w;
}

/// The update of one question, written once more: all effects in one list, as a vector x of slopes, means m and variances v.
TEST(CohortStep, OneAnswerIsTheDiagonalKalmanUpdate) {
  auto p = lively();
  p.skill.decay = p.item.decay = 0.6;  // far from the least, whatever is learned
  const Step<double> step{p};
  World w = experienced(step);
  const World before = w;
  const std::array weight{0.75, 0.25};
  const double now = 14.0, score = 0.25, guess = 0.2;
  auto scene = w.scene({{0, weight[0]}, {1, weight[1]}}, guess);
  const auto expected = step.outlook(scene, now);
  step.learn(scene, expected, now, score);

  const auto repeated = [](const MemoryState<double>& m) { return std::log(1.0 + m.answers); };
  const auto lapse = [&](const MemoryState<double>& m) { return std::log(1.0 + (now - m.last) / m.scale) + m.carry; };
  const auto fixed = [&](const MemoryParameters<double>& q, const MemoryState<double>& m) {
    return m.form + q.offset + q.count * repeated(m) + q.wins * std::log(1.0 + m.right) - q.losses * std::log(1.0 + m.wrong) -
           q.decay * lapse(m);
  };
  struct Row {
    double x;
    Effect<double> before, after;
    double noise;  ///< variance that the answer's time adds, as a share of nothing
  };
  const auto drift = [](double variance) { return cohort_drift * variance; };
  std::vector<Row> rows{
      {1.0, before.cohort.level, w.cohort.level, drift(p.cohort_level_variance)},
      {1.0, before.learner.ability, w.learner.ability, p.ability_noise + p.ability_noise_rate * std::log(1.0 + now - before.learner.last)},
      {1.0, before.item.level, w.item.level, 0.0},
      {1.0, before.memory.level, w.memory.level, 0.0},
      {1.0, before.cohort.item_offset, w.cohort.item_offset, drift(p.item.cohort_offset_variance)},
      {repeated(before.memory), before.cohort.item_count, w.cohort.item_count, drift(p.item.cohort_count_variance)},
      {repeated(before.memory), before.item.count, w.item.count, 0.0},
      {repeated(before.memory), before.learner.item_count, w.learner.item_count, 0.0},
      {-lapse(before.memory), before.cohort.item_decay, w.cohort.item_decay, drift(p.item.cohort_decay_variance)},
      {-lapse(before.memory), before.item.decay, w.item.decay, 0.0},
  };
  double offset = 0.0, count = 0.0, decay = 0.0;
  double log_odds = p.level + before.learner.form + p.practice * std::log(1.0 + before.learner.answers) + fixed(p.item, before.memory);
  for (std::size_t k = 0; k < 2; ++k) {
    const double a = weight[k];
    const auto& m = before.skill_memories[k];
    log_odds += a * fixed(p.skill, m);
    rows.push_back({a, before.skills[k].level, w.skills[k].level, 0.0});
    rows.push_back(
        {a, m.level, w.skill_memories[k].level, p.learner_skill_noise + p.learner_skill_noise_rate * std::log(1.0 + now - m.last)});
    rows.push_back({a * repeated(m), before.skills[k].count, w.skills[k].count, 0.0});
    rows.push_back({-a * lapse(m), before.skills[k].decay, w.skills[k].decay, 0.0});
    offset += a;
    count += a * repeated(m);
    decay -= a * lapse(m);
  }
  rows.push_back({offset, before.cohort.skill_offset, w.cohort.skill_offset, drift(p.skill.cohort_offset_variance)});
  rows.push_back({count, before.cohort.skill_count, w.cohort.skill_count, drift(p.skill.cohort_count_variance)});
  rows.push_back({count, before.learner.skill_count, w.learner.skill_count, 0.0});
  rows.push_back({decay, before.cohort.skill_decay, w.cohort.skill_decay, drift(p.skill.cohort_decay_variance)});
  rows.push_back({decay, before.learner.skill_decay, w.learner.skill_decay, 0.0});

  for (const Row& row : rows) log_odds += row.x * row.before.mean;
  // The probability sees the uncertainty of levels and offsets, as it was before the answer.
  double variance = 0.0;
  for (const auto& e : {before.cohort.level, before.learner.ability, before.item.level, before.memory.level, before.cohort.item_offset,
                        before.cohort.skill_offset}) {
    variance += e.variance;
  }
  for (std::size_t k = 0; k < 2; ++k) {
    variance += weight[k] * weight[k] * (before.skills[k].level.variance + before.skill_memories[k].level.variance);
  }
  const double range = (1.0 - guess) * (1.0 - p.slip);
  const double probability = guess + range / (1.0 + std::exp(-log_odds / std::sqrt(1.0 + shrinkage_by_variance * variance)));
  // 20 terms of size up to 5 in the log-odds, each rounded a few times.
  EXPECT_NEAR(expected.log_odds, log_odds, 1e-13);
  EXPECT_NEAR(expected.variance, variance, 1e-14);
  EXPECT_NEAR(expected.probability, probability, 1e-13);

  const double known = 1.0 / (1.0 + std::exp(-log_odds));
  const double right = guess + range * known, slope = range * known * (1.0 - known);
  const double information = slope * slope / (right * (1.0 - right));
  double total = 0.0;
  for (const Row& row : rows) total += row.x * row.x * (row.before.variance + row.noise);
  const double gain = 1.0 / (1.0 + information * total);
  for (std::size_t j = 0; j < rows.size(); ++j) {
    const Row& row = rows[j];
    const double v = row.before.variance + row.noise;
    const double m = row.before.mean + v * row.x * (score - right) * slope / (right * (1.0 - right)) * gain;
    EXPECT_NEAR(row.after.mean, m, 1e-13) << j;
    EXPECT_NEAR(row.after.variance, v - v * row.x * v * row.x * information * gain, 1e-14) << j;
    EXPECT_NE(row.after.mean, row.before.mean) << j << ": nothing is learned of it";
  }
  const double surprise = score - probability;
  EXPECT_NEAR(w.learner.form, p.form_keep * before.learner.form + p.form_gain * surprise, 1e-13);
  EXPECT_NEAR(w.memory.form, p.item.form_keep * before.memory.form + p.item.form_gain * surprise, 1e-13);
  EXPECT_NEAR(w.skill_memories[1].form, p.skill.form_keep * before.skill_memories[1].form + p.skill.form_gain * surprise, 1e-13);
  EXPECT_EQ(w.learner.answers, before.learner.answers + 1.0);
  EXPECT_EQ(w.learner.last, now);
}

/// Two skills of half a weight that have the same past say what one says, but for what is known of each alone: the mean of two independent levels
/// varies half as much. What they have in common is as uncertain, and learns as much, as with one.
TEST(CohortStep, TwoSkillsAlikeAreOneSkillThatIsBetterKnown) {
  const auto p = lively();
  const Step<double> step{p};
  World one = experienced(step);
  one.skills[1] = one.skills[0];
  one.skill_memories[1] = one.skill_memories[0];
  // What is known of each skill alone is certain: then nothing differs.
  for (World* w : {&one}) {
    for (std::size_t k = 0; k < 2; ++k) {
      w->skills[k].count.variance = w->skills[k].decay.variance = 0.0;
    }
  }
  World two = one;
  auto alone = one.scene({{0, 1.0}});
  auto halves = two.scene({{0, 0.5}, {1, 0.5}});
  const auto of_one = step.outlook(alone, 15.0), of_two = step.outlook(halves, 15.0);
  EXPECT_NEAR(of_one.log_odds, of_two.log_odds, 1e-14);
  EXPECT_NEAR(of_one.variance - of_two.variance, 0.5 * (one.skills[0].level.variance + one.skill_memories[0].level.variance), 1e-14);

  for (World* w : {&one, &two}) {
    for (auto& skill : w->skills) skill.level.variance = 0.0;
    for (auto& m : w->skill_memories) m.level.variance = 0.0;
  }
  auto q = p;  // and stays so
  q.learner_skill_noise = q.learner_skill_noise_rate = 0.0;
  const Step<double> certain{q};
  answer(certain, one.scene({{0, 1.0}}), 15.0, 1.0);
  answer(certain, two.scene({{0, 0.5}, {1, 0.5}}), 15.0, 1.0);
  const auto same = [](const Effect<double>& a, const Effect<double>& b) {
    EXPECT_NEAR(a.mean, b.mean, 1e-14);
    EXPECT_NEAR(a.variance, b.variance, 1e-15);
  };
  same(one.cohort.skill_offset, two.cohort.skill_offset);
  same(one.cohort.skill_count, two.cohort.skill_count);
  same(one.cohort.skill_decay, two.cohort.skill_decay);
  same(one.learner.skill_count, two.learner.skill_count);
  same(one.learner.skill_decay, two.learner.skill_decay);
  same(one.learner.ability, two.learner.ability);
}

TEST(CohortStep, TheOrderOfSkillsDoesNotMatter) {
  const auto p = lively();
  const Step<double> step{p};
  World a = experienced(step), b = a;
  const double first = answer(step, a.scene({{0, 0.75}, {1, 0.25}}), 15.0, 1.0);
  const double second = answer(step, b.scene({{1, 0.25}, {0, 0.75}}), 15.0, 1.0);
  EXPECT_NEAR(first, second, 1e-15);
  EXPECT_NEAR(a.cohort.skill_count.mean, b.cohort.skill_count.mean, 1e-15);
  EXPECT_NEAR(a.cohort.skill_count.variance, b.cohort.skill_count.variance, 1e-16);
  EXPECT_NEAR(a.learner.skill_decay.variance, b.learner.skill_decay.variance, 1e-16);
  EXPECT_NEAR(a.skills[1].level.mean, b.skills[1].level.mean, 1e-15);
}

TEST(CohortStep, ANewWorldKnowsOnlyTheLevel) {
  const auto p = lively();
  const Step<double> step{p};
  World w{step};
  auto scene = w.scene();
  const auto o = step.outlook(scene, 3.0);
  EXPECT_EQ(o.log_odds, p.level);
  EXPECT_DOUBLE_EQ(o.variance, p.cohort_level_variance + p.ability_variance + p.item_variance + p.learner_item_variance);
  EXPECT_EQ(o.guess, p.guess);
  EXPECT_EQ(step.outlook(scene, 1e6).probability, o.probability);  // there is nothing to forget
}

TEST(CohortStep, ProbabilityStaysBetweenGuessAndSlip) {
  const auto p = lively();
  const Step<double> step{p};
  for (const double guess : {-1.0, 0.0, 0.25, 1.0}) {
    const double least = guess < 0.0 ? p.guess : guess;
    const double most = least + (1.0 - least) * (1.0 - p.slip);
    for (const double level : {-1e4, -3.0, 0.0, 3.0, 1e4}) {
      World w = experienced(step);
      w.item.level.mean = level;
      auto scene = w.scene({{0, 1.0}}, guess);
      const double probability = step.outlook(scene, 12.0).probability;
      EXPECT_GE(probability, least) << level;
      EXPECT_LE(probability, most) << level;
      if (std::abs(level) > 1e3) {
        EXPECT_NEAR(probability, level < 0.0 ? least : most, 1e-12);
      }
    }
  }
}

TEST(CohortStep, AGuessThatIsAlwaysRightTellsNothing) {
  const auto p = lively();
  const Step<double> step{p};
  World w = experienced(step);
  const auto before = w.learner.ability;
  EXPECT_EQ(answer(step, w.scene({}, 1.0), 12.0, 1.0), 1.0);
  EXPECT_EQ(w.learner.ability.mean, before.mean);
  EXPECT_GT(w.learner.ability.variance, before.variance);  // time has passed
}

TEST(CohortStep, AnEasyGuessTeachesLess) {
  const auto p = lively();
  const Step<double> step{p};
  const auto learned = [&step](double guess) {
    World w{step};
    answer(step, w.scene({}, guess), 0.0, 1.0);
    return w.learner.ability.mean;
  };
  EXPECT_GT(learned(0.0), learned(0.25));
  EXPECT_GT(learned(0.25), learned(0.5));
  EXPECT_GT(learned(0.5), 0.0);
}

/// With a weight of 0 an exposure changes no probability, at any time, nor what later answers teach.
TEST(CohortStep, AWorthlessExposureChangesNothing) {
  auto p = lively();
  p.exposure = 0.0;
  const Step<double> step{p};
  for (const bool fresh : {true, false}) {
    World seen = fresh ? World{step} : experienced(step);
    World unseen = seen;
    auto exposed = seen.scene({{0, 0.75}, {1, 0.25}});
    step.expose(exposed, 12.0);
    step.expose(exposed, 13.5);
    for (const double now : {13.5, 14.0, 30.0, 500.0}) {
      const double with = answer(step, seen.scene({{0, 0.75}, {1, 0.25}}), now, now == 14.0 ? 0.0 : 1.0);
      const double without = answer(step, unseen.scene({{0, 0.75}, {1, 0.25}}), now, now == 14.0 ? 0.0 : 1.0);
      EXPECT_NEAR(with, without, 1e-14) << now;  // days are added up in another order
    }
  }
}

TEST(CohortStep, AnExposureRaisesRecallByItsWeight) {
  auto p = lively();
  double last = 0.0;
  for (const double worth : {1e-6, 0.3, 0.6, 0.99}) {
    p.exposure = worth;
    const Step<double> step{p};
    World w = experienced(step);
    auto scene = w.scene({{0, 1.0}});
    step.expose(scene, 100.0);
    const double recall = step.outlook(scene, 101.0).probability;
    EXPECT_GT(recall, last);
    last = recall;
  }
}

TEST(CohortStep, FloatStatesAgreeWithDouble) {
  const auto p = lively();
  const Step<double> step{p};
  CohortState<float> cohort;
  LearnerState<float> learner;
  MaterialState<float> item;
  MemoryState<float> memory;
  step.begin(cohort);
  step.begin(learner);
  step.begin_item(item);
  step.begin_item(memory);
  Recollection<double> recollection;
  World w{step};
  for (int i = 0; i < 40; ++i) {
    Scene<double, float> scene{cohort, learner, item, memory, {}, recollection};
    const double now = 20000.0 + 0.7 * i, score = i % 3 == 0 ? 0.0 : 1.0;
    const auto expected = step.outlook(scene, now);
    step.learn(scene, expected, now, score);
    // 20 float states, each rounded to 6e-8 of values up to 5 by up to 40 answers, and an eighth or less of that in the probability.
    EXPECT_NEAR(expected.probability, answer(step, w.scene(), now, score), 2e-5) << i;
  }
}

}  // namespace
