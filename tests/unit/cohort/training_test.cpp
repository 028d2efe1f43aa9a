#include "filter_cases.hpp"

#include <perdure/cohort/prequential.hpp>
#include <perdure/cohort/training.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <utility>
#include <vector>

namespace {

using namespace perdure::cohort;
using perdure::test::AnswerLog;

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

const Items& small_items() {
  static const Items items = perdure::test::small_filter().items();
  return items;
}

Training small_training(std::size_t most = all) {
  return {perdure::test::small_log().view(), small_items(), perdure::test::learners, most};
}

template <class T>
std::vector<T> column(const T* values, std::size_t n) {
  return {values, values + n};
}

std::vector<double> predictions(const perdure_cohort_rows& rows) {
  std::vector<double> found;
  Prequential<double>{rows}.run(assemble<double>(perdure::test::lively_values(1)),
                                [&found](std::size_t, const Outlook<double>& o) { found.push_back(o.probability); });
  return found;
}

TEST(CohortTraining, KeepsEveryRowOfEveryLearnerInTheOrderOfTime) {
  const AnswerLog log = perdure::test::small_log();
  const Training training = small_training();
  const auto rows = training.rows();
  ASSERT_EQ(rows.learners, perdure::test::learners);
  ASSERT_EQ(rows.learner_begin[rows.learners], log.size());
  EXPECT_EQ(rows.uncounted, log.size() / 5);
  EXPECT_EQ(rows.skills, perdure::test::skills);
  std::vector<bool> is_there(perdure::test::learners);
  for (std::size_t u = 0; u < rows.learners; ++u) {
    const std::size_t begin = rows.learner_begin[u], n = rows.learner_begin[u + 1] - begin;
    std::size_t who = 0;  // the learner whose rows these are
    for (; who < perdure::test::learners; ++who) {
      const AnswerLog own = log.where([&](std::size_t r) { return log.learner[r] == who; });
      if (own.answered == column(rows.answered + begin, n) && own.score == column(rows.score + begin, n) &&
          own.shown == column(rows.shown + begin, n))
        break;
    }
    ASSERT_LT(who, perdure::test::learners);
    EXPECT_FALSE(is_there[who]);
    is_there[who] = true;
    const AnswerLog own = log.where([&](std::size_t r) { return log.learner[r] == who; });
    for (std::size_t k = 0; k < n; ++k) {
      EXPECT_EQ(rows.guess[begin + k], perdure::test::guess_of(own.item[k]));
      const auto tags = perdure::test::tags(own.item[k]);
      const std::size_t first = rows.skill_begin[begin + k];
      ASSERT_EQ(rows.skill_begin[begin + k + 1] - first, tags.size());
      for (std::size_t s = 0; s < tags.size(); ++s) EXPECT_EQ(rows.weight[first + s], tags[s].weight);
      for (std::size_t j = 0; j < n; ++j) {  // one memory and one place for one item
        EXPECT_EQ(rows.memory[begin + j] == rows.memory[begin + k], own.item[j] == own.item[k]);
        EXPECT_EQ(rows.item[begin + j] == rows.item[begin + k], own.item[j] == own.item[k]);
      }
    }
  }
}

TEST(CohortTraining, OrderOfRowsDoesNotMatterAndLearnersAreShuffledOneWay) {
  const AnswerLog log = perdure::test::small_log(0.0);
  AnswerLog distinct = log;  // rows of one time stand as they do: give all a time of their own
  for (std::size_t r = 0; r < log.size(); ++r) distinct.shown[r] = distinct.answered[r] += 1e-7 * static_cast<double>(r);
  AnswerLog backwards;
  for (std::size_t r = distinct.size(); r-- > 0;)
    backwards.add(distinct.learner[r], distinct.item[r], distinct.shown[r], distinct.answered[r], distinct.score[r]);
  const Training one{distinct.view(), small_items(), perdure::test::learners, all},
      other{backwards.view(), small_items(), perdure::test::learners, all};
  EXPECT_EQ(predictions(one.rows()), predictions(other.rows()));

  AnswerLog many;
  for (std::uint32_t u = 0; u < 100; ++u) many.add(u, 0, u, u, 1.0F);
  const Training shuffled{many.view(), small_items(), 100, all};
  const auto order = column(shuffled.rows().answered, 100);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(std::set<double>(order.begin(), order.end()).size(), 100U);
  EXPECT_EQ(column(Training(many.view(), small_items(), 100, all).rows().answered, 100), order);
}

TEST(CohortTraining, ItemsOfOneLearnerTakeTurnsInOnePlace) {
  AnswerLog log;
  for (std::uint32_t u = 0; u < 3; ++u) {
    log.add(u, 0, 1.0, 1.0, 1.0F);          // everybody's
    log.add(u, 1 + 2 * u, 2.0, 2.0, 1.0F);  // two of each one's own
    log.add(u, 2 + 2 * u, 3.0, 3.0, 0.0F);
    log.add(u, 1 + 2 * u, 4.0, 4.0, 0.0F);
  }
  Items items;
  for (int i = 0; i < 7; ++i) items.add({});
  const Training training{log.view(), items, 3, all};
  const auto rows = training.rows();
  EXPECT_EQ(rows.shared_items, 1U);
  EXPECT_EQ(rows.items, 3U);
  EXPECT_EQ(rows.memories, 3U);
  EXPECT_EQ(rows.skills, 0U);
  EXPECT_EQ(column(rows.item, 12), (std::vector<std::uint32_t>{0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1}));

  perdure_cohort_rows apart = rows;  // every item in a place of its own: nobody else answers it, so nothing changes
  std::vector<std::uint32_t> own;
  for (std::uint32_t r = 0; r < 12; ++r) own.push_back(rows.item[r] == 0 ? 0 : rows.item[r] + 2 * (r / 4));
  apart.item = own.data();
  apart.items = apart.shared_items = 7;
  EXPECT_EQ(predictions(apart), predictions(rows));
}

TEST(CohortTraining, TakesWholeLearnersUntilThereAreEnough) {
  const std::size_t each = perdure::test::events_each;
  for (const auto& [most, learners] :
       std::vector<std::pair<std::size_t, std::size_t>>{{0, 0}, {1, 1}, {each, 1}, {each + 1, 2}, {all, 5}}) {
    const Training training = small_training(most);
    const auto rows = training.rows();
    EXPECT_EQ(rows.learners, learners) << most;
    EXPECT_EQ(rows.learner_begin[rows.learners], learners * each);
    EXPECT_EQ(rows.uncounted, learners * each / 5);
  }
  const Training one = small_training(1), whole = small_training();
  EXPECT_EQ(column(one.rows().answered, each), column(whole.rows().answered, each)) << "the same learners come first";
}

TEST(CohortTraining, OfAnEmptyLog) {
  const Training training{{}, small_items(), 3, all};
  const auto rows = training.rows();
  EXPECT_EQ(rows.learners, 0U);
  EXPECT_EQ(rows.uncounted, 0U);
  EXPECT_TRUE(predictions(rows).empty());
}

TEST(CohortTraining, ShownAfterTheAnswerIsShownAtTheAnswer) {
  AnswerLog log;
  log.add(0, 0, 9.0, 5.0, -0.25F);
  const Training training{log.view(), small_items(), 1, all};
  EXPECT_EQ(training.rows().shown[0], 5.0);
  EXPECT_EQ(training.rows().score[0], -1.0F);
}

/// More than a day after the last answer to the item, and only then, an answer counts several times.
TEST(CohortTraining, LateAnswersCountSeveralTimes) {
  Items items;
  items.add({});
  items.add({});
  const std::vector<std::uint32_t> learner(5, 0), item{0, 1, 0, 0, 1};
  const std::vector<double> answered{0.0, 0.5, 1.0, 2.5, 3.0}, shown{0.0, 0.5, 1.0, 2.5, 1.5};
  const std::vector<float> score(5, 1.0F);
  const Training training{{learner, item, answered, shown, score}, items, 1, 100};
  const auto rows = training.rows();
  EXPECT_EQ((std::vector<float>{rows.counts, rows.counts + 5}), (std::vector<float>{1.0F, 1.0F, 1.0F, late_counts, 1.0F}));
  const Training alike{{learner, item, answered, shown, score}, items, 1, 100, 1.0F};
  EXPECT_EQ(std::vector<float>(5, 1.0F), (std::vector<float>{alike.rows().counts, alike.rows().counts + 5}));
}

}  // namespace
