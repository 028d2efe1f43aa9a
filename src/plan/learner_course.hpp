#pragma once

#include <perdure/plan/course.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// One learner on the way through a plan.
class LearnerCourse {
 public:
  LearnerCourse(const PolicyTables& tables, std::size_t learner, const CourseOptions& options);

  /// What is given on an askable day, and the session that the schedule has. Appends what is asked.
  void live(std::size_t day, std::vector<Asking>& askings);
  /// What a session on the day would be worth to this policy; 0 or less where none may be. Its questions are chosen.
  [[nodiscard]] double worth(std::size_t day);
  /// The session whose worth was asked for last.
  void meet(std::size_t day, std::vector<Asking>& askings);
  /// Recall of all questions as their goals weigh it, over the whole plan.
  [[nodiscard]] LearnerOutcome outcome() const;

 private:
  /// A question, and what is believed and true of it.
  struct Question {
    State state{}, truth{};
    Place place{};
    std::int32_t last = 0;
    std::uint32_t row = 0;
    std::uint32_t answers = 0;
    std::uint16_t cls = 0;
    std::uint8_t right_in_a_row = 0;
    bool asked = false;
    double recalled = 0.0;  ///< sum of true recall on the days of the plan up to the last answer
  };
  struct Candidate {
    float score = 0.0F;
    std::uint32_t question = 0;
    float gain = 0.0F, price = 0.0F;
    float kept = 0.0F;  ///< what the margin of a plan made before adds or takes
    bool due = false;   ///< by the cadence of its course
  };

  [[nodiscard]] bool may_meet(std::int32_t day) const;
  void answer(std::uint32_t question, std::size_t day, float gain, float price, std::vector<Asking>& askings);
  void rank(std::size_t day, std::uint32_t room, std::int32_t course = GivenSession::any_course);
  void rank_planned(std::size_t day, std::int32_t course);
  std::uint32_t ask(std::size_t day, std::vector<Asking>& askings);
  [[nodiscard]] const Rule& rule_of(std::uint16_t cls) const;
  [[nodiscard]] std::int32_t anchor_of(const Question& q, std::int32_t otherwise) const;
  [[nodiscard]] bool is_of(std::uint32_t question, std::int32_t course) const;
  [[nodiscard]] bool allowed(std::uint32_t question, std::int32_t day) const;
  [[nodiscard]] float kept(std::uint32_t question, std::int32_t day) const;
  [[nodiscard]] double believed(const Question& q, std::int32_t day) const;
  [[nodiscard]] double myopic_gain(const Question& q, std::int32_t day) const;
  [[nodiscard]] std::int32_t due(const Question& q) const;
  [[nodiscard]] double recalled_until(const Question& q, std::int32_t day) const;
  [[nodiscard]] const Memory& true_memory(std::uint16_t cls) const;

  const PolicyTables& tables_;
  const Library& library_;
  const SessionSchedule& schedule_;
  const CourseOptions& options_;
  const Problem& problem_;
  std::size_t learner_;
  std::vector<Question> questions_;
  std::vector<Candidate> candidates_;
  std::uint32_t budget_left_;
  std::uint32_t room_ = 0;                  ///< questions of the session that is being chosen
  std::vector<std::int32_t> session_days_;  ///< with those before the plan
  float minutes_left_ = 0.0F;               ///< of the day
  std::uint32_t asked_ = 0;
};

}  // namespace perdure::inline PERDURE_ABI::plan
