#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/param_spec.hpp>

/// What rows of columns may hold. Kernels look at it on their way; perdure/batch/check.hpp finds the row and says what is wrong with it.
namespace perdure::inline PERDURE_ABI::batch {

inline constexpr float longest_elapsed = 1e6F;  ///< days

/// Closed bounds of a float32 column.
struct Bounds {
  float lower, upper;
};

inline constexpr Bounds elapsed_bounds{0.0F, longest_elapsed};

/// Bounds of a state column: those of the field, and a float32 step around them.
[[nodiscard]] constexpr Bounds bounds_of(const models::StateSpec& field) {
  constexpr double step = 1e-6;
  const double below = step * (field.lower < 0.0 ? -field.lower : field.lower);
  const double above = step * (field.upper < 0.0 ? -field.upper : field.upper);
  return {static_cast<float>(field.lower - below), static_cast<float>(field.upper + above)};
}

}  // namespace perdure::inline PERDURE_ABI::batch
