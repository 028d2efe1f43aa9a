#pragma once

#include <perdure/cohort/state.hpp>
#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// Memories by learner and item (or skill), in the order in which they were made; one is found in O(1).
class Memories {
 public:
  static constexpr std::uint64_t key(std::uint32_t learner, std::uint32_t material) noexcept {
    return (static_cast<std::uint64_t>(learner) << 32U) | material;
  }

  [[nodiscard]] const MemoryState<float>* find(std::uint64_t key) const {
    const auto found = place_.find(key);
    return found == place_.end() ? nullptr : &states_[found->second];
  }
  void put(std::uint64_t key, const MemoryState<float>& state) {
    const auto [found, is_new] = place_.try_emplace(key, static_cast<std::uint32_t>(states_.size()));
    if (!is_new) {
      states_[found->second] = state;
      return;
    }
    states_.push_back(state);
    keys_.push_back(key);
  }

  [[nodiscard]] std::size_t size() const noexcept { return states_.size(); }
  [[nodiscard]] const std::vector<MemoryState<float>>& states() const noexcept { return states_; }
  [[nodiscard]] const std::vector<std::uint64_t>& keys() const noexcept { return keys_; }

 private:
  std::vector<MemoryState<float>> states_;
  std::vector<std::uint64_t> keys_;
  std::unordered_map<std::uint64_t, std::uint32_t> place_;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
