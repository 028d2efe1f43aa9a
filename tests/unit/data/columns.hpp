#pragma once

#include <perdure/data/answers.hpp>

#include <cstdint>
#include <vector>

namespace perdure_test {

/// Columns that own their rows.
struct Columns {
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered, shown;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;

  void add(std::uint32_t who, std::uint32_t what, std::int64_t when, std::uint8_t how, std::int64_t latency = 0) {
    learner.push_back(who);
    item.push_back(what);
    answered.push_back(when);
    shown.push_back(when - latency);
    grade.push_back(how);
    score.push_back(how > 1 ? 1.0F : 0.0F);
  }
  [[nodiscard]] perdure::data::AnswerColumns view() const {
    return {.learner = learner, .item = item, .answered_at = answered, .shown_at = shown, .score = score, .grade = grade};
  }
};

}  // namespace perdure_test
