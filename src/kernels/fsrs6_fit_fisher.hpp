#pragma once

#include "fit_rank.hpp"
#include "fit_sums.hpp"
#include "fsrs6_fit_forward.hpp"
#include "fsrs6_fit_slot.hpp"
#include "fsrs6_fit_tables.hpp"
#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/fit/step_group.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// Walks a tape forward once more, with the derivatives of the state by every parameter: the Fisher matrix, and with it the gradient.
///
/// A card has one first grade, so that of the four first stabilities one matters to a lane: they share a derivative, whose sums are dealt
/// out by the lanes' first grades at the end. Numbers stand in this order: parameters 4 to n - 1, the first stability, and (recall -
/// outcome), whose products with the others are the gradient.
template <class M>
class Fsrs6FitFisher {
 public:
  using Traits = FsrsFitTraits<M>;
  static constexpr std::size_t n = M::specs.size();

  explicit Fsrs6FitFisher(const Fsrs6FitTables& tables) : w_{tables} {}

  void begin(const fit::StepGroup& g) {
    rank_.clear();
    split_.fill(Vec{0.0});
    total_.fill(0.0);
    split_total_.fill(0.0);
    blocks_ = 0;
    for (std::size_t i = 0; i < g.active[0]; i += Vec::size) {
      const VecKey grade = VecKey::load(g.code + i) & fit::step::grade;
      const auto [unused1, unused2, by_stability, unused3] = w_.first(grade);
      const auto [d4, d5, unused4, unused5] = w_.first_more(grade);
      Tangents& t = tangents_[i / Vec::size];
      t.stability.fill(Vec{0.0});
      t.stability[first_of] = by_stability;
      t.difficulty = {d4, d5, Vec{0.0}, Vec{0.0}};
    }
  }

  /// Walks rows first .. last - 1, which are on the tape; the rows before them have been.
  void rows(const fit::StepGroup& g, std::size_t first, std::size_t last, const float* tape) {
    for (std::size_t i = 0; i < g.active[first]; i += Vec::size) vector(g, i, first, last, tape);
  }

  /// Adds what the group contributes to gradient and matrix.
  void end(double* gradient, double* fisher) {
    flush();
    add(gradient, fisher);
  }

 private:
  static constexpr std::size_t firsts = 4;
  static constexpr std::size_t others = n - firsts;
  static constexpr std::size_t first_of = others;         ///< number of the first stability
  static constexpr std::size_t surprise_of = others + 1;  ///< number of (recall - outcome)
  static constexpr std::size_t numbers = others + 2;
  static constexpr std::size_t blocks_in_float = 128 / FitRank<numbers>::steps;  ///< then sums go to double
  using Rank = FitRank<numbers>;

  /// Derivatives of stability by parameters 4 to n - 1 and by the first stability; of difficulty by parameters 4 to 7.
  struct Tangents {
    std::array<Vec, others + 1> stability;
    std::array<Vec, 4> difficulty;
  };

  void vector(const fit::StepGroup& g, std::size_t i, std::size_t first, std::size_t last, const float* tape) {
    const VecKey grade = VecKey::load(g.code + i) & fit::step::grade;
    Tangents t = tangents_[i / Vec::size];
    for (std::size_t row = first; row < last && g.active[row] > i; ++row) {
      const float* at = tape + (row - first) * Fsrs6Tape::row(g.lanes) + Fsrs6Tape::slot(0, i);
      predict(t, at, grade);
      update(t, at);
    }
    tangents_[i / Vec::size] = t;
    rank_.empty();
    deal(grade);
  }

  static Vec slot(const float* at, std::size_t number) { return Vec::load(at + Fsrs6Tape::slot(number, 0)); }

  void predict(const Tangents& t, const float* at, VecKey first) {
    const Vec scale = slot(at, Fsrs6Slot::loss);
    if (every(!(scale > Vec{0.0}))) return;
    float* to = rank_.next();
    unrolled<others + 1>([&]<class K>(K k) __attribute__((always_inline)) {
      Vec slope = t.stability[k] * scale;
      if constexpr (Traits::trained_decay && K::value == 16) slope = slope + slot(at, Fsrs6Slot::loss_decay);
      slope.store(to + k * Vec::size);
    });
    slot(at, Fsrs6Slot::surprise).store(to + surprise_of * Vec::size);
    if (!rank_.push()) return;
    rank_.empty();
    if (++blocks_ < blocks_in_float) return;
    deal(first);
    flush();
    blocks_ = 0;
  }

