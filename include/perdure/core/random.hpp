#pragma once

#include <perdure/core/abi.hpp>

#include <array>
#include <cstdint>

/// Randomness is addressed, not consumed: a draw is a function of where it is used, so order and threads do not matter.
namespace perdure::inline PERDURE_ABI::random {

/// Where a draw is used. Two different addresses give independent draws; the same address always gives the same one.
struct Key {
  std::uint64_t seed{};
  std::uint32_t learner{};
  std::uint32_t item{};
  std::uint32_t step{};
};

using Block = std::array<std::uint32_t, 4>;

/// Philox4x32-10: ten rounds of multiply and exchange over a 128-bit counter under a 64-bit key.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
[[nodiscard]] constexpr Block philox(Block counter, std::array<std::uint32_t, 2> key) noexcept {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53U;
  constexpr std::uint64_t multiplier_1 = 0xCD9E8D57U;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9U;
  constexpr std::uint32_t weyl_1 = 0xBB67AE85U;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = multiplier_0 * counter[0];
    const std::uint64_t product_1 = multiplier_1 * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32U) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32U) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product_0)};
    key[0] += weyl_0;
    key[1] += weyl_1;
  }
  return counter;
}

/// 128 random bits of address `key`; `index` numbers further blocks at the same address.
[[nodiscard]] constexpr Block block(const Key& key, std::uint32_t index = 0) noexcept {
  return philox({index, key.step, key.item, key.learner},
                {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32U)});
}

/// 52 bits in (0, 1), in the middles of 2^52 equal cells: never 0 and never 1, so that logarithms and quantiles stay finite.
[[nodiscard]] constexpr double to_unit(std::uint32_t high, std::uint32_t low) noexcept {
  const std::uint64_t bits = ((static_cast<std::uint64_t>(high) << 32U) | low) >> 12U;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

/// One uniform draw in (0, 1) at an address.
[[nodiscard]] constexpr double unit(const Key& key, std::uint32_t index = 0) noexcept {
  const Block b = block(key, index);
  return to_unit(b[0], b[1]);
}

/// The uniform draws of one address, one after the other, for distributions that need an unknown number of them.
class Stream {
 public:
  constexpr explicit Stream(Key key) noexcept : key_{key} {}

  /// Next uniform draw in (0, 1).
  [[nodiscard]] constexpr double next() noexcept { return unit(key_, index_++); }

  /// Uniform integer in [0, bound), bound >= 1, without bias: 64-bit multiply, rejection of the short remainder.
  [[nodiscard]] constexpr std::uint32_t below(std::uint32_t bound) noexcept {
    const std::uint32_t threshold = (0U - bound) % bound;
    for (;;) {
      const std::uint64_t product = static_cast<std::uint64_t>(block(key_, index_++)[0]) * bound;
      if (static_cast<std::uint32_t>(product) >= threshold) return static_cast<std::uint32_t>(product >> 32U);
    }
  }

 private:
  Key key_;
  std::uint32_t index_{0};
};

}  // namespace perdure::inline PERDURE_ABI::random
