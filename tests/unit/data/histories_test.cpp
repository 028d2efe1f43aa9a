#include "columns.hpp"
#include "old_way.hpp"

#include <perdure/core/result.hpp>
#include <perdure/data/card_order.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using data::Histories;
using data::ReviewLog;
using perdure_test::Columns;

constexpr std::int64_t day = 86'400'000;

template <class T>
std::vector<T> copy(std::span<const T> values) {
  return {values.begin(), values.end()};
}

std::vector<std::uint32_t> rows_of(const std::vector<Error>& errors) {
  std::vector<std::uint32_t> rows;
  for (const Error& error : errors) rows.push_back(static_cast<std::uint32_t>(*error.where));
  return rows;
}

/// What a log of a kind looks like: how many rows, how many codes and how far apart, how coarse its clock is, and what is wrong with it.
struct Kind {
  std::size_t rows;
  std::uint32_t learners, items;
  std::uint32_t spread;  ///< codes are multiples of this
  std::int64_t times;    ///< different times
  bool ordered;
  bool latencies;
  bool faults;
};

Columns made(const Kind& kind, std::mt19937_64& random) {
  Columns c;
  std::vector<std::int64_t> times(kind.rows);
  for (std::int64_t& t : times) t = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(kind.times)) * (day / 7);
  if (kind.ordered) std::sort(times.begin(), times.end());
  for (std::size_t i = 0; i < kind.rows; ++i) {
    const auto learner = static_cast<std::uint32_t>(random() % kind.learners) * kind.spread;
    const auto item = static_cast<std::uint32_t>(random() % kind.items) * kind.spread;
    const auto grade = static_cast<std::uint8_t>(kind.faults && random() % 50 == 0 ? 7 : 1 + random() % 4);
    const auto latency = kind.latencies ? static_cast<std::int64_t>(random() % 4) * day / 2 : 0;
    c.add(learner, item, times[i], grade, std::min(latency, times[i]));
    if (kind.faults && random() % 50 == 0) c.score.back() = 2.0F;
    if (c.grade.back() == 1 && random() % 2 == 0) c.score.back() = -0.0F;  // equals 0
  }
  return c;
}

