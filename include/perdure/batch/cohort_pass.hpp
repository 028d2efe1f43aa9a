#pragma once

#include <perdure/batch/kernels.hpp>
#include <perdure/cohort/fit.hpp>
#include <perdure/core/abi.hpp>

namespace perdure::inline PERDURE_ABI::batch {

/// cohort::add_prequential compiled for one instruction set; null where the build or the machine does not have it. For the set in use, ask with
/// `active_isa().value()`.
[[nodiscard]] cohort::Pass cohort_pass(Isa isa) noexcept;

}  // namespace perdure::inline PERDURE_ABI::batch
