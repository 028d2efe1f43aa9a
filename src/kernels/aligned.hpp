#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

inline constexpr std::size_t line_floats = 64 / sizeof(float);  ///< of a cache line

/// The first place of `scratch` on a cache line: fewer than `line_floats` further on.
[[nodiscard]] inline float* aligned(float* scratch) noexcept {
  const auto past = reinterpret_cast<std::uintptr_t>(scratch) / sizeof(float) % line_floats;
  return scratch + (line_floats - past) % line_floats;
}

}  // namespace perdure::inline PERDURE_ABI::kernels
