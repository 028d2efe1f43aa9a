#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// Predictions in rising order, each with its outcome, in 8 bytes an answer.
///
/// The bits of doubles in [0, 1] rise with their values and leave the two highest free: a key is those bits, one to the left, and the
/// outcome in the lowest. Nothing is lost but the sign of a zero. Sorted by counting, 11 bits a pass; a pass that would move nothing is
/// skipped. O(n).
class Sorted {
 public:
  /// Throws std::invalid_argument as `require_probabilities` does.
  Sorted(std::span<const double> p, std::span<const std::uint8_t> success) : key_(p.size()) {
    require_probabilities(p, success);
    for (std::size_t i = 0; i < p.size(); ++i) {
      key_[i] = std::bit_cast<std::uint64_t>(p[i]) << 1U | (success[i] != 0 ? 1U : 0U);
    }
    sort();
  }

  [[nodiscard]] std::size_t size() const noexcept { return key_.size(); }
  [[nodiscard]] double p(std::size_t k) const noexcept { return std::bit_cast<double>(key_[k] >> 1U); }
  [[nodiscard]] bool success(std::size_t k) const noexcept { return (key_[k] & 1U) != 0; }

  /// First position after `k` whose prediction is another.
  [[nodiscard]] std::size_t run_end(std::size_t k) const noexcept {
    const std::uint64_t value = key_[k] >> 1U;
    while (k < key_.size() && key_[k] >> 1U == value) ++k;
    return k;
  }

 private:
  static constexpr unsigned digit_bits = 11;
  static constexpr std::size_t digits = std::size_t{1} << digit_bits;
  static constexpr unsigned passes = 6;
  static constexpr std::size_t few = 512;  ///< below this, comparing is faster than counting

  static std::size_t digit(std::uint64_t key, unsigned pass) noexcept { return key >> (pass * digit_bits) & (digits - 1); }

  void sort() {
    if (key_.size() < few) {
      std::sort(key_.begin(), key_.end());
      return;
    }
    std::vector<std::array<std::size_t, digits>> count(passes);
    for (const std::uint64_t key : key_) {
      for (unsigned pass = 0; pass < passes; ++pass) ++count[pass][digit(key, pass)];
    }
    std::vector<std::uint64_t> next(key_.size());
    for (unsigned pass = 0; pass < passes; ++pass) {
      std::array<std::size_t, digits>& place = count[pass];
      if (place[digit(key_[0], pass)] == key_.size()) continue;
      std::size_t start = 0;
      for (std::size_t& n : place) start += std::exchange(n, start);
      for (const std::uint64_t key : key_) next[place[digit(key, pass)]++] = key;
      key_.swap(next);
    }
  }

  std::vector<std::uint64_t> key_;
};

}  // namespace perdure::inline PERDURE_ABI::evaluate
