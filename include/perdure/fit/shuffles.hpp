#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/random.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <variant>
#include <vector>

/// Orders in which optimisers take their batches. A fit that stops before it converges depends on its order, so that whoever wants to reproduce a
/// peer's fit needs the peer's generator. Every class shuffles in place, the same way for the same seed on every machine.
namespace perdure::inline PERDURE_ABI::fit {

/// Perdure's own: Fisher and Yates over an addressed stream, one address a call.
class PerdureShuffle {
 public:
  explicit PerdureShuffle(std::uint64_t seed) noexcept : seed_{seed} {}

  void operator()(std::vector<std::size_t>& order) {
    random::Stream stream{{.seed = seed_, .learner = 0, .item = 0, .step = calls_++}};
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.below(static_cast<std::uint32_t>(i))]);
  }

 private:
  std::uint64_t seed_;
  std::uint32_t calls_ = 0;
};

/// That of the fsrs crate: the standard generator of Rust's rand 0.10 (ChaCha with 12 rounds, its key from a 64-bit seed by PCG) and its shuffle,
/// which draws several positions from one number.
/// Sources: Bernstein, "ChaCha, a variant of Salsa20", 2008; O'Neill, "PCG", 2014; rand 0.10 and rand_core 0.10 (seed_from_u64, shuffle).
class FsrsRsShuffle {
 public:
  explicit FsrsRsShuffle(std::uint64_t seed) noexcept {
    for (std::uint32_t& word : key_) {
      constexpr std::uint64_t multiplier = 6364136223846793005U;
      constexpr std::uint64_t increment = 11634580027462260723U;
      seed = seed * multiplier + increment;
      word = std::rotr(static_cast<std::uint32_t>(((seed >> 18U) ^ seed) >> 27U), static_cast<int>(seed >> 59U));
    }
  }

  void operator()(std::vector<std::size_t>& order) {
    std::uint32_t drawn = 0;  // a number below a product of consecutive bounds
    std::uint32_t left = 1;   // how many positions it still holds: the first needs none
    for (std::uint32_t i = 0; i < order.size() && order.size() > 1; ++i) {
      const std::uint32_t bound = i + 1;
      if (left == 0) {
        std::uint64_t product = bound;
        std::uint64_t next = std::uint64_t{bound} + 1;
        for (; product * next <= std::numeric_limits<std::uint32_t>::max(); ++next) product *= next;
        drawn = below(static_cast<std::uint32_t>(product));
        left = static_cast<std::uint32_t>(next - bound);
      }
      --left;
      const std::uint32_t at = left == 0 ? drawn : drawn % bound;
      drawn = left == 0 ? 0 : drawn / bound;
      std::swap(order[i], order[at]);
    }
  }

 private:
  using Block = std::array<std::uint32_t, 16>;

  /// Product of the next 32 bits with the bound, of which the high half is kept, with a carry from a second draw.
  std::uint32_t below(std::uint32_t bound) noexcept {
    const std::uint64_t product = std::uint64_t{next()} * bound;
    auto high = static_cast<std::uint32_t>(product >> 32U);
    const auto low = static_cast<std::uint32_t>(product);
    if (low > 0U - bound) {
      const auto carried = static_cast<std::uint32_t>((std::uint64_t{next()} * bound) >> 32U);
      if (carried > std::numeric_limits<std::uint32_t>::max() - low) ++high;
    }
    return high;
  }

  std::uint32_t next() noexcept {
    if (used_ == block_.size()) {
      block_ = chacha12(block_number_++);
      used_ = 0;
    }
    return block_[used_++];
  }

  [[nodiscard]] Block chacha12(std::uint64_t counter) const noexcept {
    Block x{0x61707865U, 0x3320646eU, 0x79622d32U, 0x6b206574U};
    for (std::size_t i = 0; i < key_.size(); ++i) x[4 + i] = key_[i];
    x[12] = static_cast<std::uint32_t>(counter);
    x[13] = static_cast<std::uint32_t>(counter >> 32U);
    const Block input = x;
    const auto quarter = [&x](std::size_t a, std::size_t b, std::size_t c, std::size_t d) {
      x[a] += x[b];
      x[d] = std::rotl(x[d] ^ x[a], 16);
      x[c] += x[d];
      x[b] = std::rotl(x[b] ^ x[c], 12);
      x[a] += x[b];
      x[d] = std::rotl(x[d] ^ x[a], 8);
      x[c] += x[d];
      x[b] = std::rotl(x[b] ^ x[c], 7);
    };
    for (int double_round = 0; double_round < 6; ++double_round) {
      for (std::size_t k = 0; k < 4; ++k) quarter(k, 4 + k, 8 + k, 12 + k);
      for (std::size_t k = 0; k < 4; ++k) quarter(k, 4 + (k + 1) % 4, 8 + (k + 2) % 4, 12 + (k + 3) % 4);
    }
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += input[i];
    return x;
  }

