#pragma once

#include "aligned.hpp"
#include "fsrs7_fit_lanes.hpp"
#include "fsrs7_fit_parameters.hpp"
#include "fsrs7_fit_rank.hpp"
#include "fsrs7_fit_reverse.hpp"
#include "fsrs7_fit_step.hpp"
#include "fsrs7_fit_tangents.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>

#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels {

/// Loss, gradient and Fisher matrix of FSRS-7 (perdure/fit/engine.hpp), cards in lanes.
///
/// Two vectors of cards go through their rows side by side. A forward step puts the derivatives of its parts on a tape. One sweep backward
/// makes the gradient of them; or one sweep forward makes the tangents of the state by every parameter, rows of the Jacobian, and their
/// products. The tape holds 128 rows, so that it stays in L2: of longer cards the state is kept every 128 rows, and a gradient walks all
/// but the last of them twice. A forward step waits for its own chain of results, products for the ports that multiply
/// (bench/kernels/fsrs7_fit_bench.cpp).
///
/// Recall lies in [e, 1 - e] here: the floor of probabilities does not touch it.
struct Fsrs7Fit {
  static void add(const double* parameters, const fit::StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                  double* fisher, float* scratch) noexcept {
    Sums sums{parameters, aligned(scratch)};
    for (std::size_t g = 0; g < count; ++g) sums.add(groups[g], static_cast<fit::Order>(order), loss, gradient, fisher);
  }

  static std::size_t scratch(std::size_t rows) noexcept {
    return line_floats + Sums::tape_size + Sums::block_size + (rows / Sums::tape_rows + 2) * Sums::state_size;
  }

 private:
  class Sums {
   public:
    static constexpr std::size_t tape_rows = 128;
    static constexpr std::size_t block_rows = Vec::size == 16 ? 16 : 512 / Vec::size;
    static constexpr std::size_t tape_size = tape_rows * fsrs7_fit::tape::fields * fsrs7_fit::Pair::size;
    static constexpr std::size_t block_size = block_rows * fsrs7_fit::Tangents::row_size;
    static constexpr std::size_t state_size = 3 * fsrs7_fit::Pair::size;

    Sums(const double* values, float* scratch)
        : values_{values},
          w_{values},
          factors_{fsrs7_fit::factors(values)},
          columns_{values},
          tape_{scratch},
          block_{tape_ + tape_size},
          states_{block_ + block_size} {}

    void add(const fit::StepGroup& g, fit::Order order, double* loss, double* gradient, double* fisher) {
      loss_ = 0.0;
      if (order == fit::Order::loss) {
        each_card(g, [&]<class V>(V /*lanes*/, std::size_t lane, std::size_t rows) { plain<V>(g, lane, rows); });
      }
      if (order == fit::Order::gradient) add_gradient(g, gradient);
      if (order == fit::Order::fisher) add_fisher(g, gradient, fisher);
      *loss += detail::ln_2 * loss_;
    }

   private:
    template <class V>
    using State = fsrs7_fit::State<V>;
    using Keep = fsrs7_fit::Keep;

    /// Calls visit(V, lane, rows) for the cards of one V after another.
    template <class Visit>
    static void each_card(const fit::StepGroup& g, const Visit& visit) {
      const auto rows_of = [&g](std::size_t lane) {
        std::size_t rows = 0;
        while (rows < g.rows && g.active[rows] > lane) ++rows;
        return rows;
      };
      std::size_t lane = 0;
      while (lane < g.lanes) {
        const std::size_t rows = rows_of(lane);
        if (rows < 2) return;  // nothing is predicted there, nor further on
        const bool pair = lane + fsrs7_fit::Pair::size <= g.lanes && rows_of(lane + Vec::size) > 1;
        if (pair) {
          visit(fsrs7_fit::Pair{}, lane, rows);
        } else {
          visit(Vec{}, lane, rows);
        }
        lane += pair ? fsrs7_fit::Pair::size : Vec::size;
      }
    }

    template <class V>
    static State<V> load_state(const float* in) {
      return {V::load(in), V::load(in + V::size), V::load(in + 2 * V::size)};
    }
    template <class V>
    static void store_state(const State<V>& state, float* out) {
      state.slow.store(out);
      state.difficulty.store(out + V::size);
      state.fast.store(out + 2 * V::size);
    }

    /// Rows [first, last) of the cards from `lane` on.
    template <Keep What, class V>
    void forward(const fit::StepGroup& g, std::size_t lane, std::size_t first, std::size_t last, State<V>& state) {
      State<V> s = state;
      V loss{0.0};
      float* out = tape_;
      for (std::size_t row = first; row < last; ++row) {
        fsrs7_fit::advance<What>(w_, fsrs7_fit::Row<V>{g, row, lane}, s, loss, out);
        out += fsrs7_fit::tape::fields * V::size;
      }
      state = s;
      std::array<float, V::size> lanes;
      loss.store(lanes.data());
      added_loss_ = 0.0;
      for (const float x : lanes) added_loss_ += static_cast<double>(x);
    }

    static std::size_t end_of(std::size_t first, std::size_t rows) { return first + tape_rows < rows ? first + tape_rows : rows; }

    template <class V>
    void plain(const fit::StepGroup& g, std::size_t lane, std::size_t rows) {
      State<V> state = State<V>::first(w_, g.code + lane);
      for (std::size_t first = 1; first < rows; first = end_of(first, rows)) {
        forward<Keep::nothing>(g, lane, first, end_of(first, rows), state);
        loss_ += added_loss_;
      }
    }

