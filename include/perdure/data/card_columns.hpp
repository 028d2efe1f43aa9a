#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace perdure::inline PERDURE_ABI::data::detail {

/// Refuses columns of grouped answers that are not as Histories::from_cards says; see there.
inline void check_cards(std::span<const std::size_t> offset, std::span<const double> elapsed, std::span<const std::uint8_t> grade,
                        std::span<const std::uint8_t> tied) {
  const auto refuse = [](Errc code, std::string what, std::size_t where) { throw Exception{Error{code, std::move(what), where}}; };
  const std::size_t n = grade.size();
  if (n >= 0xFFFFFFFFU) refuse(Errc::shape_mismatch, "histories hold fewer than 4294967295 answers, got " + to_text(n), n);
  if (elapsed.size() != n) {
    refuse(Errc::shape_mismatch, "column elapsed has " + to_text(elapsed.size()) + " rows, grade has " + to_text(n), elapsed.size());
  }
  if (!tied.empty() && tied.size() != n) {
    refuse(Errc::shape_mismatch, "column tied has " + to_text(tied.size()) + " rows, grade has " + to_text(n), tied.size());
  }
  if (offset.empty() || offset.front() != 0 || offset.back() != n) {
    refuse(Errc::shape_mismatch, "offset must begin with 0 and end with the number of answers, " + to_text(n), 0);
  }
  for (std::size_t c = 0; c + 1 < offset.size(); ++c) {
    if (offset[c + 1] <= offset[c] || offset[c + 1] > n) {
      refuse(Errc::out_of_domain, "offset must rise from card to card, got " + to_text(offset[c]) + " then " + to_text(offset[c + 1]), c);
    }
    bool earlier = false;  // an answer of the card is strictly earlier
    for (std::size_t i = offset[c]; i < offset[c + 1]; ++i) {
      const bool first = i == offset[c];
      if (grade[i] < 1 || grade[i] > 4) {
        refuse(Errc::out_of_domain, "grade must be 1, 2, 3 or 4, got " + to_text(static_cast<int>(grade[i])), i);
      }
      const bool shares = !tied.empty() && tied[i] != 0;
      if (shares && (first || tied[i] != 1)) {
        refuse(Errc::out_of_domain, "tied must be 0 or 1, and 0 for the first answer of a card, got " + to_text(static_cast<int>(tied[i])),
               i);
      }
      if (!first && !shares) earlier = true;
      const bool lawful = earlier ? std::isfinite(elapsed[i]) && elapsed[i] >= 0.0 : elapsed[i] == 0.0;
      if (!lawful) {
        refuse(Errc::out_of_domain,
               (earlier ? "elapsed must be finite and >= 0 days, got " : "elapsed must be 0 where no answer of the card is earlier, got ") +
                   to_text(elapsed[i]),
               i);
      }
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::data::detail