  std::array<std::uint32_t, 8> key_{};
  std::uint64_t block_number_ = 0;
  Block block_{};
  std::size_t used_ = block_.size();
};

/// The Mersenne Twister MT19937 with both of its seedings. Source: Matsumoto, Nishimura, 1998; their reference code of 2002 for the seedings.
class MersenneTwister {
 public:
  explicit MersenneTwister(std::uint32_t seed) noexcept {
    state_[0] = seed;
    for (std::uint32_t i = 1; i < size; ++i) state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30U)) + i;
  }

  /// Seeded by the 32-bit words of a number, the lowest first, without leading zeros.
  [[nodiscard]] static MersenneTwister of_key(std::uint64_t seed) noexcept {
    const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
    const std::size_t words = key[1] == 0 ? 1 : 2;
    MersenneTwister twister{19650218U};
    auto& s = twister.state_;
    std::size_t i = 1;
    const auto mixed = [&s](std::size_t k, std::uint32_t multiplier) { return s[k] ^ ((s[k - 1] ^ (s[k - 1] >> 30U)) * multiplier); };
    const auto advance = [&s, &i] {
      if (++i == size) {
        s[0] = s[size - 1];
        i = 1;
      }
    };
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t word = k % words;
      s[i] = mixed(i, 1664525U) + key[word] + static_cast<std::uint32_t>(word);
      advance();
    }
    for (std::size_t k = 1; k < size; ++k) {
      s[i] = mixed(i, 1566083941U) - static_cast<std::uint32_t>(i);
      advance();
    }
    s[0] = 0x80000000U;
    return twister;
  }

  std::uint32_t operator()() noexcept {
    if (used_ == size) {
      for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t bits = (state_[i] & 0x80000000U) | (state_[(i + 1) % size] & 0x7fffffffU);
        state_[i] = state_[(i + 397) % size] ^ (bits >> 1U) ^ ((bits & 1U) != 0 ? 0x9908b0dfU : 0U);
      }
      used_ = 0;
    }
    std::uint32_t y = state_[used_++];
    y ^= y >> 11U;
    y ^= (y << 7U) & 0x9d2c5680U;
    y ^= (y << 15U) & 0xefc60000U;
    return y ^ (y >> 18U);
  }

 private:
  static constexpr std::size_t size = 624;
  std::array<std::uint32_t, size> state_{};
  std::size_t used_ = size;
};

/// That of FSRS-Optimizer: torch.randperm of a seeded generator, which takes the lower 32 bits of a seed. It starts from 0, 1, 2, ... at every
/// call.
class TorchShuffle {
 public:
  explicit TorchShuffle(std::uint64_t seed) noexcept : random_{static_cast<std::uint32_t>(seed)} {}

  void operator()(std::vector<std::size_t>& order) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = 0; i + 1 < order.size(); ++i) std::swap(order[i], order[i + random_() % (order.size() - i)]);
  }

 private:
  MersenneTwister random_;
};

/// That of py-fsrs: Python's random.Random(seed).shuffle, one shuffle on top of the last.
class PythonShuffle {
 public:
  explicit PythonShuffle(std::uint64_t seed) noexcept : random_{MersenneTwister::of_key(seed)} {}

  void operator()(std::vector<std::size_t>& order) {
    for (std::size_t i = order.size(); i-- > 1;) {
      const auto bits = static_cast<unsigned>(std::bit_width(i + 1));
      std::uint32_t at = random_() >> (32U - bits);
      while (at > i) at = random_() >> (32U - bits);
      std::swap(order[i], order[at]);
    }
  }

 private:
  MersenneTwister random_;
};

using Shuffle = std::variant<PerdureShuffle, FsrsRsShuffle, TorchShuffle, PythonShuffle>;

}  // namespace perdure::inline PERDURE_ABI::fit
