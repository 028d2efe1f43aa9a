#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/log_loss.hpp>
#include <perdure/fit/step_group.hpp>

#include <cstddef>

namespace perdure::inline PERDURE_ABI::fit {

/// What an engine adds up: each includes those before it.
enum class Order : int { loss, gradient, fisher };

/// Sums of one model over groups of steps, behind plain functions: the model's template in double (portable.hpp), or a kernel of this machine
/// (perdure/batch/fit_engine.hpp).
struct Engine {
  std::size_t parameters = 0;
  /// Adds to the sums over all predicted answers of the groups, with p the recall clamped to [1e-7, 1 - 1e-7], y the outcome and w the weight:
  ///
  ///     loss               w (-y ln p - (1 - y) ln(1 - p))                        nats
  ///     gradient[i]        its derivative by parameter i; 0 where p is clamped    order >= gradient
  ///     fisher[i * n + j]  w dp/di dp/dj / (p (1 - p)), for j <= i alone          0 where p is clamped     order = fisher
  ///
  /// Sums that are not asked for are null. `scratch` has room for what the next member says. Parameters lie in their bounds. Never throws; bits
  /// depend on the arguments alone.
  void (*add)(const double* parameters, const StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
              double* fisher, float* scratch) noexcept = nullptr;
  /// Floats of scratch for groups of up to `rows` rows.
  std::size_t (*scratch)(std::size_t rows) noexcept = nullptr;
};

}  // namespace perdure::inline PERDURE_ABI::fit
