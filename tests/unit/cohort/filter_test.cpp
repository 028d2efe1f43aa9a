#include "filter_cases.hpp"

#include <perdure/core/result.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace perdure;
using namespace perdure::cohort;
using perdure::test::AnswerLog;
using perdure::test::run;
using perdure::test::same_state;
using perdure::test::small_filter;
using perdure::test::small_log;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Rows by time, those of one time together.
std::vector<std::vector<std::size_t>> groups(const AnswerLog& log) {
  std::map<double, std::vector<std::size_t>> by_time;
  for (std::size_t r = 0; r < log.size(); ++r) by_time[log.answered[r]].push_back(r);
  std::vector<std::vector<std::size_t>> found;
  for (auto& [time, rows] : by_time) found.push_back(std::move(rows));
  return found;
}

TEST(CohortFilter, RunEqualsOneAnswerAfterAnother) {
  for (const double grid : {0.0, 0.25}) {
    const AnswerLog log = small_log(grid);
    Filter whole = small_filter(), single = small_filter();
    std::vector<double> p(log.size()), log_odds(log.size());
    whole.run(log.view(), p, log_odds);
    std::size_t most = 0;
    for (const auto& rows : groups(log)) {
      most = std::max(most, rows.size());
      for (const std::size_t r : rows) {
        const Forecast f = single.forecast(log.learner[r], log.item[r], std::min(log.shown[r], log.answered[r]));
        EXPECT_EQ(f.outlook.probability, p[r]) << r;
        EXPECT_EQ(f.outlook.log_odds, log_odds[r]) << r;
      }
      for (const std::size_t r : rows) single.learn(log.learner[r], log.item[r], log.shown[r], log.answered[r], log.score[r]);
    }
    EXPECT_EQ(most, grid > 0.0 ? 10U : 3U);
    EXPECT_TRUE(same_state(whole.state(), single.state()));
  }
}

/// The equations over float32 states that are found by name.
struct ByHand {
  Parameters<double> p = assemble<double>(perdure::test::lively_values(1));
  Step<double> step{p};
  CohortState<float> cohort{};
  std::map<std::uint32_t, LearnerState<float>> learners;
  std::map<std::uint32_t, MaterialState<float>> items, skills;
  std::map<std::pair<std::uint32_t, std::uint32_t>, MemoryState<float>> memories, skill_memories;
  std::vector<SkillPart<double, float>> parts;
  Recollection<double> recollection;

  Scene<double, float> scene(std::uint32_t learner, std::uint32_t item) {
    const auto made = [](auto& map, const auto& key, const auto& begin) -> auto& {
      const auto [place, is_new] = map.try_emplace(key);
      if (is_new) begin(place->second);
      return place->second;
    };
    const auto begin_item = [this](auto& x) { step.begin_item(x); };
    const auto begin_skill = [this](auto& x) { step.begin_skill(x); };
    parts.clear();
    for (const auto& [skill, weight] : perdure::test::tags(item)) {
      parts.push_back({&made(skills, skill, begin_skill),
                       &made(skill_memories, std::pair{learner, skill}, begin_skill),
                       static_cast<double>(weight),
                       {}});
    }
    return {cohort,
            made(learners, learner, [this](auto& u) { step.begin(u); }),
            made(items, item, begin_item),
            made(memories, std::pair{learner, item}, begin_item),
            parts,
            recollection,
            static_cast<double>(perdure::test::guess_of(item))};
  }
};

