#pragma once

#include <perdure/core/abi.hpp>

#include <bit>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::plan {

/// The upper half of a float: its range, and its first 8 binary digits. For large tables of what is only compared.
class BFloat {
 public:
  constexpr BFloat() = default;
  /// Rounded to the nearest, halves away from 0. \param value  finite
  constexpr explicit BFloat(float value) noexcept
      : bits_{static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(value) + 0x8000U) >> 16U)} {}
  constexpr operator float() const noexcept {  // NOLINT(google-explicit-constructor): every one is a float
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16U);
  }

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace perdure::inline PERDURE_ABI::plan
