#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/each_row.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/states.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/param_spec.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Predictions and states where groups of cards have parameters of their own, as a hierarchical fit gives them.
namespace perdure::inline PERDURE_ABI::fit {

/// Parameters of groups, and which group every card or state is of.
template <models::MemoryModel M>
class GroupedParameters {
 public:
  static constexpr std::size_t n = M::specs.size();
  using Params = typename M::template Params<double>;

  /// \param values  (groups x n) row by row, within the bounds
  /// \param group   number of the group of every card or state
  /// Throws Exception for values that do not fit and for a group that is not there.
  GroupedParameters(std::span<const double> values, std::span<const std::uint32_t> group) : group_{group} {
    if (values.size() % n != 0) {
      throw Exception{Error{Errc::shape_mismatch, std::string{M::id} + " takes " + to_text(n) + " parameters a group, got " +
                                                      to_text(values.size()) + " in all"}};
    }
    for (std::size_t g = 0; g < values.size() / n; ++g) {
      const auto row = values.subspan(g * n, n);
      if (auto problem = models::check_parameters<M>(row)) throw Exception{std::move(*problem)};
      params_.push_back(models::assemble<M, double>(std::span<const double, n>{row}));
    }
    for (std::size_t c = 0; c < group.size(); ++c) {
      if (group[c] >= params_.size()) {
        throw Exception{Error{Errc::out_of_domain,
                              "group of row " + to_text(c) + " must be below " + to_text(params_.size()) + ", got " + to_text(group[c]),
                              c}};
      }
    }
  }

  [[nodiscard]] const Params& of(std::size_t row) const noexcept { return params_[group_[row]]; }
  [[nodiscard]] std::size_t rows() const noexcept { return group_.size(); }

  /// Throws Exception unless there is a group for each of `count` rows.
  void require_rows(std::size_t count) const {
    if (rows() != count)
      throw Exception{Error{Errc::shape_mismatch, "group must have " + to_text(count) + " rows, got " + to_text(rows())}};
  }

 private:
  std::vector<Params> params_;
  std::span<const std::uint32_t> group_;
};

/// The number of each card's group, from one number a row of the log. Throws Exception naming a row whose number is another than that of
/// its card's first answer: what shares parameters is made of whole cards.
[[nodiscard]] inline std::vector<std::uint32_t> group_of_cards(const data::Histories& histories,
                                                               std::span<const std::uint32_t> group_of_row) {
  if (group_of_row.size() != histories.size()) {
    throw Exception{
        Error{Errc::shape_mismatch, "groups must have " + to_text(histories.size()) + " rows, got " + to_text(group_of_row.size())}};
  }
  std::vector<std::uint32_t> group(histories.cards());
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    group[c] = group_of_row[card.row[0]];
    for (const std::uint32_t row : card.row) {
      if (group_of_row[row] != group[c]) {
        throw Exception{
            Error{Errc::bad_record, "row " + to_text(row) + " is of another group than an earlier answer of its learner to its item", row}};
      }
    }
  }
  return group;
}

/// As predict_sequence, with each card's own parameters.
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> grouped_predict_sequence(const data::ReviewLog& log, const data::Histories& histories,
                                                           const GroupedParameters<M>& parameters, const Observation& observation,
                                                           std::span<const double> first_rate, unsigned threads = 1) {
  parameters.require_rows(histories.cards());
  const auto of = [&parameters](std::size_t c) -> const auto& { return parameters.of(c); };
  return detail::predicted<M>(log, histories, of, observation, first_rate, threads);
}

/// As card_states, with each card's own parameters. A log without cards needs no parameters.
template <models::MemoryModel M>
[[nodiscard]] CardStates grouped_states(const data::ReviewLog& log, const data::Histories& histories,
                                        const GroupedParameters<M>& parameters, unsigned threads = 1) {
  parameters.require_rows(histories.cards());
  return detail::states_of<M>(
      log, histories, [&parameters](std::size_t c) -> const auto& { return parameters.of(c); }, threads);
}

/// Recall of states `days[c]` after their last answer, each by its own parameters.
/// \param state  one column a field of the model
template <models::MemoryModel M>
[[nodiscard]] std::vector<double> grouped_recall(std::span<const std::span<const float>> state, std::span<const double> days,
                                                 const GroupedParameters<M>& parameters, unsigned threads = 1) {
  constexpr std::size_t fields = M::state_fields.size();
  parameters.require_rows(days.size());
  if (state.size() != fields || std::ranges::any_of(state, [&](const auto& column) { return column.size() != days.size(); })) {
    throw Exception{Error{Errc::shape_mismatch, std::string{M::id} + " has " + to_text(fields) + " state columns of one value a day each"}};
  }
  std::vector<double> recall(days.size());
  detail::each_row(days.size(), threads, [&](std::size_t c) {
    std::array<double, fields> values{};
    for (std::size_t k = 0; k < fields; ++k) values[k] = static_cast<double>(state[k][c]);
    recall[c] = M::recall(parameters.of(c), std::bit_cast<typename M::template State<double>>(values), days[c]);
  });
  return recall;
}

}  // namespace perdure::inline PERDURE_ABI::fit