TEST(CohortFilter, RunEqualsTheEquationsByHand) {
  const AnswerLog log = small_log();
  Filter filter = small_filter();
  const std::vector<double> p = run(filter, log);
  ByHand hand;
  hand.step.begin(hand.cohort);
  for (const auto& rows : groups(log)) {
    for (const std::size_t r : rows) {
      auto scene = hand.scene(log.learner[r], log.item[r]);
      EXPECT_EQ(p[r], hand.step.outlook(scene, log.shown[r]).probability) << r;
    }
    for (const std::size_t r : rows) {
      auto scene = hand.scene(log.learner[r], log.item[r]);
      if (log.score[r] < 0.0F) {
        hand.step.expose(scene, log.answered[r]);
        continue;
      }
      const auto expected = hand.step.outlook(scene, log.shown[r]);
      hand.step.learn(scene, expected, log.answered[r], static_cast<double>(log.score[r]));
    }
  }
  EXPECT_EQ(filter.state().cohort.item_decay.mean, hand.cohort.item_decay.mean);
  for (const auto& [u, state] : hand.learners) EXPECT_EQ(filter.state().learners[u].ability.mean, state.ability.mean);
  for (const auto& [i, state] : hand.items) EXPECT_EQ(filter.state().items[i].level.variance, state.level.variance);
  for (const auto& [s, state] : hand.skills) EXPECT_EQ(filter.state().skills[s].level.mean, state.level.mean);
  ASSERT_EQ(filter.state().item_memories.size(), hand.memories.size());
  for (const auto& [key, state] : hand.memories)
    EXPECT_EQ(filter.state().item_memories.find(Memories::key(key.first, key.second))->scale, state.scale);
}

TEST(CohortFilter, NoAnswerIsSeenBeforeItIsGivenNorByOthersOfItsTime) {
  const AnswerLog log = small_log();
  Filter filter = small_filter();
  const std::vector<double> p = run(filter, log);
  std::size_t changed = 0;
  for (const auto& rows : groups(log)) {
    AnswerLog other = log;  // all answers of this time and later turn
    for (std::size_t r = 0; r < log.size(); ++r) {
      if (log.answered[r] >= log.answered[rows[0]] && log.score[r] >= 0.0F) other.score[r] = 1.0F - log.score[r];
    }
    Filter again = small_filter();
    const std::vector<double> q = run(again, other);
    for (std::size_t r = 0; r < log.size(); ++r) {
      if (log.answered[r] <= log.answered[rows[0]]) {
        ASSERT_EQ(p[r], q[r]) << r;
      } else {
        changed += p[r] == q[r] ? 0 : 1;
      }
    }
  }
  EXPECT_GT(changed, log.size());
}

TEST(CohortFilter, StoppedHalfWayItGoesOnWithTheSameBits) {
  const AnswerLog log = small_log();
  std::vector<double> times = log.answered;
  std::nth_element(times.begin(), times.begin() + 90, times.end());
  const double half = times[90];
  const auto is_early = [&](std::size_t r) { return log.answered[r] <= half; };
  Filter whole = small_filter(), first = small_filter();
  const std::vector<double> p = run(whole, log);
  run(first, log.where(is_early));
  Filter second = small_filter();
  second.restore(first.state());
  const std::vector<double> later = run(second, log.where([&](std::size_t r) { return !is_early(r); }));
  EXPECT_TRUE(same_state(second.state(), whole.state()));
  for (std::size_t r = 0, k = 0; r < log.size(); ++r) {
    if (!is_early(r)) {
      EXPECT_EQ(later[k++], p[r]) << r;
    }
  }

  // The whole log again tells what is known a second time, and then goes on.
  const Snapshot known = first.state();
  run(first, log.where(is_early));
  EXPECT_TRUE(same_state(first.state(), known)) << "a second account changes nothing";
  const std::vector<double> again = run(first, log);
  EXPECT_TRUE(same_state(first.state(), whole.state()));
  for (std::size_t r = 0; r < log.size(); ++r) {
    if (!is_early(r)) {
      EXPECT_EQ(again[r], p[r]) << r;
    }
  }
}

TEST(CohortFilter, ASecondAccountIsPredictedFromItself) {
  AnswerLog log;
  for (int k = 0; k < 6; ++k) log.add(0, 1, k, k, 1.0F);
  Filter filter = small_filter();
  const std::vector<double> first = run(filter, log), second = run(filter, log);
  Filter alone = small_filter();  // who knows the cohort and the items as they are now, and the learner not yet
  Snapshot state = filter.state();
  state.learners[0] = alone.state().learners[0];
  state.item_memories = state.skill_memories = {};
  alone.restore(state);
  EXPECT_EQ(second, run(alone, log, Filter::Learning::learner_alone));
  EXPECT_NE(first, second);
}

