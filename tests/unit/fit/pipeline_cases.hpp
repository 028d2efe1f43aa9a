#pragma once

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/time/elapsed.hpp>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <vector>

/// Logs written down answer by answer, for tests of the pieces of pipelines.
namespace fit_test {

inline constexpr std::int64_t day_ms = 86'400'000;

struct Answer {
  std::uint32_t learner, item;
  double day;
  int grade;
};

inline perdure::data::ReviewLog log_of(const std::vector<Answer>& answers) {
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  for (const Answer& a : answers) {
    learner.push_back(a.learner);
    item.push_back(a.item);
    answered.push_back(static_cast<std::int64_t>(a.day * static_cast<double>(day_ms)));
    grade.push_back(static_cast<std::uint8_t>(a.grade));
    score.push_back(a.grade > 1 ? 1.0F : 0.0F);
  }
  return perdure::data::ReviewLog::import(
             {.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
      .first;
}

/// Cards of learner 0 with two answers each: `count` cards for every (first grade, days, second grade), their numbers from `item` on.
inline std::vector<Answer> pairs(const std::vector<std::tuple<int, double, int, int>>& groups, std::uint32_t item = 0) {
  std::vector<Answer> answers;
  for (const auto& [first, days, second, count] : groups) {
    for (int k = 0; k < count; ++k, ++item) {
      answers.push_back({0, item, 100.0 + 0.001 * item, first});
      answers.push_back({0, item, 100.0 + 0.001 * item + days, second});
    }
  }
  return answers;
}

}  // namespace fit_test
