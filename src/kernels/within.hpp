#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>

/// Range checks at the speed of a read. NaN fails, because it is not in any range.
namespace perdure::inline PERDURE_ABI::kernels {

inline bool within(std::size_t rows, const float* values, float lower, float upper) noexcept {
  std::uint32_t outside = 0;
  for (std::size_t i = 0; i < rows; ++i)
    outside |= static_cast<std::uint32_t>(!(values[i] >= lower)) | static_cast<std::uint32_t>(!(values[i] <= upper));
  return outside == 0;
}

inline bool grades_within(std::size_t rows, const std::uint8_t* grade, std::uint8_t lower, std::uint8_t upper) noexcept {
  std::uint8_t outside = 0;
  const auto width = static_cast<std::uint8_t>(upper - lower);
  for (std::size_t i = 0; i < rows; ++i) outside |= static_cast<std::uint8_t>(static_cast<std::uint8_t>(grade[i] - lower) > width);
  return outside == 0;
}

}  // namespace perdure::inline PERDURE_ABI::kernels