TEST(CohortFilter, CopiesShareNothing) {
  const AnswerLog log = small_log();
  Filter filter = small_filter();
  run(filter, log);
  const Filter copy = filter;
  const Snapshot before = copy.state();
  filter.add_item(std::vector<std::uint32_t>{9});
  filter.add_learners(50);
  for (const std::uint32_t u : {0U, 1U, 2U}) filter.learn(u, 1, 1000.0, 1000.0, 0.0F);
  EXPECT_TRUE(same_state(copy.state(), before));
  EXPECT_EQ(copy.items().size(), perdure::test::items);
  EXPECT_FALSE(same_state(filter.state(), before));
}

TEST(CohortFilter, OfALearnerAloneTheCompanyDoesNotMatter) {
  const AnswerLog log = small_log();
  Filter together = small_filter();
  run(together, log);  // something is known, so that there is something to keep
  const Snapshot known = together.state();
  AnswerLog later = log;
  for (std::size_t r = 0; r < log.size(); ++r) {
    later.answered[r] += 1000.0;
    later.shown[r] += 1000.0;
  }
  const Filter base = together;
  const std::vector<double> p = run(together, later, Filter::Learning::learner_alone);
  for (const std::uint32_t u : {4U, 1U, 3U, 0U, 2U}) {
    Filter alone = base;
    const auto is_his = [&](std::size_t r) { return log.learner[r] == u; };
    const std::vector<double> q = run(alone, later.where(is_his), Filter::Learning::learner_alone);
    for (std::size_t r = 0, k = 0; r < log.size(); ++r) {
      if (is_his(r)) {
        EXPECT_EQ(p[r], q[k++]);
      }
    }
    EXPECT_TRUE(test::same_bits(std::vector{alone.state().learners[u]}, std::vector{together.state().learners[u]}));
    EXPECT_FALSE(test::same_bits(std::vector{alone.state().learners[u]}, std::vector{known.learners[u]}));
  }
  EXPECT_TRUE(test::same_bits(together.state().items, known.items));
  EXPECT_TRUE(test::same_bits(together.state().skills, known.skills));
  EXPECT_TRUE(test::same_bits(std::vector{together.state().cohort}, std::vector{known.cohort}));
}

TEST(CohortFilter, AnIntervalEndsWhereRecallIsTheTarget) {
  Filter filter = small_filter();
  run(filter, small_log());
  std::size_t inside = 0;
  for (std::uint32_t u = 0; u < perdure::test::learners; ++u) {
    Snapshot calm = filter.state();
    calm.learners[u].form = 0.0F;
    Filter other = small_filter();
    other.restore(calm);
    for (std::uint32_t i = 0; i < perdure::test::items; ++i) {
      const auto* memory = filter.state().item_memories.find(Memories::key(u, i));
      if (memory == nullptr) continue;
      const auto recall = [&](double days) { return other.forecast(u, i, memory->last + days).outlook.probability; };
      double longer = infinity;
      for (const double target : {0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99}) {
        const double days = filter.interval(u, i, target);
        EXPECT_LE(days, longer);
        longer = days;
        if (days == 0.0) {
          EXPECT_LE(recall(0.0), target);
        } else if (days == infinity) {
          EXPECT_GT(recall(36500.0), target);
        } else if (days < 1.1e-6) {  // the shortest that is told apart
          EXPECT_LE(recall(days), target);
        } else {
          // The moment is a double: near day `last` it moves by an ulp of that, and recall by its slope, at most 1 / (4 days).
          EXPECT_NEAR(recall(days), target, 1e-12 + 1e-15 * (1.0 + std::abs(memory->last)) / days);
          ++inside;
        }
      }
    }
  }
  EXPECT_GT(inside, 20U);
}

