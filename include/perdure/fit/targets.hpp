#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Which answers a fit predicts, and how much each counts. Columns go by position in the histories: card after card, as their offsets say.
struct Targets {
  std::vector<std::uint8_t> predicted;  ///< 1: the answer counts in the objective; 0: it shapes the state alone
  std::vector<float> weight;            ///< of each answer, >= 0; empty: all 1
};

/// The answers that come `minimum_gap` days or more after a strictly earlier one on their card.
[[nodiscard]] inline Targets later_answers(const data::Histories& histories, double minimum_gap) {
  Targets targets;
  targets.predicted.resize(histories.size());
  std::size_t position = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    const data::Card card = histories.card(c);
    bool later = false;  // whether there is a strictly earlier answer
    for (std::size_t i = 0; i < card.size(); ++i, ++position) {
      later = later || (i > 0 && card.tied[i] == 0);
      targets.predicted[position] = later && card.elapsed[i] >= minimum_gap ? 1 : 0;
    }
  }
  return targets;
}

/// Which rows of the log count: 0 or 1 a row; empty: all.
using Counted = std::span<const std::uint8_t>;

/// Answers of rows that do not count are not predicted: they shape states alone. Throws Exception when there is not one number a row.
inline void leave_out(const data::Histories& histories, Counted counted, Targets& targets) {
  if (counted.empty()) return;
  if (counted.size() != histories.size()) {
    throw Exception{Error{Errc::shape_mismatch,
                          "counted must have one number an answer, " + to_text(histories.size()) + ", got " + to_text(counted.size())}};
  }
  std::size_t position = 0;
  for (std::size_t c = 0; c < histories.cards(); ++c) {
    for (const std::uint32_t row : histories.card(c).row) {
      if (counted[row] == 0) targets.predicted[position] = 0;
      ++position;
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::fit
