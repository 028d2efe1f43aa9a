#pragma once

#include "vec.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// What the way forward leaves for each row and lane. Stability and difficulty before a step are S and D, after it S' and D'; q = 1 -
/// recall. Derivatives of S' are 0 where a bound holds it; where the step updates nothing they are those of S.
struct Fsrs6Slot {
  enum : std::size_t {
    stability,        ///< dS'/dS, by way of recall too
    difficulty,       ///< dS'/dD
    product,          ///< dS' for a relative change of the factor P; at the ceiling of a lapse -S', see `key`
    product_log,      ///< that times log2 X, where P = 2^(offset + slope log2 X); 0 at the ceiling
    forgotten,        ///< dS' for a change of the exponents that multiply q
    lapse_stability,  ///< dS'/d lapse_stability, over ln 2
    decay,            ///< dS'/d decay, by way of recall
    before,           ///< D
    key,         ///< int32: key of the step (of a same-day Good at the ceiling, which shares its derivatives), grade << 4, sign: same day
    loss,        ///< order gradient: d loss/dS of the answer. order fisher: of recall over its standard deviation
    loss_decay,  ///< order fisher alone: the same by decay
    surprise,    ///< order fisher alone: (recall - outcome) over its standard deviation
    count
  };
};

/// Where they stand. The tape holds a window of the rows of a group, so that a card of any length takes no more room.
///
///     tape   float32  [row of the window][vector of lanes][slot][lane of the vector]
struct Fsrs6Tape {
  static constexpr std::size_t cells = 256 * fit::step::most_lanes;  ///< rows times lanes that have room: 768 KiB, longer cards are rare
  static constexpr std::size_t near_cells = cells / 2;               ///< that the second-level cache still has when they are read again

  /// Floats from one row to the next.
  [[nodiscard]] static constexpr std::size_t row(std::size_t lanes) { return lanes * Fsrs6Slot::count; }
  /// Of the vector that begins at lane `i` of a row, from where the row begins.
  [[nodiscard]] static constexpr std::size_t slot(std::size_t number, std::size_t i) { return i * Fsrs6Slot::count + number * Vec::size; }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