TEST(CohortFilter, AnIntervalOfAnUnseenItemRunsFromItsSkills) {
  Filter filter{defaults()};
  for (int i = 0; i < 3; ++i) filter.add_item(std::vector<std::uint32_t>{static_cast<std::uint32_t>(i / 2)});
  filter.add_learners(1);
  for (int k = 0; k < 8; ++k) filter.learn(0, 0, 20000.0 + k, 20000.0 + k, 1.0F);
  Snapshot calm = filter.state();
  calm.learners[0].form = 0.0F;
  filter.restore(calm);
  const double now = filter.forecast(0, 1, 20007.0).outlook.probability;
  const double days = filter.interval(0, 1, 0.98 * now);
  ASSERT_GT(days, 0.0);
  ASSERT_LT(days, 36500.0);
  EXPECT_NEAR(filter.forecast(0, 1, 20007.0 + days).outlook.probability, 0.98 * now, 1e-8);
  EXPECT_EQ(filter.interval(0, 2, 0.999), 0.0);
  EXPECT_EQ(filter.interval(0, 2, 0.001), infinity) << "of what was never seen, nothing is forgotten";
}

TEST(CohortFilter, ForecastsHaveBands) {
  Filter filter = small_filter();
  const Forecast before = filter.forecast(0, 3, 10.0);
  run(filter, small_log());
  const double last = filter.state().item_memories.find(Memories::key(0, 3))->last;
  double narrow = 0.0;
  for (const double days : {0.0, 1.0, 10.0, 100.0}) {
    const Forecast f = filter.forecast(0, 3, last + days);
    EXPECT_GT(f.uncertainty, narrow) << "time makes uncertain";
    narrow = f.uncertainty;
    EXPECT_NEAR(f.at(0.0), f.outlook.guess + f.outlook.range / (1.0 + std::exp(-f.outlook.log_odds)), 1e-15);
    const double sd = std::sqrt(f.uncertainty);
    EXPECT_NEAR(f.at(-2.0), f.outlook.guess + f.outlook.range / (1.0 + std::exp(-f.outlook.log_odds + 2.0 * band_widening * sd)), 1e-15);
    EXPECT_LT(f.at(-1.0), f.at(0.0));
    EXPECT_LT(f.at(0.0), f.at(1.0));
    EXPECT_GE(f.at(-1e9), f.outlook.guess);
    EXPECT_EQ(f.outlook.guess, 0.25);
  }
  EXPECT_LT(filter.forecast(0, 3, last).outlook.variance, before.outlook.variance) << "answers make certain";
}

TEST(CohortFilter, AnExposureIsNoAnswer) {
  Filter filter = small_filter();
  run(filter, small_log());
  const Snapshot before = filter.state();
  const double p = filter.forecast(0, 3, 2000.0).outlook.probability;
  filter.learn(0, 3, 1990.0, 1990.0, -1.0F);
  EXPECT_GT(filter.forecast(0, 3, 2000.0).outlook.probability, p);
  EXPECT_TRUE(test::same_bits(filter.state().learners, before.learners));
  EXPECT_TRUE(test::same_bits(filter.state().items, before.items));
  EXPECT_EQ(filter.state().item_memories.find(Memories::key(0, 3))->exposures,
            before.item_memories.find(Memories::key(0, 3))->exposures + 1.0F);
}

TEST(CohortFilter, RefusesWhatItDoesNotKnow) {
  EXPECT_NO_THROW(Filter{defaults()});
  for (std::size_t i = 0; i < parameter_count; ++i) {
    for (const double wrong : {specs[i].spec.lower - 1e-6, specs[i].spec.upper + 1e-6, std::nan("")}) {
      auto values = defaults();
      values[i] = wrong;
      EXPECT_THROW(Filter{values}, Exception) << specs[i].spec.name;
    }
  }
  Filter filter = small_filter();
  const Snapshot before = filter.state();
  EXPECT_THROW(static_cast<void>(filter.forecast(5, 0, 1.0)), Exception);
  EXPECT_THROW(static_cast<void>(filter.forecast(0, 8, 1.0)), Exception);
  EXPECT_THROW(static_cast<void>(filter.forecast(0, 0, infinity)), Exception);
  EXPECT_THROW(filter.learn(5, 0, 1.0, 1.0, 1.0F), Exception);
  EXPECT_THROW(filter.learn(0, 0, 1.0, 1.0, 1.5F), Exception);
  EXPECT_THROW(filter.learn(0, 0, infinity, 1.0, 1.0F), Exception);
  for (const double target : {0.0, 1.0, std::nan("")}) EXPECT_THROW(static_cast<void>(filter.interval(0, 0, target)), Exception);
  for (const double horizon : {0.0, -1.0, infinity, std::nan("")})
    EXPECT_THROW(static_cast<void>(filter.interval(0, 0, 0.5, horizon)), Exception);
  std::vector<double> short_column(3);
  EXPECT_THROW(filter.run(small_log().view(), short_column), Exception);
  EXPECT_THROW(filter.run(small_log().view(), {}, short_column), Exception);
  EXPECT_TRUE(same_state(filter.state(), before));
  filter.add_learners(2);
  EXPECT_EQ(filter.learners(), perdure::test::learners) << "those there already are left alone";
}

