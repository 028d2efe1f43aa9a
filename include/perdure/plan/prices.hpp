#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/question_values.hpp>
#include <perdure/plan/session_days.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
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

/// What an average learner of a group may be asked, and what: the problem whose prices are looked for. All parts have the same askable days.
struct GroupProblem {
  std::vector<QuestionPart> parts;
  std::uint32_t questions_per_session = 5;
  SessionLimits limits{};
  std::vector<double> session_cost{};  ///< price of a contact by askable day; empty for none
};

/// Prices, and what they make of a group.
struct PricedGroup {
  PriceCurve curve;
  std::vector<double> price;    ///< by askable day
  double value = 0.0;           ///< of the dual: recall of all questions of an average learner that no plan exceeds, but for interpolation
  std::size_t evaluations = 0;  ///< of the dual
};

/// How prices are looked for.
struct PriceSearch {
  std::size_t evaluations = 60;  ///< of the dual, at most
  double tolerance = 1e-4;       ///< decrease, as a share of the value, that is not worth another one
};

/// Prices under which questions and sessions ask for the same: the dual problem, by a bundle method on the knots.
/// The best prices met are returned. Prices of a like group, or of yesterday, are a good `start`.
[[nodiscard]] PricedGroup find_prices(const GroupProblem& group, PriceCurve start, const PriceSearch& search = {});

}  // namespace perdure::inline PERDURE_ABI::plan
