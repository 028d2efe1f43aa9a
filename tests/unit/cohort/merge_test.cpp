#include "filter_cases.hpp"

#include <perdure/core/result.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::cohort;
using perdure::test::AnswerLog;
using perdure::test::run;
using perdure::test::same_bits;
using perdure::test::same_state;
using perdure::test::small_filter;
using perdure::test::small_log;

/// A filter that has seen the small log, and two copies of it, one of which saw learners 0 and 1 on later days, and one learners 3 and 4.
struct Parted {
  Filter base = small_filter();
  AnswerLog log = small_log();
  std::vector<Filter> copies;

  Parted() {
    run(base, log);
    for (std::size_t r = 0; r < log.size(); ++r) {
      log.answered[r] += 1000.0;
      log.shown[r] += 1000.0;
    }
    copies.assign(2, base);
    run(copies[0], log.where([this](std::size_t r) { return log.learner[r] < 2; }));
    run(copies[1], log.where([this](std::size_t r) { return log.learner[r] > 2; }));
  }
};

/// Rounded to float32 from two doubles that differ by roundings alone.
void expect_near(const Effect<float>& x, const Effect<float>& y) {
  constexpr float ulp = std::numeric_limits<float>::epsilon();
  EXPECT_NEAR(x.mean, y.mean, ulp * std::abs(y.mean) + 1e-12F);
  EXPECT_NEAR(x.variance, y.variance, ulp * y.variance);
}

TEST(CohortMerge, WhatOneCopyLearnedIsTakenAsItIs) {
  const Parted p;
  Filter merged = p.base;
  merged.merge(std::vector{p.copies[0], p.base});
  EXPECT_TRUE(same_bits(merged.state().learners, p.copies[0].state().learners));
  EXPECT_TRUE(test::same_memories(merged.state().item_memories, p.copies[0].state().item_memories));
  EXPECT_TRUE(test::same_memories(merged.state().skill_memories, p.copies[0].state().skill_memories));
  for (std::size_t i = 0; i < perdure::test::items; ++i) {
    expect_near(merged.state().items[i].level, p.copies[0].state().items[i].level);
    expect_near(merged.state().items[i].decay, p.copies[0].state().items[i].decay);
  }
  expect_near(merged.state().cohort.level, p.copies[0].state().cohort.level);
}

TEST(CohortMerge, EvidenceOfCopiesAddsUp) {
  const Parted p;
  Filter merged = p.base;
  merged.merge(p.copies);
  for (const std::uint32_t u : {0U, 1U})
    EXPECT_TRUE(same_bits(std::vector{merged.state().learners[u]}, std::vector{p.copies[0].state().learners[u]}));
  EXPECT_TRUE(same_bits(std::vector{merged.state().learners[2]}, std::vector{p.base.state().learners[2]}));
  for (const std::uint32_t u : {3U, 4U})
    EXPECT_TRUE(same_bits(std::vector{merged.state().learners[u]}, std::vector{p.copies[1].state().learners[u]}));
  for (std::size_t s = 0; s < perdure::test::skills; ++s) {
    const auto at = [s](const Filter& f) { return f.state().skills[s].level; };
    const auto precision = [](const Effect<float>& e) { return 1.0 / static_cast<double>(e.variance); };
    const Effect<float> b = at(p.base), x = at(p.copies[0]), y = at(p.copies[1]);
    const double total = precision(x) + precision(y) - precision(b);
    const double moment = precision(x) * static_cast<double>(x.mean) + precision(y) * static_cast<double>(y.mean) -
                          precision(b) * static_cast<double>(b.mean);
    expect_near(at(merged), {static_cast<float>(moment / total), static_cast<float>(1.0 / total)});
    EXPECT_LT(at(merged).variance, std::min(x.variance, y.variance)) << "two know more than one";
  }
}

TEST(CohortMerge, OrderOfCopiesDoesNotMatter) {
  const Parted p;
  Filter one = p.base, other = p.base;
  one.merge(p.copies);
  other.merge(std::vector{p.copies[1], p.copies[0]});
  EXPECT_TRUE(same_bits(one.state().learners, other.state().learners));
  for (std::size_t i = 0; i < perdure::test::items; ++i) expect_near(one.state().items[i].level, other.state().items[i].level);
  expect_near(one.state().cohort.item_count, other.state().cohort.item_count);
  ASSERT_EQ(one.state().item_memories.size(), other.state().item_memories.size());
  for (std::size_t k = 0; k < one.state().item_memories.size(); ++k) {
    const std::uint64_t key = one.state().item_memories.keys()[k];
    EXPECT_TRUE(same_bits(std::vector{one.state().item_memories.states()[k]}, std::vector{*other.state().item_memories.find(key)}));
  }
}