    void add_gradient(const fit::StepGroup& g, double* gradient) {
      std::array<double, fsrs7_fit::column::count> sums{};
      pending_ = 0;
      each_card(g, [&]<class V>(V /*lanes*/, std::size_t lane, std::size_t rows) { reverse<V>(g, lane, rows, sums); });
      columns_.flush(sums);
      for (std::size_t i = 0; i < fsrs7_fit::parameters; ++i) gradient[i] += factors_[i] * sums[fsrs7_fit::column::of(i)];
    }

    template <class V>
    void reverse(const fit::StepGroup& g, std::size_t lane, std::size_t rows, std::array<double, fsrs7_fit::column::count>& sums) {
      State<V> state = State<V>::first(w_, g.code + lane);
      std::size_t first = 1;
      float* kept = states_;
      for (; end_of(first, rows) < rows; first += tape_rows) {
        store_state(state, kept);
        kept += 3 * V::size;
        forward<Keep::nothing>(g, lane, first, first + tape_rows, state);
        loss_ += added_loss_;
      }
      fsrs7_fit::Reverse<V> sweep{columns_};
      forward<Keep::slopes>(g, lane, first, rows, state);
      loss_ += added_loss_;
      backward(g, lane, first, rows, sweep, sums);
      while (first > 1) {
        first -= tape_rows;
        kept -= 3 * V::size;
        state = load_state<V>(kept);
        forward<Keep::slopes>(g, lane, first, first + tape_rows, state);
        backward(g, lane, first, first + tape_rows, sweep, sums);
      }
      sweep.first(w_, fsrs7_fit::Codes<V>::load(g.code + lane));
    }

    /// Rows [first, last), which are on the tape.
    template <class V>
    void backward(const fit::StepGroup& g, std::size_t lane, std::size_t first, std::size_t last, fsrs7_fit::Reverse<V>& sweep,
                  std::array<double, fsrs7_fit::column::count>& sums) {
      pending_ += (last - first) * (V::size / Vec::size);
      if (pending_ > 2 * tape_rows) {
        columns_.flush(sums);
        pending_ = 0;
      }
      for (std::size_t row = last; row > first; --row) {
        const auto codes = fsrs7_fit::Codes<V>::load(g.code + (row - 1) * g.lanes + lane);
        sweep.step(w_, codes, tape_ + (row - 1 - first) * (fsrs7_fit::tape::fields * V::size));
      }
    }

    void add_fisher(const fit::StepGroup& g, double* gradient, double* fisher) {
      Products products;
      filled_ = 0;
      each_card(g, [&]<class V>(V /*lanes*/, std::size_t lane, std::size_t rows) { jacobian<V>(g, lane, rows, products); });
      products.add(block_, filled_);
      for (std::size_t i = 0; i < fsrs7_fit::parameters; ++i) {
        const std::size_t a = fsrs7_fit::column::of(i);
        gradient[i] += factors_[i] * products(fsrs7_fit::column::count, a);
        for (std::size_t j = 0; j <= i; ++j) {
          fisher[i * fsrs7_fit::parameters + j] += factors_[i] * factors_[j] * products(a, fsrs7_fit::column::of(j));
        }
      }
    }

    using Products = fsrs7_fit::RankUpdate<fsrs7_fit::Tangents::columns>;

    template <class V>
    void jacobian(const fit::StepGroup& g, std::size_t lane, std::size_t rows, Products& products) {
      constexpr std::size_t vectors = V::size / Vec::size;
      State<V> state = State<V>::first(w_, g.code + lane);
      std::array<fsrs7_fit::Tangents, vectors> tangents;
      for (std::size_t k = 0; k < vectors; ++k) {
        tangents[k].first(w_, values_, fsrs7_fit::Codes<Vec>::load(g.code + lane + k * Vec::size));
      }
      for (std::size_t first = 1; first < rows; first = end_of(first, rows)) {
        const std::size_t last = end_of(first, rows);
        forward<Keep::jacobian>(g, lane, first, last, state);
        loss_ += added_loss_;
        for (std::size_t k = 0; k < vectors; ++k) {
          for (std::size_t row = first; row < last && g.active[row] > lane + k * Vec::size; ++row) {
            const auto codes = fsrs7_fit::Codes<Vec>::load(g.code + row * g.lanes + lane + k * Vec::size);
            const float* in = tape_ + (row - first) * (fsrs7_fit::tape::fields * V::size) + k * Vec::size;
            tangents[k].step(w_, codes, in, V::size, block_ + filled_ * fsrs7_fit::Tangents::row_size);
            if (++filled_ == block_rows) {
              products.add(block_, filled_);
              filled_ = 0;
            }
          }
        }
      }
    }

    const double* values_;
    fsrs7_fit::Parameters w_;
    std::array<double, fsrs7_fit::parameters> factors_;
    fsrs7_fit::ColumnSums columns_;
    float* tape_;
    float* block_;   ///< rows of the Jacobian, `filled_` of them
    float* states_;  ///< at the ends of tapes
    std::size_t filled_ = 0;
    std::size_t pending_ = 0;  ///< vectors in the sums of columns
    double loss_ = 0.0;        ///< of the group, to base 2
    double added_loss_ = 0.0;  ///< of the last forward walk
  };
};

}  // namespace perdure::inline PERDURE_ABI::kernels
