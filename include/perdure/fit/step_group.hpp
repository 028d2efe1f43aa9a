#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <cstdint>

extern "C" {

/// Cards of similar length side by side, one lane a card, one row an answer: what a fit walks again and again, in one loop over rows.
///
///     lane        0   1   2   3  ...      days    float32  [row][lane]  since the last answer that is strictly earlier, >= 0
///     row 0       a   a   a   a           code    uint8    [row][lane]  see perdure::fit::step
///     row 1       a   a   a   .           weight  float32  [row][lane]  of a predicted answer, >= 0; null: all 1
///     row 2       a   a   .   .           active  uint8    [row]        lanes 0 .. active - 1 have a step in this row; never grows
///
/// Row 0 holds the first answer of every card: its state is first(grade), and it is never predicted. The step of another row predicts from the
/// state before it, where it is marked, and then updates that state, where it has a grade; both use the row's days. Lanes that are not active
/// hold days 0, code 0 and weight 0. It crosses from the library to the kernels, hence plain C.
struct perdure_step_group {
  const float* days;
  const uint8_t* code;
  const float* weight;
  const uint8_t* active;
  size_t rows;
  size_t lanes;  ///< from one row to the next: a multiple of 16, at most 64
};
}

namespace perdure::inline PERDURE_ABI::fit {

using StepGroup = ::perdure_step_group;

/// The bits of a step's code.
namespace step {
inline constexpr std::uint8_t grade = 7;       ///< grade of the answer that updates the state, 1 .. 4; 0: the state stays
inline constexpr std::uint8_t predicted = 8;   ///< the answer counts in the objective
inline constexpr std::uint8_t right = 16;      ///< it was a success
inline constexpr std::size_t most_lanes = 64;  ///< of a group
inline constexpr std::size_t lane_step = 16;   ///< lanes of a group are a multiple of this: the widest vector of the kernels
}  // namespace step

}  // namespace perdure::inline PERDURE_ABI::fit
