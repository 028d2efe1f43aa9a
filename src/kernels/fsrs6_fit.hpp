#pragma once

#include "aligned.hpp"
#include "fsrs6_fit_fisher.hpp"
#include "fsrs6_fit_forward.hpp"
#include "fsrs6_fit_reverse.hpp"
#include "fsrs6_fit_slot.hpp"
#include "fsrs6_fit_tables.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>

#include <algorithm>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// The functions of perdure::fit::Engine for FSRS-4.5, FSRS-5 and every profile of FSRS-6.
///
/// A group whose rows fit onto the tape is walked once forward and once more for its derivatives. Of a longer one the gradient first sums
/// losses alone, keeps the states at the beginning of every window but the last, and then takes the windows from the last to the first.
template <class M>
class Fsrs6Fit {
 public:
  static void add(const double* parameters, const fit::StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                  double* fisher, float* scratch) noexcept {
    const Fsrs6FitTables tables = fsrs6_fit_tables<M>(parameters);
    float* tape = aligned(scratch);
    if (order == static_cast<int>(fit::Order::loss)) {
      Losses losses{tables};
      for (std::size_t i = 0; i < count; ++i) *loss += add_loss(losses, groups[i]);
    } else if (order == static_cast<int>(fit::Order::gradient)) {
      Gradient sums{Losses{tables}, Slopes{tables}, Fsrs6FitReverse<M>{tables}};
      for (std::size_t i = 0; i < count; ++i) *loss += add_gradient(sums, groups[i], tape, gradient);
    } else {
      Fsrs6FitForward<M, fit::Order::fisher> forward{tables};
      Fsrs6FitFisher<M> information{tables};
      for (std::size_t i = 0; i < count; ++i) *loss += add_fisher(forward, information, groups[i], tape, gradient, fisher);
    }
  }

  static std::size_t scratch(std::size_t rows) noexcept {
    const std::size_t cells = rows * fit::step::most_lanes;
    return line_floats + std::min(cells, Fsrs6Tape::cells) * Fsrs6Slot::count + (cells / Fsrs6Tape::cells + 1) * Losses::state_floats;
  }

 private:
  using Losses = Fsrs6FitForward<M, fit::Order::loss>;
  using Slopes = Fsrs6FitForward<M, fit::Order::gradient>;
  struct Gradient {
    Losses losses;
    Slopes slopes;
    Fsrs6FitReverse<M> reverse;
  };

  static double add_loss(Losses& losses, const fit::StepGroup& g) {
    losses.begin(g);
    return losses.rows(g, 1, g.rows, nullptr);
  }

  static double add_gradient(Gradient& sums, const fit::StepGroup& g, float* tape, double* gradient) {
    const std::size_t window = Fsrs6Tape::cells / g.lanes;
    const std::size_t state = 2 * g.lanes;
    float* kept = tape + Fsrs6Tape::cells * Fsrs6Slot::count;  // states at the beginning of windows
    double loss = 0.0;
    sums.slopes.begin(g);
    std::size_t first = 1;
    if (window + 1 < g.rows) {
      sums.losses.begin(g);
      for (; first + window < g.rows; first += window, kept += state) {
        sums.losses.store(g, kept);
        loss += sums.losses.rows(g, first, first + window, nullptr);
      }
      sums.losses.store(g, kept);
      sums.slopes.load(g, kept);
    }
    sums.reverse.begin();
    loss += sums.slopes.rows(g, first, g.rows, tape);
    sums.reverse.rows(g, first, g.rows, tape);
    while (first > 1) {
      first -= window;
      kept -= state;
      sums.slopes.load(g, kept);
      static_cast<void>(sums.slopes.rows(g, first, first + window, tape));  // this loss was summed on the way here
      sums.reverse.rows(g, first, first + window, tape);
    }
    sums.reverse.end(g, gradient);
    if constexpr (FsrsFitTraits<M>::trained_decay) gradient[20] += sums.slopes.decay();
    return loss;
  }

  static double add_fisher(Fsrs6FitForward<M, fit::Order::fisher>& forward, Fsrs6FitFisher<M>& information, const fit::StepGroup& g,
                           float* tape, double* gradient, double* fisher) {
    const std::size_t window = Fsrs6Tape::near_cells / g.lanes;
    double loss = 0.0;
    forward.begin(g);
    information.begin(g);
    for (std::size_t first = 1; first < g.rows; first += window) {
      const std::size_t last = std::min(first + window, g.rows);
      loss += forward.rows(g, first, last, tape);
      information.rows(g, first, last, tape);
    }
    information.end(gradient, fisher);
    return loss;
  }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
