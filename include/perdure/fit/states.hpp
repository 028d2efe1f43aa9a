#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/each_row.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Memory of every card after its last answer: columns with one row a card, in the order of the histories. State columns are float32, one per
/// state field of the model.
struct CardStates {
  CardStates(std::size_t cards, std::size_t fields)
      : learner(cards), item(cards), answers(cards), lapses(cards), last_answered_at(cards), state(fields, std::vector<float>(cards)) {}
  std::vector<std::uint32_t> learner, item;
  std::vector<std::uint32_t> answers, lapses;
  std::vector<std::int64_t> last_answered_at;  ///< ms since 1970-01-01 UTC
  std::vector<std::vector<float>> state;
};

namespace detail {

/// Memory of every card under the parameters `of(card)`.
template <models::MemoryModel M, class Of>
[[nodiscard]] CardStates states_of(const data::ReviewLog& log, const data::Histories& histories, const Of& of, unsigned threads) {
  constexpr std::size_t fields = M::state_fields.size();
  CardStates all{histories.cards(), fields};
  each_row(histories.cards(), threads, [&](std::size_t c) {
    const data::Card card = histories.card(c);
    const auto values = std::bit_cast<std::array<double, fields>>(replay<M, double>(of(c), card, [](std::size_t, const auto&) {}));
    for (std::size_t k = 0; k < fields; ++k) all.state[k][c] = static_cast<float>(values[k]);
    all.learner[c] = log.learner()[card.row[0]];
    all.item[c] = log.item()[card.row[0]];
    all.answers[c] = static_cast<std::uint32_t>(card.size());
    all.lapses[c] = static_cast<std::uint32_t>(std::count(card.grade.begin(), card.grade.end(), std::uint8_t{1}));
    all.last_answered_at[c] = log.answered_at()[card.row[card.size() - 1]];
  });
  return all;
}

}  // namespace detail

/// Every row depends on its card alone, so the result does not depend on `threads`.
template <models::MemoryModel M>
[[nodiscard]] CardStates card_states(const data::ReviewLog& log, const data::Histories& histories,
                                     const typename M::template Params<double>& w, unsigned threads = 1) {
  return detail::states_of<M>(
      log, histories, [&w](std::size_t) -> const auto& { return w; }, threads);
}

}  // namespace perdure::inline PERDURE_ABI::fit