TEST(CohortFilter, RestoresOnlyWhatFits) {
  Filter filter = small_filter();
  run(filter, small_log());
  const Snapshot good = filter.state();
  const auto refuses = [&](const char* what, const std::function<void(Snapshot&)>& spoil) {
    Snapshot bad = good;
    spoil(bad);
    EXPECT_THROW(filter.restore(bad), Exception) << what;
    EXPECT_TRUE(same_state(filter.state(), good)) << what;
  };
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  refuses("too few items", [](Snapshot& s) { s.items.pop_back(); });
  refuses("too few skills", [](Snapshot& s) { s.skills.pop_back(); });
  refuses("too few learners", [](Snapshot& s) { s.learners.pop_back(); });
  const auto spoil_memory = [](Memories& memories, const auto& change) {
    MemoryState<float> m = memories.states()[3];
    change(m);
    memories.put(memories.keys()[3], m);
  };
  for (const float wrong : {nan, inf, -inf}) {
    refuses("cohort", [&](Snapshot& s) { s.cohort.skill_decay.mean = wrong; });
    refuses("ability", [&](Snapshot& s) { s.learners[2].ability.mean = wrong; });
    refuses("form", [&](Snapshot& s) { s.learners[2].form = wrong; });
    refuses("answers", [&](Snapshot& s) { s.learners[2].answers = wrong; });
    refuses("last", [&](Snapshot& s) { s.learners[2].last = static_cast<double>(wrong); });
    refuses("item", [&](Snapshot& s) { s.items[7].decay.variance = wrong; });
    refuses("skill", [&](Snapshot& s) { s.skills[2].count.mean = wrong; });
    for (const auto memories : {&Snapshot::item_memories, &Snapshot::skill_memories}) {
      for (const auto member :
           {&MemoryState<float>::form, &MemoryState<float>::scale, &MemoryState<float>::carry, &MemoryState<float>::backlog,
            &MemoryState<float>::answers, &MemoryState<float>::right, &MemoryState<float>::wrong, &MemoryState<float>::exposures}) {
        refuses("memory", [&](Snapshot& s) { spoil_memory(s.*memories, [&](MemoryState<float>& m) { m.*member = wrong; }); });
      }
      refuses("memory level", [&](Snapshot& s) { spoil_memory(s.*memories, [&](MemoryState<float>& m) { m.level.variance = wrong; }); });
      refuses("memory last",
              [&](Snapshot& s) { spoil_memory(s.*memories, [&](MemoryState<float>& m) { m.last = static_cast<double>(wrong); }); });
    }
  }
  refuses("no variance", [](Snapshot& s) { s.items[0].level.variance = 0.0F; });
  refuses("no scale", [&](Snapshot& s) { spoil_memory(s.item_memories, [](MemoryState<float>& m) { m.scale = 0.0F; }); });
  refuses("no such learner", [](Snapshot& s) { s.item_memories.put(Memories::key(5, 0), s.item_memories.states()[0]); });
  refuses("no such item", [](Snapshot& s) { s.item_memories.put(Memories::key(0, 8), s.item_memories.states()[0]); });
  refuses("no such skill", [](Snapshot& s) { s.skill_memories.put(Memories::key(0, 3), s.skill_memories.states()[0]); });
  EXPECT_NO_THROW(filter.restore(good));
}

}  // namespace