const std::vector<Kind> kinds{
    {0, 1, 1, 1, 1, true, false, false},
    {1, 1, 1, 1, 1, true, true, false},
    {60, 3, 3, 1, 8, false, true, true},
    {60, 3, 3, 1, 8, true, true, true},
    {60, 2, 2, 2'000'000'000U, 30, false, false, false},
    {3000, 1, 40, 1, 100'000, true, false, false},
    {3000, 30, 40, 1, 100'000, true, true, true},
    {3000, 30, 40, 1, 100'000, false, true, true},
    {3000, 30, 40, 1, 50, true, false, false},  // most rows share their time with others
    {3000, 900, 900, 4'000'000U, 400'000, false, true, false},
    {3000, 4, 5, 800'000'000U, 400'000, true, true, true},
};

TEST(Histories, ImportEqualsItsDefinitionForRandomLogs) {
  std::mt19937_64 random{3};
  for (int round = 0; round < 6; ++round) {
    for (const Kind& kind : kinds) {
      const Columns c = made(kind, random);
      data::AnswerColumns view = c.view();
      std::vector<std::uint32_t> attempt(kind.rows);
      if (round % 2 == 1) {
        for (std::uint32_t& a : attempt) a = static_cast<std::uint32_t>(random() % 2);
        view.attempt = attempt;
      }
      if (!kind.latencies) view.shown_at = {};
      const auto [log, report] = ReviewLog::import(view);
      const perdure_test::OldImport old = perdure_test::old_import(view);
      ASSERT_EQ(rows_of(report.rejected), old.rejected);
      ASSERT_EQ(report.duplicates, old.duplicates);
      ASSERT_EQ(report.reordered, old.reordered);
      ASSERT_EQ(report.mistimed, old.mistimed);
      ASSERT_EQ(copy(log.source_row()), old.source_row);
      ASSERT_EQ(copy(log.shown_at()), old.shown_at);
      ASSERT_EQ(report.rows(), kind.rows);
      for (std::size_t k = 0; k < log.size(); ++k) {
        const std::uint32_t row = log.source_row()[k];
        ASSERT_EQ(log.learner()[k], c.learner[row]);
        ASSERT_EQ(log.item()[k], c.item[row]);
        ASSERT_EQ(log.answered_at()[k], c.answered[row]);
        ASSERT_EQ(log.score()[k], c.score[row]);
        ASSERT_EQ(log.grade()[k], c.grade[row]);
      }
    }
  }
}

TEST(Histories, GroupingEqualsItsDefinitionForRandomLogs) {
  const std::vector<time::ElapsedRule> rules{time::ElapsedRule::exact(), time::ElapsedRule::whole_days(),
                                             time::ElapsedRule::calendar_days(time::Zone::utc(), 4)};
  std::mt19937_64 random{4};
  for (const Kind& kind : kinds) {
    const ReviewLog log = ReviewLog::import(made(kind, random).view()).first;
    for (const time::ElapsedRule& rule : rules) {
      const Histories histories{log, rule};
      const perdure_test::OldHistories old = perdure_test::old_histories(log, rule);
      ASSERT_EQ(copy(histories.offset()), old.offset);
      std::size_t k = 0;
      for (std::size_t c = 0; c < histories.cards(); ++c) {
        const data::Card card = histories.card(c);
        for (std::size_t i = 0; i < card.size(); ++i, ++k) {
          ASSERT_EQ(card.row[i], old.row[k]);
          ASSERT_EQ(card.elapsed[i], old.elapsed[k]);
          ASSERT_EQ(card.tied[i], old.tied[k]);
          ASSERT_EQ(card.grade[i], log.grade()[card.row[i]]);
        }
      }
    }
  }
}

TEST(Histories, OrderIsStableForKeysOfEveryWidth) {
  std::mt19937_64 random{5};
  for (const std::size_t n : {0U, 1U, 2U, 100U, 513U, 5000U}) {
    for (const unsigned bits : {0U, 1U, 11U, 12U, 40U, 52U, 64U}) {
      std::vector<std::uint64_t> key(n);
      for (std::uint64_t& k : key) k = bits == 0 ? 77 : random() >> (64 - bits);
      for (std::size_t i = 1; i < n; i += 2) key[i] = key[i / 2];  // equal keys
      std::vector<std::size_t> groups;
      const auto order = data::detail::ordered_by(
          n, [&](std::size_t i) { return key[i]; }, &groups);
      std::vector<std::uint32_t> expected(n);
      std::iota(expected.begin(), expected.end(), 0U);
      std::stable_sort(expected.begin(), expected.end(), [&](std::uint32_t a, std::uint32_t b) { return key[a] < key[b]; });
      ASSERT_EQ(order, expected);
      std::vector<std::size_t> starts;
      for (std::size_t k = 0; k < n; ++k) {
        if (k == 0 || key[expected[k]] != key[expected[k - 1]]) starts.push_back(k);
      }
      starts.push_back(n);
      ASSERT_EQ(groups, starts);
    }
  }
}

TEST(Histories, ElapsedRunsFromTheLastEarlierAnswerToTheShowing) {
  Columns c;
  c.add(0, 0, 1 * day, 3);
  c.add(0, 1, 2 * day, 3);
  c.add(0, 0, 4 * day, 1, day / 2);  // took half a day to answer: shown at 3.5
  const Histories histories{ReviewLog::import(c.view()).first, time::ElapsedRule::exact()};
  ASSERT_EQ(histories.cards(), 2U);
  const data::Card card = histories.card(0);
  ASSERT_EQ(card.size(), 2U);
  EXPECT_EQ(card.elapsed[0], 0.0);
  EXPECT_EQ(card.elapsed[1], 2.5);
  EXPECT_EQ(card.first_encounters(), 1U);
  EXPECT_EQ(histories.card(1).size(), 1U);
}

TEST(Histories, AnswersThatShareATimeLookBackOnTheSamePast) {
  Columns c;
  c.add(0, 0, 1 * day, 3);
  c.add(0, 0, 4 * day, 3);
  c.add(0, 0, 4 * day, 1);
  c.add(0, 0, 6 * day, 3);
  const Histories histories{ReviewLog::import(c.view()).first, time::ElapsedRule::exact()};
  const data::Card card = histories.card(0);
  EXPECT_EQ(copy(card.elapsed), (std::vector<double>{0.0, 3.0, 3.0, 2.0}));
  EXPECT_EQ(copy(card.tied), (std::vector<std::uint8_t>{0, 0, 1, 0}));
}

TEST(Histories, NoAnswersNoCards) {
  const Histories histories{ReviewLog{}, time::ElapsedRule::exact()};
  EXPECT_EQ(histories.cards(), 0U);
  EXPECT_EQ(histories.size(), 0U);
  EXPECT_EQ(Histories::from_cards(std::vector<std::size_t>{0}, {}, {}).cards(), 0U);
}

TEST(Histories, GroupedColumnsGiveTheHistoriesOfTheirLog) {
  std::mt19937_64 random{6};
  const ReviewLog log = ReviewLog::import(made(kinds[6], random).view()).first;
  const Histories grouped{log, time::ElapsedRule::exact()};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade, tied;
  for (std::size_t c = 0; c < grouped.cards(); ++c) {
    const data::Card card = grouped.card(c);
    elapsed.insert(elapsed.end(), card.elapsed.begin(), card.elapsed.end());
    grade.insert(grade.end(), card.grade.begin(), card.grade.end());
    tied.insert(tied.end(), card.tied.begin(), card.tied.end());
  }
  const Histories again = Histories::from_cards(grouped.offset(), elapsed, grade, tied);
  ASSERT_EQ(again.cards(), grouped.cards());
  for (std::size_t c = 0; c < grouped.cards(); ++c) {
    EXPECT_EQ(copy(again.card(c).elapsed), copy(grouped.card(c).elapsed));
    EXPECT_EQ(copy(again.card(c).grade), copy(grouped.card(c).grade));
    EXPECT_EQ(copy(again.card(c).tied), copy(grouped.card(c).tied));
    EXPECT_EQ(again.card(c).row[0], grouped.offset()[c]);
    EXPECT_EQ(again.card(c).first_encounters(), grouped.card(c).first_encounters());
  }
  EXPECT_EQ(copy(Histories::from_cards(std::vector<std::size_t>{0, 2}, std::vector<double>{0.0, 1.5}, std::vector<std::uint8_t>{3, 1})
                     .card(0)
                     .tied),
            (std::vector<std::uint8_t>{0, 0}));
}

TEST(Histories, GroupedColumnsThatCannotBeAreRefusedByPlace) {
  using Offsets = std::vector<std::size_t>;
  using Days = std::vector<double>;
  using Bytes = std::vector<std::uint8_t>;
  const auto problem = [](const Offsets& offset, const Days& elapsed, const Bytes& grade, const Bytes& tied) -> Error {
    try {
      static_cast<void>(Histories::from_cards(offset, elapsed, grade, tied));
    } catch (const Exception& e) {
      return e.error();
    }
    return Error{Errc::not_found, "nothing was wrong"};
  };
  const Days days{0.0, 1.0, 0.0, 2.0};
  const Bytes grades{3, 1, 4, 2};
  EXPECT_EQ(problem({0, 2, 4}, days, grades, {}).what, "nothing was wrong");
  EXPECT_EQ(problem({0, 2, 4}, days, {3, 1, 4}, {}).code, Errc::shape_mismatch);
  EXPECT_EQ(problem({0, 2, 4}, days, grades, {0, 0}).code, Errc::shape_mismatch);
  for (const Offsets& offset : {Offsets{}, Offsets{1, 4}, Offsets{0, 3}}) {
    EXPECT_EQ(problem(offset, days, grades, {}).code, Errc::shape_mismatch);
  }
  EXPECT_EQ(problem({0, 3, 2, 4}, {0.0, 1.0, 1.0, 2.0}, grades, {}).what, "offset must rise from card to card, got 3 then 2");
  EXPECT_EQ(problem({0, 2, 2, 4}, days, grades, {}).where, 1U);
  EXPECT_EQ(problem({0, 9, 4}, days, grades, {}).code, Errc::out_of_domain);
  EXPECT_EQ(problem({0, 2, 4}, days, {3, 1, 5, 2}, {}).what, "grade must be 1, 2, 3 or 4, got 5");
  EXPECT_EQ(problem({0, 2, 4}, days, {3, 1, 4, 0}, {}).where, 3U);
  for (const double bad : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(problem({0, 2, 4}, {0.0, 1.0, 0.0, bad}, grades, {}).where, 3U);
  }
  EXPECT_EQ(problem({0, 2, 4}, {0.0, 1.0, 0.5, 1.0}, grades, {}).what, "elapsed must be 0 where no answer of the card is earlier, got 0.5");
  EXPECT_EQ(problem({0, 4}, {0.0, 1.0, 1.0, 1.0}, grades, {0, 1, 0, 0}).where, 1U);
  EXPECT_EQ(problem({0, 2, 4}, days, grades, {1, 0, 0, 0}).where, 0U);
  EXPECT_EQ(problem({0, 2, 4}, days, grades, {0, 0, 0, 2}).where, 3U);
}

}  // namespace
