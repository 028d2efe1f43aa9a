#pragma once

#include "fsrs6_fit_slot.hpp"
#include "fsrs6_fit_tables.hpp"
#include "vec.hpp"
#include "vec_fast.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace perdure::inline PERDURE_ABI::kernels {

/// Walks a group of cards forward by FSRS-4.5, 5 or 6, one window of rows after the other: sums losses, and leaves a tape.
///
/// A row is up to 64 lanes, and its work goes in passes over them: the chain of one step is some 200 cycles long, that of a pass an eighth
/// of it. Limited by floating-point ports; bench/kernels/fsrs6_fit_bench.cpp measures it.
template <class M, fit::Order order>
class Fsrs6FitForward {
 public:
  using Traits = FsrsFitTraits<M>;
  static constexpr bool derives = order != fit::Order::loss;
  static constexpr bool informs = order == fit::Order::fisher;
  static constexpr std::size_t lanes = fit::step::most_lanes;
  static constexpr std::size_t state_floats = 2 * lanes;  ///< of what `store` writes, at most

  explicit Fsrs6FitForward(const Fsrs6FitTables& tables) : w_{tables} {}

  /// Takes the states after the first answers.
  void begin(const fit::StepGroup& g) {
    for (std::size_t i = 0; i < g.lanes; i += Vec::size) {
      const auto [stability, difficulty, unused1, unused2] = w_.first(VecKey::load(g.code + i) & fit::step::grade);
      stability.store(&stability_[i]);
      difficulty.store(&difficulty_[i]);
    }
    decay_total_ = 0.0;
  }

  /// Sum of the losses of rows first .. last - 1, nats, from the states that the rows before them left. The tape has room for them.
  double rows(const fit::StepGroup& g, std::size_t first, std::size_t last, float* tape) {
    return g.weight == nullptr ? walk<false>(g, first, last, tape) : walk<true>(g, first, last, tape);
  }

  /// The states of a group: to be kept, and to be taken up again.
  void store(const fit::StepGroup& g, float* out) const {
    std::copy_n(stability_.begin(), g.lanes, out);
    std::copy_n(difficulty_.begin(), g.lanes, out + g.lanes);
  }
  void load(const fit::StepGroup& g, const float* in) {
    std::copy_n(in, g.lanes, stability_.begin());
    std::copy_n(in + g.lanes, g.lanes, difficulty_.begin());
  }

  /// Part of the derivative by decay that does not go by way of states, over the rows since `begin` (order gradient alone).
  [[nodiscard]] double decay() const { return decay_total_; }

 private:
  using Row = std::array<float, lanes>;

  /// Rows after which lanes of float32 are added up in double, and after which a product of probabilities must become a sum of logarithms:
  /// (1e-7)^4 is still a normal number.
  static constexpr std::size_t rows_in_float = 8;
  static constexpr std::size_t rows_in_product = 4;

  template <bool Weighted>
  double walk(const fit::StepGroup& g, std::size_t first, std::size_t last, float* tape) {
    double loss = 0.0;
    loss_ = Vec{0.0};
    decay_ = Vec{0.0};
    product_.fill(1.0F);
    std::size_t widest = 0;  // of the rows in the product
    for (std::size_t row = first; row < last; ++row, tape += derives ? Fsrs6Tape::row(g.lanes) : 0) {
      const std::size_t count = (g.active[row] + Vec::size - 1) / Vec::size * Vec::size;
      const float* days = g.days + row * g.lanes;
      const std::uint8_t* code = g.code + row * g.lanes;
      widest = std::max(widest, count);
      read(count, days, code);
      curve(count);
      predict<Weighted>(count, Weighted ? g.weight + row * g.lanes : nullptr, tape);
      scale_exponent(count);
      scale(count);
      change_exponent(count);
      change(count);
      next(count, tape);
      if (!Weighted && row % rows_in_product == 0) flush_product(std::exchange(widest, 0));
      if (row % rows_in_float == 0) loss += flush();
    }
    if (!Weighted) flush_product(widest);
    return loss + flush();
  }

