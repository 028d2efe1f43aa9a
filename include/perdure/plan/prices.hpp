#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/question_values.hpp>
#include <perdure/plan/session_days.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// Prices of a question by askable day: how much recall it must bring to be worth its place in a session. Held at knots, which lie the closer
/// the nearer the end is, and linear in the logarithm of the days left between them.
class PriceCurve {
 public:
  /// The same price on all days, at least 0.
  PriceCurve(const Timeline& timeline, double price);

  [[nodiscard]] std::span<const double> at_knots() const noexcept { return at_knots_; }
  void set_knots(std::vector<double> price) { at_knots_ = std::move(price); }
  /// Price by askable day.
  [[nodiscard]] std::vector<double> prices() const;
  /// What knots have of something that is given by askable day: the slope of its sum times prices by the price of each knot.
  [[nodiscard]] std::vector<double> by_knot(std::span<const double> x) const;

 private:
  struct Between {
    std::size_t knot;
    double share;  ///< of the knot after it
  };
  std::vector<double> at_knots_;
  std::vector<Between> places_;  ///< by askable day
};

/// Questions of an average learner that share tables.
struct QuestionPart {
  const QuestionValues* values = nullptr;
  std::vector<QuestionValues::Start> questions;  ///< weights: how many of each
};

/// What the days of some learners of a group allow.
struct Attendance {
  double share = 1.0;  ///< of the group's learners
  std::uint32_t questions_per_session = 5;
  SessionLimits limits{};
  std::vector<std::uint8_t> open{};  ///< by askable day: whether a session may be; empty for all days
  std::vector<double> given{};       ///< by askable day: questions that it has in any case, in no session of choice; empty for none
};

/// What an average learner of a group may be asked, and what: the problem whose prices are looked for. All parts have the same askable days.
struct GroupProblem {
  std::vector<QuestionPart> parts;
  std::vector<Attendance> attendance;  ///< shares that sum to 1
  std::vector<double> session_cost{};  ///< price of a session by askable day, where it is given; empty for none
  std::vector<double>
      capacity{};  ///< sessions that a learner's share of the organisation's capacity allows, by askable day; empty for no limit
  double budget = std::numeric_limits<double>::infinity();  ///< questions in all
};

/// Prices, and what they make of a group.
struct PricedGroup {
  PriceCurve question;          ///< of a question's place in a session
  PriceCurve session;           ///< of a session's place in the organisation's capacity; 0 without one
  double budget = 0.0;          ///< of a question's place in the budget
  double value = 0.0;           ///< of the dual: recall of all questions of an average learner that no plan exceeds, but for interpolation
  std::size_t evaluations = 0;  ///< of the dual

  /// Of asking, by askable day: the question's place in the session and in the budget.
  [[nodiscard]] std::vector<double> asking() const;
};

/// How prices are looked for.
struct PriceSearch {
  std::size_t evaluations = 60;  ///< of the dual, at most
  double tolerance = 1e-4;       ///< decrease, as a share of the value, that is not worth another one
  unsigned threads = 1;          ///< over the parts; the prices do not depend on it
};

/// Where a search begins: with a price for questions, and none for what else is limited.
[[nodiscard]] PricedGroup first_prices(const Timeline& timeline, double question);

/// Prices under which questions, sessions, capacity and budget ask for the same: the dual problem, by a bundle method on the knots.
/// The best prices met are returned. Prices of a like group, or of yesterday, are a good `start`.
[[nodiscard]] PricedGroup find_prices(const GroupProblem& group, PricedGroup start, const PriceSearch& search = {});

}  // namespace perdure::inline PERDURE_ABI::plan