/// Learners who share nothing but the cohort, of which all but nothing is left to learn: apart and together they are the same.
TEST(CohortMerge, OfLearnersWithNothingInCommonIsTheRunOfAll) {
  auto values = perdure::test::lively_values(1);
  constexpr double tiny = 1e-6;  // the least variance there is
  for (std::size_t i = 0; i < parameter_count; ++i) {
    if (specs[i].spec.name.find("cohort") != std::string_view::npos) values[i] = tiny;
  }
  Filter base{values};
  base.add_learners(4);
  for (std::uint32_t i = 0; i < 8; ++i) base.add_item(std::vector<std::uint32_t>{i});
  AnswerLog log;
  for (std::uint32_t k = 0; k < 48; ++k) log.add(k % 4, 2 * (k % 4) + k / 4 % 2, k, k, k % 5 < 3 ? 1.0F : 0.0F);
  Filter sequential = base;
  run(sequential, log);
  std::vector<Filter> copies(2, base);
  for (std::uint32_t c = 0; c < 2; ++c) run(copies[c], log.where([&](std::size_t r) { return log.learner[r] / 2 == c; }));
  Filter merged = base;
  merged.merge(copies);
  // An answer moves an effect of the cohort by tiny * slope * pull, with a pull of at most 1, and the log-odds by that times the slope. Squares of
  // slopes: 1 of the level and two offsets, below 7 of two counts (logarithms of up to 13), below 144 of two decays (of minutes in 48 days, and
  // what is carried). What items and learners learn makes up for a shift, by no more than there is of it.
  const double shift = 2.0 * 48.0 * tiny * (3.0 + 2.0 * 7.0 + 2.0 * 144.0);
  for (std::uint32_t u = 0; u < 4; ++u) {
    for (const std::uint32_t i : {2 * u, 2 * u + 1}) {
      const double wanted = sequential.forecast(u, i, 50.0).outlook.log_odds;
      EXPECT_NEAR(merged.forecast(u, i, 50.0).outlook.log_odds, wanted, shift);
      EXPECT_GT(std::abs(base.forecast(u, i, 50.0).outlook.log_odds - wanted), shift) << "nothing was learned that could be lost";
    }
  }
}

TEST(CohortMerge, TakesExposures) {
  const Parted p;
  Filter exposed = p.base, merged = p.base;
  exposed.learn(2, 3, 1000.0, 1000.0, -1.0F);
  merged.merge(std::vector{p.base, exposed});
  EXPECT_TRUE(test::same_memories(merged.state().item_memories, exposed.state().item_memories));
  EXPECT_FALSE(test::same_memories(merged.state().item_memories, p.base.state().item_memories));
}

TEST(CohortMerge, RefusesTwoAccountsOfOneLearnerAndStrangers) {
  const Parted p;
  Filter filter = p.base;
  const auto refuses = [&](const std::vector<Filter>& copies) {
    EXPECT_THROW(filter.merge(copies), Exception);
    EXPECT_TRUE(same_state(filter.state(), p.base.state()));
  };
  Filter third = p.base;
  third.learn(4, 0, 5000.0, 5000.0, 1.0F);
  refuses({p.copies[0], p.copies[1], third});
  Filter one = p.base, other = p.base;  // of exposures, only memories know
  one.learn(2, 3, 1000.0, 1000.0, -1.0F);
  other.learn(2, 0, 1001.0, 1001.0, -1.0F);
  refuses({one, other});
  Filter more = p.base;
  more.add_learners(6);
  refuses({more});
  more = p.base;
  more.add_item({});
  refuses({more});
  refuses({small_filter(2)});
  Filter others{p.base.parameters()};  // as many items, of other skills
  others.add_learners(perdure::test::learners);
  for (std::uint32_t i = 0; i < perdure::test::items; ++i) others.add_item({});
  refuses({others});
}

}  // namespace
