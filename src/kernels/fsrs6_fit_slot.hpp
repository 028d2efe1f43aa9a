#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// What the way forward leaves for each row and lane. Stability and difficulty before a step are S and D, after it S' and D'; q = 1 -
/// recall. Derivatives of S' are 0 where a bound holds it; where the step updates nothing they are those of S.
///
///     tape   float32  [row][slot][64 lanes]
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

}  // namespace perdure::inline PERDURE_ABI::kernels
