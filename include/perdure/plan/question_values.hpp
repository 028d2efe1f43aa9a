#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/bfloat.hpp>
#include <perdure/plan/grid.hpp>
#include <perdure/plan/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// The days of a plan, numbered from 0, its first.
struct Timeline {
  std::int32_t end = 0;  ///< the day on which recall counts, such as that of an exam; nothing is asked from it on
  std::vector<std::int32_t>
      askable;  ///< days of the plan on which something may be asked, ascending, from 0 on; those from `end` on are idle
  std::int32_t group_session = -1;  ///< an askable day on which the question is asked in any case, at no price; -1 for none
};

/// What recall is worth: `at_end` on the last day, and `on_average` over the days before it, each day before its questions.
struct Goal {
  double at_end = 1.0, on_average = 0.0;
};

/// What one question is worth to one learner, by what is known of his memory: the value of asking it again and again on the best days, when every
/// asking has a price. A stochastic dynamic programme over (day of the last answer, state of memory), solved on a grid of states.
///
/// Rows are days of a last answer: first the `starts`, days before the plan, then the askable days. With V of a row and a state,
///
///     V(s, x) = max{ recall to the end of the plan, over askable t > s: -price(t) + recall until t + R V(t, right) + (1 - R) V(t, wrong) }
///
/// where R is recall at t, and right and wrong the states after the answer (docs/concepts/planner.md). Before a group session that the question
/// is part of, it is asked before that day or on it.
class QuestionValues {
 public:
  /// Values of all rows and states under some prices.
  class Table {
   public:
    [[nodiscard]] const float* row(std::size_t r) const noexcept { return values_.data() + r * stride_; }
    [[nodiscard]] std::size_t rows() const noexcept { return stride_ == 0 ? 0 : values_.size() / stride_; }

   private:
    friend class QuestionValues;
    [[nodiscard]] float* writable(std::size_t r) noexcept { return values_.data() + r * stride_; }
    std::size_t stride_ = 0;
    std::vector<float> values_;
  };

  /// Throws Exception (out_of_domain) for a timeline or goal that is none, and for starts that are not ascending days before 0.
  QuestionValues(const Memory& memory, Grid grid, Timeline timeline, Goal goal, std::vector<std::int32_t> starts);

  [[nodiscard]] const Grid& grid() const noexcept { return grid_; }
  [[nodiscard]] const Timeline& timeline() const noexcept { return timeline_; }
  [[nodiscard]] std::size_t rows() const noexcept { return days_.size(); }
  [[nodiscard]] std::size_t starts() const noexcept { return starts_; }
  /// The row of a last answer on `day`; Exception (out_of_domain) for a day that is neither a start nor askable.
  [[nodiscard]] std::size_t row_of(std::int32_t day) const;
  /// The day of a row's last answer.
  [[nodiscard]] std::int32_t day_of(std::size_t row) const { return days_[row]; }

  /// What recall is worth when the question is not asked after `day`, exactly; group sessions are left out.
  [[nodiscard]] double unasked(const State& state, std::int32_t day) const;

  /// Values by plain interpolation: what a policy looks up. Not a bound.
  /// \param price  of asking, by askable day; at least 0, else Exception (out_of_domain)
  [[nodiscard]] Table solve(std::span<const double> price) const;

  /// Values that no policy exceeds. Each row, from the last, is raised until it is at least what its equation says at points inside every cell,
  /// with the rows behind it raised already: then it is a supersolution at all those points. A check by samples, not a proof: `residual` says
  /// what other points find.
  [[nodiscard]] Table bound(std::span<const double> price) const;

  /// What a policy looks up on an askable day, for a last answer in a row before it. Both are functions on the grid, kept in half of a float.
  ///   index   by how much asking on the day beats the best of asking later and of never asking again
  ///   demand  how many questions are expected from the day on, that day's included, when asking follows the prices
  class Policy {
   public:
    /// \param day  position among the askable days that are not idle; \param row  of a last answer before it
    [[nodiscard]] const BFloat* index(std::size_t day, std::size_t row) const noexcept { return at(index_, day, row); }
    [[nodiscard]] const BFloat* demand(std::size_t day, std::size_t row) const noexcept { return at(demand_, day, row); }

   private:
    friend class QuestionValues;
    [[nodiscard]] const BFloat* at(const std::vector<BFloat>& of, std::size_t day, std::size_t row) const noexcept {
      return of.data() + (begin_[day] + row) * stride_;
    }
    std::size_t stride_ = 0;
    std::vector<std::size_t> begin_;  ///< by day: functions before its first
    std::vector<BFloat> index_, demand_;
  };
  /// \param held  by askable day: whether a session can be counted on. What waits, waits for those days; the index is there for all.
  [[nodiscard]] Policy policy(std::span<const double> price, std::span<const std::uint8_t> held) const;

  /// The most by which the equation exceeds a table at `count` states drawn over the grid and rows drawn among all; 0 for a supersolution there.
  [[nodiscard]] double residual(const Table& table, std::span<const double> price, std::size_t count, std::uint64_t seed) const;

  /// How often a question is asked on each askable day, when asking follows a table's prices: expected counts for questions that begin in `row`
  /// at `place`, each `weight` times. Adds to `usage` (askable days).
  struct Start {
    std::size_t row;
    Place place;
    double weight = 1.0;
  };
  void add_usage(const Table& table, std::span<const double> price, std::span<const Start> starts, std::span<double> usage) const;

 private:
  /// Memory of some states after each number of days: what is recalled, and the places that answers lead to.
  struct Outcomes {
    std::size_t states = 0;
    std::vector<float> recall, sum;  ///< [days][state]; sum: of recall on days 1 to this one
    std::vector<Place> right, wrong;
  };

  [[nodiscard]] Outcomes outcomes(std::span<const State> states) const;
  [[nodiscard]] float stop(const Outcomes& o, std::size_t row, std::size_t i) const;
  [[nodiscard]] float ask(const Outcomes& o, std::size_t row, std::size_t later, std::size_t i, const float* then, float price) const;
  [[nodiscard]] float otherwise(const Outcomes& o, std::size_t row, std::size_t i, const Table& table) const;
  [[nodiscard]] std::size_t choices_end(std::size_t row) const noexcept { return row < gathered_ ? gathered_ : days_.size(); }
  void best(const Outcomes& o, std::size_t row, const Table& table, std::span<const float> price, std::span<float> values) const;
  [[nodiscard]] Table sweep(std::span<const double> price, const Outcomes* inner) const;
  [[nodiscard]] std::vector<State> inner_states() const;
  [[nodiscard]] std::vector<float> checked(std::span<const double> price) const;
  [[nodiscard]] float counted_days(std::size_t row, std::int32_t until) const;

  const Memory* memory_;
  Grid grid_;
  Timeline timeline_;
  Goal goal_;
  std::size_t starts_ = 0;
  std::vector<std::int32_t> days_;  ///< by row
  std::size_t gathered_ = 0;        ///< the row of the group session; 0 for none, or for one that has no row before it
  std::int32_t longest_ = 0;
  Outcomes nodes_;
};

}  // namespace perdure::inline PERDURE_ABI::plan
