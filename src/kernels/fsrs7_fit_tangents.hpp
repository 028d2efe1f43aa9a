#pragma once

#include "fsrs7_fit_lanes.hpp"
#include "fsrs7_fit_parameters.hpp"
#include "fsrs7_fit_rank.hpp"
#include "fsrs7_fit_step.hpp"
#include "vec.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit {

/// Derivatives of the state by the columns, of the cards in one vector of lanes: eleven products a column and step. The first stability is
/// one column here, since a card has one first grade; only the rows of the Jacobian tell four.
class Tangents {
 public:
  static constexpr std::size_t columns =
      column::count + 1;  ///< of a row of the Jacobian: the last is the residual, so that the products with it
  static constexpr std::size_t row_size = columns * Vec::size;  ///< add up to the gradient

  void first(const Parameters& w, const double* values, const Codes<Vec>& codes) {
    const Vec none{0.0};
    tangent_.fill({none, none, none});
    tangent_[stability] = {Vec{1.0}, codes(w.first)[3], none};
    for (int g = 1; g <= 4; ++g) {
      const First f{values, static_cast<double>(g)};
      const VecMask mine = codes.grade(g);
      mine_[static_cast<std::size_t>(g) - 1] = keep(mine, Vec{1.0});
      Tangent& a = tangent_[column::first_difficulty];
      Tangent& b = tangent_[column::first_difficulty_grade];
      a.difficulty = select(mine, Vec{f.by_difficulty}, a.difficulty);
      b.difficulty = select(mine, Vec{f.by_grade}, b.difficulty);
    }
    target_by_grade_ = Vec{target_by_grade(values)};
  }

  /// A row: `in` is its tape, whose fields are `stride` apart. Writes the row's part of the Jacobian to `out`.
  void step(const Parameters& w, const Codes<Vec>& codes, const float* in, std::size_t stride, float* out) {
    const auto get = [in, stride](tape::Field field) { return Vec::load(in + field * stride); };
    const Vec none{0.0};
    const auto answer = codes(w.answers);
    const VecMask again = codes.grade(1);
    const VecMask hard = codes.grade(2);
    const VecMask easy = codes.grade(4);
    const Vec log_slow = get(tape::log_slow);
    const Vec log_fast = get(tape::log_fast);
    const Vec hardness = get(tape::hardness);
    const Vec u = get(tape::forgotten);
    const Vec v = get(tape::forgotten_fast);
    const Vec shape = get(tape::slow_shape);
    const Vec odds = get(tape::odds);
    const Vec fast_part = get(tape::fast_part);
    const Vec fast_decay = get(tape::fast_decay);
    const Vec fast_base = get(tape::fast_base);

    Chain c;
    const Vec v_fast = fast_decay * w.fast_decay_power_ln2 - get(tape::fast_shape);
    c.u_slow = w.odds_slow * odds - w.slow_decay * shape;
    c.u_fast = madd(fast_part, v_fast, w.odds_fast * odds);
    c.u_difficulty = w.odds_hard * odds - w.slow_rate * shape;
    const Vec slow_spacing = get(tape::slow_spacing);
    const Vec fast_spacing = get(tape::fast_spacing);
    const Vec fast_by_v = fast_spacing * select(again, w.fast.lapse_spacing, w.fast.spacing);
    c.slow_u = slow_spacing * select(again, w.slow.lapse_spacing, w.slow.spacing);
    c.slow_slow = get(tape::slow_by_stability);
    c.slow_difficulty = get(tape::slow_by_difficulty);
    c.fast_slow = get(tape::fast_by_slow);
    c.fast_fast = madd(fast_by_v, v_fast, get(tape::fast_by_stability));
    c.fast_difficulty = get(tape::fast_by_difficulty);
    const Vec difficulty_difficulty = get(tape::difficulty_by_difficulty);
    const VecMask moves = difficulty_difficulty > none;
    const Vec per_surprise = keep(moves, answer[2] * (Vec{10.0 - Model::middle_difficulty} - hardness));
    c.difficulty_difficulty = difficulty_difficulty;
    c.difficulty_u = keep(again, -per_surprise);
    c.slope = get(tape::slope);
    const Vec reversion = keep(moves, answer[3]);

    const Nothing no;
    const Vec first_moves = move(c, stability, no, no, no, no);
    for (std::size_t g = 0; g < 4; ++g) (mine_[g] * first_moves).store(out + (column::first + g) * Vec::size);
    const auto put = [&](std::size_t k, auto by_u, auto by_slow, auto by_fast, auto by_difficulty) {
      move(c, k, by_u, by_slow, by_fast, by_difficulty).store(out + k * Vec::size);
    };
    put(column::first_difficulty, no, no, no, reversion);
    put(column::first_difficulty_grade, no, no, no, reversion * target_by_grade_);
    put(column::difficulty_step, no, no, no, per_surprise * select(again, Vec{1.0 + Model::lapse_surprise} - u, Vec{1.0}));
    {
      const Vec scale = get(tape::slow_scale);
      const Vec grown = scale * answer[0];
      const Vec spacing_u = slow_spacing * u;
      put(column::slow, no, grown, no, no);
      put(column::slow + 1, no, grown * log_slow, no, no);
      put(column::slow + 2, no, keep(!again, spacing_u), no, no);
      put(column::slow + 3, no, keep(again, slow_spacing), no, no);
      put(column::slow + 4, no, keep(again, scale), no, no);
      put(column::slow + 5, no, keep(again, spacing_u), no, no);
      put(column::slow + 6, no, keep(hard, scale), no, no);
      put(column::slow + 7, no, keep(easy, scale), no, no);
    }
    {
      const Vec scale = get(tape::fast_scale);
      const Vec grown = scale * answer[1];
      const Vec spacing_v = fast_spacing * v;
      put(column::fast, no, no, grown, no);
      put(column::fast + 1, no, no, grown * log_fast, no);
      put(column::fast + 2, no, no, keep(!again, spacing_v), no);
      put(column::fast + 3, no, no, keep(again, fast_spacing), no);
      put(column::fast + 4, no, no, keep(again, scale), no);
      put(column::fast + 5, no, no, keep(again, spacing_v), no);
      put(column::fast + 6, no, no, keep(hard, scale), no);
      put(column::fast + 7, no, no, keep(easy, scale), no);
    }
    put(column::fast_decay, fast_part * fast_decay, no, fast_by_v * fast_decay, no);
    const Vec by_power = fast_decay * log_fast;
    put(column::fast_decay_stability, fast_part * by_power, no, fast_by_v * by_power, no);
    put(column::fast_base, fast_part * fast_base, no, fast_by_v * fast_base, no);
    put(column::slow_decay, get(tape::slow_decay), no, no, no);
    put(column::slow_base, shape, no, no, no);
    put(column::slow_rate_difficulty, shape * hardness, no, no, no);
    put(column::odds, odds, no, no, no);
    put(column::slow_weight_stability, odds * log_slow, no, no, no);
    put(column::fast_weight_stability, odds * log_fast, no, no, no);
    put(column::slow_weight_difficulty, odds * hardness, no, no, no);
    get(tape::residual).store(out + column::count * Vec::size);
  }

