#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>

namespace perdure::inline PERDURE_ABI::fit {

/// Information about a direction of parameters, in published prior precisions, up to which nothing is known of it; `largest`: that about the
/// best known direction.
///
/// 1e-8 is a standard error of 10^4 published ones. Beside a large eigenvalue a small one is not known so well: kernels sum in float32 lanes.
/// Their matrices are off by some 1e-7 of the largest eigenvalue; but most of that lies in the derivatives of single answers, whose squares
/// add up whatever they are, so that small eigenvalues were off by 2e-9 of the largest at most (real and simulated logs, FSRS-5 to FSRS-7,
/// every instruction set). With the published prior every eigenvalue is 1 or more, which stays above this for 10^8 times as much information.
[[nodiscard]] inline double least_information(double largest) noexcept {
  constexpr double nothing = 1e-8;
  constexpr double noise = 1e-8;  // of the largest
  return std::max(nothing, noise * largest);
}

}  // namespace perdure::inline PERDURE_ABI::fit
