#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

/// What every score asks of its columns, and how it adds up.
namespace perdure::inline PERDURE_ABI::evaluate {

/// Throws std::invalid_argument when the columns differ in length or a prediction is no probability (NaN included), which is named.
inline void require_probabilities(std::span<const double> p, std::span<const std::uint8_t> success) {
  if (p.size() != success.size()) throw std::invalid_argument{"predictions and outcomes differ in length"};
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!(p[i] >= 0.0 && p[i] <= 1.0)) throw std::invalid_argument{"prediction " + to_text(i) + " must be in [0, 1], got " + to_text(p[i])};
  }
}

/// Weights of answers: none, or one for each of `rows`, finite and not negative. Throws std::invalid_argument, which names the first that
/// is not.
inline void require_weights(std::span<const double> weight, std::size_t rows) {
  if (!weight.empty() && weight.size() != rows) throw std::invalid_argument{"predictions and weights differ in length"};
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (!(weight[i] >= 0.0 && std::isfinite(weight[i]))) {
      throw std::invalid_argument{"weight " + to_text(i) + " must be finite and not negative, got " + to_text(weight[i])};
    }
  }
}

namespace detail {

/// Sum of term(0) .. term(n - 1) over fixed blocks, in order: the error grows with the size of a block, not with n.
template <class Term>
[[nodiscard]] double block_sum(std::size_t n, const Term& term) {
  constexpr std::size_t block = 4096;
  double total = 0.0;
  for (std::size_t begin = 0; begin < n; begin += block) {
    const std::size_t end = std::min(n, begin + block);
    double part = 0.0;
    for (std::size_t i = begin; i < end; ++i) part += term(i);
    total += part;
  }
  return total;
}

/// Mean of term(i), weighted where there are weights; NaN where they add up to nothing.
template <class Term>
[[nodiscard]] double mean(std::size_t n, std::span<const double> weight, const Term& term) {
  if (weight.empty()) return block_sum(n, term) / static_cast<double>(n);
  return block_sum(n, [&](std::size_t i) { return weight[i] * term(i); }) / block_sum(n, [&](std::size_t i) { return weight[i]; });
}

[[nodiscard]] inline double outcome(std::uint8_t success) noexcept { return success != 0 ? 1.0 : 0.0; }

}  // namespace detail

}  // namespace perdure::inline PERDURE_ABI::evaluate