 private:
  static constexpr std::size_t stability = column::first;

  /// Of the logarithms of the stabilities, and of difficulty.
  struct Tangent {
    Vec slow, fast, difficulty;
  };
  /// How u depends on the state, the next state on the state and on u, and the objective on u.
  struct Chain {
    Vec u_slow, u_fast, u_difficulty;
    Vec slow_slow, slow_difficulty, slow_u;
    Vec fast_slow, fast_fast, fast_difficulty;
    Vec difficulty_difficulty, difficulty_u;
    Vec slope;
  };
  /// What most columns move by themselves.
  struct Nothing {};
  static Vec plus(Vec a, Vec b, Nothing /*none*/) { return a * b; }
  static Vec plus(Vec a, Vec b, Vec c) { return madd(a, b, c); }

  /// Moves the tangents of column k by one step, with what the column moves u and the next state by itself; returns its part of the
  /// Jacobian's row.
  template <class U, class Slow, class Fast, class Difficulty>
  [[gnu::always_inline]] Vec move(const Chain& c, std::size_t k, const U& by_u, const Slow& by_slow, const Fast& by_fast,
                                  const Difficulty& by_difficulty) {
    Tangent& t = tangent_[k];
    const Vec slow = t.slow;
    const Vec fast = t.fast;
    const Vec difficulty = t.difficulty;
    const Vec u = madd(c.u_slow, slow, madd(c.u_fast, fast, plus(c.u_difficulty, difficulty, by_u)));
    t.slow = madd(c.slow_slow, slow, madd(c.slow_difficulty, difficulty, plus(c.slow_u, u, by_slow)));
    t.fast = madd(c.fast_slow, t.slow, madd(c.fast_fast, fast, plus(c.fast_difficulty, difficulty, by_fast)));
    t.difficulty = madd(c.difficulty_difficulty, difficulty, plus(c.difficulty_u, u, by_difficulty));
    return c.slope * u;
  }

  std::array<Tangent, column::count> tangent_;
  std::array<Vec, 4> mine_;
  Vec target_by_grade_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels::fsrs7_fit
