#include <perdure/cohort/answers.hpp>
#include <perdure/core/result.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using cohort::AnswerColumns;
using cohort::Items;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(CohortItems, KeepSkillsWithWeightsThatSumToOne) {
  Items items;
  items.add({});
  items.add(std::vector<std::uint32_t>{4, 1});
  items.add(std::vector<std::uint32_t>{2, 0, 1}, std::vector<double>{1.0, 2.0, 5.0}, 0.25);
  EXPECT_EQ(items.size(), 3U);
  EXPECT_EQ(items.skills, 5U);
  EXPECT_EQ(items.skill_begin, (std::vector<std::size_t>{0, 0, 2, 5}));
  EXPECT_EQ(items.skill, (std::vector<std::uint32_t>{4, 1, 2, 0, 1}));
  EXPECT_EQ(items.weight, (std::vector<float>{0.5F, 0.5F, 0.125F, 0.25F, 0.625F}));
  EXPECT_EQ(items.guess, (std::vector<float>{-1.0F, -1.0F, 0.25F}));
}

TEST(CohortItems, RefuseWhatIsNoItemAndStayAsTheyWere) {
  Items items;
  items.add(std::vector<std::uint32_t>{3});
  const Items before = items;
  const auto refused = [&](const std::vector<std::uint32_t>& skills, const std::vector<double>& weights, double guess, const char* why) {
    try {
      items.add(skills, weights, guess);
      ADD_FAILURE() << "taken, though " << why;
    } catch (const Exception& e) {
      EXPECT_NE(std::string{e.what()}.find(why), std::string::npos) << e.what();
      EXPECT_NE(std::string{e.what()}.find("item 1"), std::string::npos) << e.what();
    }
    EXPECT_EQ(items, before) << why;
  };
  std::vector<std::uint32_t> many(cohort::most_skills + 1);
  std::iota(many.begin(), many.end(), 0U);
  refused(many, {}, -1.0, "has 17 skills");
  refused({1, 2}, {1.0}, -1.0, "2 skills and 1 weights");
  refused({1, 2, 1}, {}, -1.0, "skill 1 twice");
  for (const double w : {0.0, -1.0, nan, infinity}) refused({1, 2}, {1.0, w}, -1.0, "weight must be finite and above 0");
  refused({1, 2}, {1e308, 1e308}, -1.0, "sum of its skills' weights");
  for (const double guess : {1.0, 2.0, nan, infinity}) refused({1}, {}, guess, "below 1");
  many.pop_back();
  EXPECT_NO_THROW(items.add(many));
}

class CohortAnswers : public testing::Test {
 protected:
  std::vector<std::uint32_t> learner{0, 1, 1}, item{0, 2, 1};
  std::vector<double> answered{5.0, 3.0, 4.0}, shown{4.9, 3.1, 4.0};  // one is said to be shown after its answer: that is not wrong
  std::vector<float> score{1.0F, -1.0F, 0.5F};

  [[nodiscard]] std::string problem(std::size_t learners = 2, std::size_t items = 3) const {
    const auto found = AnswerColumns{learner, item, answered, shown, score}.problem(learners, items);
    return found ? found->what : "";
  }
};

TEST_F(CohortAnswers, AreFineInAnyOrder) {
  EXPECT_EQ(problem(), "");
  learner = item = {};
  answered = shown = {};
  score = {};
  EXPECT_EQ(problem(0, 0), "");
}

TEST_F(CohortAnswers, NameTheLengthsThatDiffer) {
  const auto without_one = [this](auto& column, const char* name) {
    const auto whole = column;
    column.pop_back();
    EXPECT_NE(problem().find(name + std::string{" 2"}), std::string::npos) << problem();
    column = whole;
  };
  without_one(learner, "learner");
  without_one(item, "item");
  without_one(answered, "answered");
  without_one(shown, "shown");
  without_one(score, "score");
}

TEST_F(CohortAnswers, NameTheRowAndTheRange) {
  EXPECT_EQ(problem(1), "row 1: learner must be below 1, got 1");
  EXPECT_EQ(problem(2, 2), "row 1: item must be below 2, got 2");
  for (const double wrong : {nan, infinity, -infinity}) {
    for (auto* times : {&answered, &shown}) {
      const auto whole = *times;
      (*times)[2] = wrong;
      EXPECT_EQ(problem(), "row 2: times must be finite");
      *times = whole;
    }
  }
  for (const float wrong : {std::nextafter(1.0F, 2.0F), static_cast<float>(nan), static_cast<float>(infinity)}) {
    score[0] = wrong;
    EXPECT_EQ(problem().rfind("row 0: score must be at most 1", 0), 0U) << problem();
  }
}

}  // namespace
