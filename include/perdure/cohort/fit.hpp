#pragma once

#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/rows.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/report.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// What sums a pass: `add_prequential` compiled for the machine (batch/cohort_pass.hpp). Out of memory it says so in the sums.
using Pass = void (*)(const double* parameters, const perdure_cohort_rows& rows, perdure_cohort_sums& sums) noexcept;

struct FitOptions {
  double prior_weight = 1.0;                 ///< multiplies the prior around the center; 0 switches it off
  std::size_t max_iterations = 40;           ///< steps that lower the objective
  double tolerance = 1e-5;                   ///< relative decrease of the objective that is not worth a step
  unsigned threads = 1;                      ///< for several logs at once; the result does not depend on it
  std::array<bool, parameter_count> held{};  ///< parameters that stay where they start, in spec order
  fit::Progress progress{};
};

/// One of the logs that are fitted together.
struct WeightedRows {
  perdure_cohort_rows rows;
  double weight = 1.0;  ///< of each of its answers
};

/// Parameters under which the answers of all logs together are most likely, each predicted from those before it, times a Gaussian prior around
/// `center` on the scales of the fit.
///
/// Levenberg-Marquardt on the Fisher matrix, with exact derivatives through the filter. All parameters move at once, but those that are held
/// and those whose bounds are equal. From the shipped defaults this ends where fits in stages do (docs/adr/0023-cohort-model.md).
/// \param center  in spec order, inside the bounds; also where the fit starts
/// The report has no gradient and no information by the parameters. Throws Exception (out_of_domain) for a center out of bounds and for a weight
/// that is negative or not finite, and std::bad_alloc.
[[nodiscard]] fit::FitReport fit_parameters(std::span<const WeightedRows> logs, const std::array<double, parameter_count>& center,
                                            Pass pass, const FitOptions& options = {});

}  // namespace perdure::inline PERDURE_ABI::cohort
