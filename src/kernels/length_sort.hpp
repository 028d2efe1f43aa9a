#pragma once

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace perdure::inline PERDURE_ABI::kernels {

/// The order of up to 2,048 cards by the number of their answers, most first; equal ones keep their order. Replaying cards side by side wastes
/// lanes where lengths differ. A window keeps the reads close together, where a sort over all cards would jump through memory.
///
/// A radix sort of eight bits a pass, with as many passes as the longest card needs: one below 256 answers.
class LengthSort {
 public:
  static constexpr std::size_t window = 2048;

  /// Card i has the answers offsets[i] to offsets[i + 1] - 1.
  LengthSort(std::size_t cards, const std::int64_t* offsets) {
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < cards; ++i) {
      const std::int64_t length = offsets[i + 1] - offsets[i];
      longest = length > longest ? length : longest;
      order_[i] = static_cast<std::uint16_t>(i);
    }
    for (int shift = 0; shift == 0 || (shift < 63 && (longest >> shift) > 0); shift += 8) pass(cards, offsets, shift);
  }

  [[nodiscard]] std::size_t operator[](std::size_t rank) const { return order_[rank]; }

 private:
  static constexpr std::size_t digits = 256;

  void pass(std::size_t cards, const std::int64_t* offsets, int shift) {
    const auto digit = [&](std::size_t card) {
      return digits - 1 - (static_cast<std::uint64_t>(offsets[card + 1] - offsets[card]) >> shift & (digits - 1));
    };
    std::array<std::uint16_t, digits> even{};
    std::array<std::uint16_t, digits> odd{};  // two counters, because many cards in a row have the same digit
    std::size_t i = 0;
    for (; i + 1 < cards; i += 2) {
      ++even[digit(order_[i])];
      ++odd[digit(order_[i + 1])];
    }
    if (i < cards) ++even[digit(order_[i])];
    std::uint16_t start = 0;
    for (std::size_t d = 0; d < digits; ++d) {
      const auto count = static_cast<std::uint16_t>(even[d] + odd[d]);
      even[d] = start;
      start = static_cast<std::uint16_t>(start + count);
    }
    for (std::size_t k = 0; k < cards; ++k) sorted_[even[digit(order_[k])]++] = order_[k];
    std::swap(order_, sorted_);
  }

  std::array<std::uint16_t, window> order_;
  std::array<std::uint16_t, window> sorted_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
