#pragma once

#include <perdure/cohort/adaptive_columns.hpp>
#include <perdure/cohort/adaptive_fsrs.hpp>
#include <perdure/core/random.hpp>
#include <perdure/data/review_log.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// What tests of the adaptive layer share.
namespace adaptive_cases {

using namespace perdure;

inline constexpr std::int64_t minute = 60'000;
inline constexpr std::int64_t day = 1440 * minute;

struct Row {
  std::uint32_t learner, item;
  std::int64_t shown, answered;
  std::uint8_t grade;
};

inline data::ReviewLog log_of(const std::vector<Row>& rows) {
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered, shown;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  for (const Row& r : rows) {
    learner.push_back(r.learner);
    item.push_back(r.item);
    answered.push_back(r.answered);
    shown.push_back(r.shown);
    grade.push_back(r.grade);
    score.push_back(r.grade > 1 ? 1.0F : 0.0F);
  }
  return data::ReviewLog::import(
             {.learner = learner, .item = item, .answered_at = answered, .shown_at = shown, .score = score, .grade = grade})
      .first;
}

/// `learners` learners of `days` days with a dozen answers each, on 40 cards, some a minute apart and some with one time; rows in time order.
inline std::vector<Row> random_rows(std::uint32_t learners, std::uint32_t days, std::uint64_t seed) {
  std::vector<Row> rows;
  for (std::uint32_t d = 0; d < days; ++d) {
    for (std::uint32_t k = 0; k < 12; ++k) {
      for (std::uint32_t l = 0; l < learners; ++l) {
        random::Stream draw{{.seed = seed, .learner = l, .item = d, .step = k}};
        const std::int64_t answered = day * (1000 + d) + minute * (60 * static_cast<std::int64_t>(l % 20) + 3 * (k - k % 3));
        const auto latency = static_cast<std::int64_t>(draw.next() * static_cast<double>(minute));
        rows.push_back({l, draw.below(40), answered - latency, answered, static_cast<std::uint8_t>(1 + draw.below(4))});
      }
    }
  }
  return rows;
}

struct Walk {
  std::vector<double> p;
  std::vector<cohort::AdaptiveLearner> after;
};

inline Walk run(const std::vector<Row>& rows, const std::vector<cohort::AdaptiveLearner>& known = {}, unsigned threads = 1) {
  const data::ReviewLog log = log_of(rows);
  Walk found;
  found.p = cohort::AdaptiveFsrs{}.predict(log, log.learner(), log.item(), known, threads, &found.after);
  return found;
}

}  // namespace adaptive_cases