  void update(Tangents& t, const float* at) {
    auto& s = t.stability;
    auto& d = t.difficulty;
    const VecKey code = bits_of(slot(at, Fsrs6Slot::key));
    const VecKey key = code & 7;
    const VecKey grade = shifted_right<4>(code) & fit::step::grade;
    const VecMask same = negative(code);
    const VecMask lapse = key == 1;
    const VecMask success = !(same || lapse);
    const Vec by_s = slot(at, Fsrs6Slot::stability);
    const Vec by_d = slot(at, Fsrs6Slot::difficulty);
    const Vec product = slot(at, Fsrs6Slot::product);
    const Vec product_log = slot(at, Fsrs6Slot::product_log);
    const Vec forgotten = slot(at, Fsrs6Slot::forgotten);

    s[first_of] = by_s * s[first_of];
    s[0] = madd(by_s, s[0], by_d * d[0]);
    s[1] = madd(by_s, s[1], by_d * d[1]);
    s[2] = madd(by_s, s[2], by_d * d[2]);
    s[3] = madd(by_s, s[3], by_d * d[3]);
    s[4] = madd(by_s, s[4], keep(success, product));
    s[5] = madd(by_s, s[5], keep(success, product_log));
    s[6] = madd(by_s, s[6], keep(success, forgotten));
    s[7] = madd(by_s, s[7], keep(lapse, product));
    s[8] = madd(by_s, s[8], keep(lapse, product_log));
    s[9] = madd(by_s, s[9], slot(at, Fsrs6Slot::lapse_stability));
    s[10] = madd(by_s, s[10], keep(lapse, forgotten));
    s[11] = madd(by_s, s[11], keep(key == 2, product) * w_.per_hard);
    s[12] = madd(by_s, s[12], keep(key == 4, product));
    if constexpr (Traits::same_day) {
      const auto [by_same_day, by_shift, unused1, unused2] = w_.same_day(key);
      s[13] = madd(by_s, s[13], product * by_same_day);
      s[14] = madd(by_s, s[14], product * by_shift);
    }
    if constexpr (Traits::saturation) s[15] = madd(by_s, s[15], keep(same, product_log));
    if constexpr (Traits::trained_decay) s[16] = madd(by_s, s[16], slot(at, Fsrs6Slot::decay));

    const Vec before = slot(at, Fsrs6Slot::before);
    const auto [offset, slope, d6, d6_slope] = w_.difficulty(grade);
    const auto [d7, d7_slope, d4, d5] = w_.difficulty_more(grade);
    const Vec raw = madd(slope, before, offset);
    const VecMask inside = raw >= Vec{1.0} && raw <= Vec{10.0};
    d[0] = keep(inside, madd(slope, d[0], d4));
    d[1] = keep(inside, madd(slope, d[1], d5));
    d[2] = keep(inside, madd(slope, d[2], madd(d6_slope, before, d6)));
    d[3] = keep(inside, madd(slope, d[3], madd(d7_slope, before, d7)));
  }

  /// Moves the sums of the first stability to those of the first grade that each lane has.
  void deal(VecKey first) {
    auto& sums = rank_.sums();
    for (std::size_t grade = 0; grade < firsts; ++grade) {
      const VecMask mine = first == static_cast<std::int32_t>(grade + 1);
      for (std::size_t k = 0; k < numbers; ++k) {
        Vec& sum = split_[grade * numbers + k];
        sum = sum + keep(mine, sums[with_first(k)]);
      }
    }
    for (std::size_t k = 0; k < numbers; ++k) sums[with_first(k)] = Vec{0.0};
  }
  static constexpr std::size_t with_first(std::size_t k) { return k <= first_of ? Rank::pair(first_of, k) : Rank::pair(k, first_of); }

  void flush() {
    add_lanes(rank_.sums().data(), Rank::pairs, total_.data());
    add_lanes(split_.data(), split_.size(), split_total_.data());
    rank_.sums().fill(Vec{0.0});
    split_.fill(Vec{0.0});
  }

  void add(double* gradient, double* fisher) const {
    const double* scale = w_.scale.data();
    for (std::size_t k = 0; k < others; ++k) {
      const std::size_t i = firsts + k;
      gradient[i] += scale[i] * total_[Rank::pair(surprise_of, k)];
      for (std::size_t l = 0; l <= k; ++l) fisher[i * n + firsts + l] += scale[i] * scale[firsts + l] * total_[Rank::pair(k, l)];
    }
    for (std::size_t grade = 0; grade < firsts; ++grade) {
      const double* split = split_total_.data() + grade * numbers;
      gradient[grade] += split[surprise_of];
      fisher[grade * n + grade] += split[first_of];
      for (std::size_t k = 0; k < others; ++k) fisher[(firsts + k) * n + grade] += scale[firsts + k] * split[k];
    }
  }

  Fsrs6FitTables w_;
  std::array<Tangents, fit::step::most_lanes / Vec::size> tangents_;  ///< of each vector of lanes, after the rows that have been
  Rank rank_;
  std::array<Vec, firsts * numbers> split_;
  std::array<double, Rank::pairs> total_;
  std::array<double, firsts * numbers> split_total_;
  std::size_t blocks_ = 0;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