  void read(std::size_t count, const float* days, const std::uint8_t* code) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const Vec t = Vec::load(days + i);
      const VecKey c = VecKey::load(code + i);
      VecKey key = c & fit::step::grade;
      if constexpr (Traits::same_day) key = flip_where(t < Vec{1.0}, key, Fsrs6Tables::same_day_bits);
      const Vec s = Vec::load(&stability_[i]);
      const Vec scaled = w_.curve_factor * t;
      if constexpr (derives) {
        const Vec sum = s + scaled;
        const Vec share = scaled * (Vec{1.0} / (s * sum));  // u/S, where u = x/(1 + x), x = F t/S
        (share * sum).store(&curve_[i]);
        share.store(&share_[i]);
      } else {
        (scaled / s).store(&curve_[i]);
      }
      key.store(&key_[i]);
      c.store(&code_[i]);
    }
  }

  /// x -> log2(1 + x).
  void curve(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) fast::log2_1p<fast::log2_long>(Vec::load(&curve_[i])).store(&curve_[i]);
  }

  template <bool Weighted>
  void predict(std::size_t count, const float* weight, float* out) {
    const Vec floor{fit::probability_floor};
    const Vec ceiling{1.0 - fit::probability_floor};
    const Vec zero{0.0};
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const Vec log = Vec::load(&curve_[i]);
      const Vec surprise = w_.decay * log;  // -log2 recall
      const auto [recall, less_one] = fast::exp2_both(zero - surprise);
      const Vec q = zero - less_one;
      q.store(&forgotten_[i]);
      const VecKey code = VecKey::load(&code_[i]);
      const VecMask counts = (code & fit::step::predicted) == fit::step::predicted;
      const VecMask right = (code & fit::step::right) == fit::step::right;
      const VecMask wrong = counts && !right;
      const Vec kept = min(max(surprise, Vec{least_log}), Vec{most_log});
      const Vec missed = min(max(q, floor), ceiling);
      if constexpr (Weighted) {
        const Vec w = Vec::load(weight + i);
        const Vec bits = select(right, kept, zero - fast::log2<fast::log2_long>(missed));
        loss_ = madd(keep(counts, w), bits, loss_);
      } else {
        loss_ = loss_ + keep(counts && right, kept);
        (Vec::load(&product_[i]) * select(wrong, missed, Vec{1.0})).store(&product_[i]);
      }
      if constexpr (derives) {
        const VecMask moves = counts && (q > floor && recall > floor);
        const Vec share = Vec::load(&share_[i]);
        const Vec slope = w_.decay * share;  // dR/dS / R
        recall_slope(i, recall, slope, log);
        const Vec by_decay = decay_slope(i);
        if constexpr (informs) {
          Vec scale = keep(moves, sqrt(recall / q));
          if constexpr (Weighted) scale = scale * sqrt(Vec::load(weight + i));
          (scale * slope).store(out + Fsrs6Tape::slot(Fsrs6Slot::loss, i));
          if constexpr (Traits::trained_decay) (scale * by_decay).store(out + Fsrs6Tape::slot(Fsrs6Slot::loss_decay, i));
          // sqrt(w R/q) at a failure, -sqrt(w q/R) at a success
          keep(moves, scale * select(right, zero - q / recall, Vec{1.0})).store(out + Fsrs6Tape::slot(Fsrs6Slot::surprise, i));
        } else {
          Vec direction = keep(moves, select(right, Vec{-1.0}, recall / q));  // d loss/dR times R
          if constexpr (Weighted) direction = direction * Vec::load(weight + i);
          (direction * slope).store(out + Fsrs6Tape::slot(Fsrs6Slot::loss, i));
          if constexpr (Traits::trained_decay) decay_ = madd(direction, by_decay, decay_);
        }
      }
    }
  }

  /// Keeps what derivatives of states need: dR/dS and dR/d decay. The latter over R takes the place of the logarithm.
  void recall_slope(std::size_t i, Vec recall, Vec slope, Vec log) {
    (recall * slope).store(&slope_[i]);
    if constexpr (Traits::trained_decay) {
      const Vec u = Vec::load(&share_[i]) * Vec::load(&stability_[i]);
      const Vec by_decay = madd(w_.decay_pull, u, log * Vec{-detail::ln_2});
      by_decay.store(&curve_[i]);
      (recall * by_decay).store(&decay_slope_[i]);
    }
  }
  [[nodiscard]] Vec decay_slope(std::size_t i) const { return Vec::load(&curve_[i]); }

  [[nodiscard]] static VecMask is_lapse(VecKey key) { return key == Fsrs6Tables::again_later; }

  void scale_exponent(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey key = VecKey::load(&key_[i]);
      const VecMask lapse = is_lapse(key);
      const Vec level = fast::log2<fast::log2_long>(select(lapse, Vec::load(&difficulty_[i]), Vec::load(&stability_[i])));
      const auto [offset, slope, unused1, unused2] = w_.exponents(key);
      madd(keep(lapse, Vec::load(&forgotten_[i])), w_.lapse_spacing, madd(slope, level, offset)).store(&scale_[i]);
      if constexpr (derives) level.store(&level_[i]);
    }
  }

  void scale(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) fast::exp2(max(Vec::load(&scale_[i]), Vec{-126.0})).store(&scale_[i]);
  }

  void change_exponent(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecMask lapse = is_lapse(VecKey::load(&key_[i]));
      const Vec level = fast::log2_1p<fast::log2_long>(Vec::load(&stability_[i]));
      if constexpr (derives) level.store(&lapse_level_[i]);
      select(lapse, w_.lapse_stability * level, w_.success_spacing * Vec::load(&forgotten_[i])).store(&change_[i]);
    }
  }

  void change(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) fast::exp2_m1(Vec::load(&change_[i])).store(&change_[i]);
  }

  void next(std::size_t count, float* out) {
    const Vec zero{0.0};
    const Vec one{1.0};
    for (std::size_t i = 0; i < count; i += Vec::size) {
      const VecKey key = VecKey::load(&key_[i]);
      const VecMask lapse = is_lapse(key);
      const VecMask same = negative(key);
      const VecMask none = (VecKey::load(&code_[i]) & fit::step::grade) == 0;
      const Vec s = Vec::load(&stability_[i]);
      const Vec d = Vec::load(&difficulty_[i]);
      const Vec p = Vec::load(&scale_[i]);
      const Vec q1 = Vec::load(&change_[i]);
      const Vec room = Vec{11.0} - d;
      const Vec product = p * q1;
      const Vec grown = s * product;
      const Vec ceiling = s * w_.lapse_ceiling;
      const auto [unused1, unused2, floor, spacing] = w_.exponents(key);
      Vec raw = select(lapse, min(product, ceiling), madd(grown, room, s));
      if constexpr (Traits::same_day) raw = select(same, s * max(p, floor), raw);
      const Vec s_next = min(max(raw, w_.lowest), w_.highest);
      select(none, s, s_next).store(&stability_[i]);
      const VecKey grade = VecKey::load(&code_[i]) & fit::step::grade;
      const auto [d_offset, d_slope, unused3, unused4] = w_.difficulty(grade);
      const Vec d_next = min(max(madd(d_slope, d, d_offset), one), Vec{10.0});
      select(none, d, d_next).store(&difficulty_[i]);

      if constexpr (derives) {
        const VecMask updates = !none && (raw >= w_.lowest && raw <= w_.highest);
        const VecMask capped = lapse && (ceiling < product);
        const VecMask floored = same && (p < floor);
        const VecMask plain = updates && !(capped || floored);  // P and Q matter
        const Vec sp = s * p;
        const Vec power = p * (q1 + one);
        const Vec inverse = one / ((s + one) * d);
        const Vec success_part = grown * room;
        Vec amount = select(lapse, product, success_part);
        Vec direct = select(lapse, w_.lapse_stability * power * (d * inverse), madd(w_.growth_left, product * room, one));
        if constexpr (Traits::same_day) {
          amount = select(same, sp, amount);
          direct = select(same, p * w_.same_day_left, direct);
        }
        amount = keep(plain, amount);
        Vec forgotten = select(lapse, amount, s * room * power);  // times the exponent's factor: dS'/dq
        forgotten = keep(plain && !same, forgotten);
        const Vec by_recall = zero - spacing * forgotten;  // dS'/dR
        Vec by_s = select(plain, direct, select(capped, w_.lapse_ceiling, one));
        by_s = madd(by_recall, Vec::load(&slope_[i]), keep(updates, by_s));
        select(none, one, by_s).store(out + Fsrs6Tape::slot(Fsrs6Slot::stability, i));
        const Vec by_d = select(lapse, w_.lapse_difficulty * (s + one) * inverse * product, grown);
        keep(plain && !same, zero - by_d).store(out + Fsrs6Tape::slot(Fsrs6Slot::difficulty, i));
        Vec shared = amount;
        if constexpr (Traits::same_day) shared = shared - keep(updates && capped, ceiling);
        shared.store(out + Fsrs6Tape::slot(Fsrs6Slot::product, i));
        (amount * Vec::load(&level_[i])).store(out + Fsrs6Tape::slot(Fsrs6Slot::product_log, i));
        (forgotten * Vec::load(&forgotten_[i])).store(out + Fsrs6Tape::slot(Fsrs6Slot::forgotten, i));
        keep(plain && lapse, power * Vec::load(&lapse_level_[i])).store(out + Fsrs6Tape::slot(Fsrs6Slot::lapse_stability, i));
        if constexpr (Traits::trained_decay) (by_recall * Vec::load(&decay_slope_[i])).store(out + Fsrs6Tape::slot(Fsrs6Slot::decay, i));
        d.store(out + Fsrs6Tape::slot(Fsrs6Slot::before, i));
        VecKey kind = key;
        if constexpr (Traits::same_day) kind = select(capped, VecKey{packet::all(ceiling_key)}, key);
        float_of(kind | shifted_left<4>(grade)).store(out + Fsrs6Tape::slot(Fsrs6Slot::key, i));
      }
    }
  }

  /// Takes the logarithms of `count` products.
  void flush_product(std::size_t count) {
    for (std::size_t i = 0; i < count; i += Vec::size) {
      loss_ = loss_ - fast::log2<fast::log2_long>(Vec::load(&product_[i]));
      Vec{1.0}.store(&product_[i]);
    }
  }

  double flush() {
    decay_total_ += sum_of(decay_);
    const double nats = detail::ln_2 * sum_of(loss_);
    loss_ = Vec{0.0};
    decay_ = Vec{0.0};
    return nats;
  }

  static double sum_of(Vec x) {
    std::array<float, Vec::size> values;
    x.store(values.data());
    double sum = 0.0;
    for (const float value : values) sum += static_cast<double>(value);
    return sum;
  }

  static constexpr double least_log = fit::probability_floor * detail::log2_e;  ///< -log2(1 - 1e-7)
  static constexpr double most_log = 23.253496664211536;                        ///< -log2(1e-7)
  static constexpr auto ceiling_key = static_cast<std::int32_t>(0x80000007U);

  Fsrs6FitTables w_;
  Vec loss_, decay_;
  double decay_total_ = 0.0;
  alignas(64) Row stability_, difficulty_;
  alignas(64) Row curve_, share_, slope_, decay_slope_, forgotten_, scale_, change_, level_, lapse_level_, product_;
  alignas(64) std::array<std::int32_t, lanes> key_, code_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
