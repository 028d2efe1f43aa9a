#include "columns.hpp"

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using namespace perdure;
using data::AnswerColumns;
using data::Histories;
using data::ReviewLog;
using perdure_test::Columns;

constexpr std::int64_t day = 86'400'000;

TEST(ReviewLog, SortedSourceKeepsItsRowOrder) {
  Columns c;
  c.add(0, 0, 5 * day, 3);
  c.add(1, 0, 1 * day, 3);  // another learner may be earlier
  c.add(0, 1, 6 * day, 1);
  c.add(1, 0, 1 * day, 1);
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(std::vector<std::uint32_t>(log.source_row().begin(), log.source_row().end()), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(report.accepted, 4U);
  EXPECT_EQ(report.repaired, 0U);
}

TEST(ReviewLog, UnsortedRowsAreOrderedAndCounted) {
  Columns c;
  c.add(0, 0, 5 * day, 3);
  c.add(0, 0, 2 * day, 1);
  c.add(1, 0, 3 * day, 3);
  c.add(0, 0, 4 * day, 3);
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(std::vector<std::uint32_t>(log.source_row().begin(), log.source_row().end()), (std::vector<std::uint32_t>{1, 2, 3, 0}));
  EXPECT_EQ(report.reordered, (std::vector<std::uint32_t>{1, 3}));
  EXPECT_EQ(report.repaired, 2U);
  EXPECT_EQ(report.rows(), 4U);
}

TEST(ReviewLog, RepeatedRowsAreDroppedOnceAndCounted) {
  Columns c;
  c.add(0, 0, day, 3);
  c.add(0, 0, day, 3);
  c.add(0, 0, day, 1);  // the same moment, another outcome: not a repetition
  c.add(0, 0, day, 3);
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(log.size(), 2U);
  EXPECT_EQ(report.duplicates, (std::vector<std::uint32_t>{1, 3}));

  const std::vector<std::uint32_t> attempt{1, 2, 3, 1};
  AnswerColumns view = c.view();
  view.attempt = attempt;
  EXPECT_EQ(ReviewLog::import(view).second.duplicates, (std::vector<std::uint32_t>{3}));
}

TEST(ReviewLog, EveryFaultOfARowIsNamed) {
  Columns c;
  c.add(0, 0, day, 3);
  c.add(0, 0, -1, 3);
  c.add(0, 0, data::latest_ms, 3);
  c.add(0, 0, day, 0);
  c.add(0, 0, day, 7);
  c.add(0, 0, day, 3, -5);
  c.add(0, 0, day, 3);
  c.score.back() = std::numeric_limits<float>::quiet_NaN();
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(log.size(), 1U);
  ASSERT_EQ(report.rejected.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(report.rejected[i].where, i + 1);
  EXPECT_EQ(report.rejected[3].what, "grade must be 1, 2, 3 or 4, got 7");
  EXPECT_NE(report.rejected[4].what.find("shown_at"), std::string::npos);
  EXPECT_EQ(report.rows(), 7U);
}

TEST(ReviewLog, ALatencyThatReachesBehindTheLastAnswerIsMended) {
  Columns c;
  c.add(0, 0, 1001 * day, 3);
  c.add(0, 0, 1180 * day, 3, 365 * day);  // "shown" before the first answer: milliseconds taken for seconds, say
  c.add(0, 1, 1180 * day, 3, 90 * day);   // another item: long, but possible
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(report.mistimed, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(report.repaired, 1U);
  EXPECT_EQ(report.rows(), 3U);
  EXPECT_EQ(log.shown_at()[1], 1180 * day);
  EXPECT_EQ(log.shown_at()[2], 1090 * day);
  const Histories histories{log, time::ElapsedRule::exact()};
  EXPECT_EQ(histories.card(0).elapsed[1], 179.0);
}

TEST(ReviewLog, CodesMayBeAnyNumbers) {
  Columns c;
  c.add(0xFFFFFFFFU, 0xFFFFFFFFU, day, 3);
  c.add(0xFFFFFFFFU, 3'000'000'000U, 2 * day, 3);
  const auto [log, report] = ReviewLog::import(c.view());
  EXPECT_EQ(report.accepted, 2U);
  EXPECT_EQ((Histories{log, time::ElapsedRule::exact()}.cards()), 2U);
}

TEST(ReviewLog, ColumnsOfDifferentLengthAreTheCallersMistake) {
  Columns c;
  c.add(0, 0, day, 3);
  c.item.clear();
  EXPECT_THROW(static_cast<void>(ReviewLog::import(c.view())), std::invalid_argument);
}

TEST(ReviewLog, CountsAddUpAndTimesNeverGoBackForRandomColumns) {
  std::mt19937_64 random{11};
  for (int round = 0; round < 200; ++round) {
    Columns c;
    const std::size_t n = random() % 60;
    for (std::size_t i = 0; i < n; ++i) {
      c.add(static_cast<std::uint32_t>(random() % 3), static_cast<std::uint32_t>(random() % 3),
            static_cast<std::int64_t>(random() % 8) * day, static_cast<std::uint8_t>(random() % 6));
    }
    const auto [log, report] = ReviewLog::import(c.view());
    EXPECT_EQ(report.rows(), n);
    EXPECT_EQ(log.size(), report.accepted + report.repaired);
    std::vector<std::int64_t> last(3, -1);
    for (std::size_t i = 0; i < log.size(); ++i) {
      EXPECT_GE(log.answered_at()[i], last[log.learner()[i]]);
      last[log.learner()[i]] = log.answered_at()[i];
    }
  }
}

}  // namespace
