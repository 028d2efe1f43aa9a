#pragma once

#include "fsrs6_fit_fisher.hpp"
#include "fsrs6_fit_forward.hpp"
#include "fsrs6_fit_reverse.hpp"
#include "fsrs6_fit_tables.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>

#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// The functions of perdure::fit::Engine for FSRS-4.5, FSRS-5 and every profile of FSRS-6.
template <class M>
struct Fsrs6Fit {
  static void add(const double* parameters, const fit::StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                  double* fisher, float* scratch) noexcept {
    const Fsrs6FitTables tables = fsrs6_fit_tables<M>(parameters);
    float* tape = aligned(scratch);
    if (order == static_cast<int>(fit::Order::loss)) {
      Fsrs6FitForward<M, fit::Order::loss> forward{tables};
      for (std::size_t i = 0; i < count; ++i) *loss += forward.group(groups[i], tape);
    } else if (order == static_cast<int>(fit::Order::gradient)) {
      Fsrs6FitForward<M, fit::Order::gradient> forward{tables};
      Fsrs6FitReverse<M> reverse{tables};
      for (std::size_t i = 0; i < count; ++i) {
        *loss += forward.group(groups[i], tape);
        if constexpr (FsrsFitTraits<M>::trained_decay) gradient[20] += forward.decay();
        reverse.group(groups[i], tape, gradient);
      }
    } else {
      Fsrs6FitForward<M, fit::Order::fisher> forward{tables};
      Fsrs6FitFisher<M> information{tables};
      for (std::size_t i = 0; i < count; ++i) {
        *loss += forward.group(groups[i], tape);
        information.group(groups[i], tape, gradient, fisher);
      }
    }
  }

  static std::size_t scratch(std::size_t rows) noexcept { return rows * Fsrs6FitForward<M, fit::Order::loss>::row_floats + line; }

 private:
  static constexpr std::size_t line = 64 / sizeof(float);

  /// The first place of `scratch` on a cache line.
  static float* aligned(float* scratch) {
    const auto past = reinterpret_cast<std::uintptr_t>(scratch) / sizeof(float) % line;
    return scratch + (line - past) % line;
  }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
