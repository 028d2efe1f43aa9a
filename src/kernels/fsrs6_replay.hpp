#pragma once

#include "fsrs6_tables.hpp"
#include "fsrs6_update.hpp"
#include "length_sort.hpp"
#include "prefetch.hpp"
#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

namespace perdure::inline PERDURE_ABI::kernels {

/// Histories of ragged length, many cards at a time. Cards of a window stand in order of length (length_sort.hpp), 256 of them side by side:
///
///     rank           0 1 2 3 4 5 6 7 ...
///     first answer   a a a a a a a a        word = bits of the days, lowest three replaced by the grade
///     second         a a a a a a a .        a card's words lie along its column
///     third          a a a . . . . .        and a row of words is one call of Fsrs6Update
///
/// A square of Vec::size cards by Vec::size answers is loaded along the cards and transposed in registers. A card's state is stored after its last
/// answer; the lanes of finished cards run on with whatever follows in the columns, and nobody looks. Hundreds of cards in turn are more than a
/// machine's own prefetching follows, so each square asks for a later one (1.5 times as fast at 100 answers a card). Limited like Fsrs6Update by
/// the ports that multiply; short histories also by the sort and by the first touch of each card's columns.
///
/// The days lose three of their 24 bits: they are at most 7/2^23 = 8.3e-7 too short, and never cross 1 day. Since t dR/dt <= decay R, recall
/// moves by at most 0.8 * 8.3e-7, as much as a rounding error of the step itself.
class Fsrs6Replay {
 public:
  explicit Fsrs6Replay(const Fsrs6Tables& tables) : update_{tables}, first_{tables.first} {}

  /// Up to LengthSort::window cards. `readable` is the end of the answers that may be read.
  void window(std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade, const float* elapsed, std::int64_t readable,
              float* const* out) {
    const LengthSort order{cards, offsets};
    const auto answers = static_cast<std::size_t>(offsets[cards] - offsets[0]);
    const bool gaps = answers > 0 && std::memchr(grade + offsets[0], 0, answers) != nullptr;  // an answer of grade 0
    for (std::size_t rank = 0; rank < cards; rank += lanes) {
      count_ = cards - rank < lanes ? cards - rank : lanes;
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::size_t card = order[rank + (lane < count_ ? lane : 0)];
        card_[lane] = card;
        begin_[lane] = offsets[card];
        length_[lane] = lane < count_ ? offsets[card + 1] - offsets[card] : 0;
      }
      while (count_ > 0 && length_[count_ - 1] == 0) {
        --count_;
        for (std::size_t k = 0; k < 2; ++k) out[k][card_[count_]] = std::numeric_limits<float>::quiet_NaN();
      }
      for (std::size_t next = rank + lanes; next < cards && next < rank + 2 * lanes; ++next) {
        ask(offsets[order[next]], grade, elapsed);
        ask(offsets[order[next]] + line - 1, grade, elapsed);
      }
      if (gaps) {
        group<true>(grade, elapsed, readable, out);
      } else {
        group<false>(grade, elapsed, readable, out);
      }
    }
  }

 private:
  static constexpr std::size_t lanes = Fsrs6Update::rows;
  static constexpr std::size_t square = Vec::size;
  static constexpr std::size_t tile = square < 4 ? 4 : square;           ///< answers that are loaded together
  static constexpr std::int64_t line = 16;                               ///< days in a cache line
  static constexpr std::int64_t ahead = square > 8 ? 2 * square : line;  ///< how many answers early a card's next line is asked for

  [[nodiscard]] std::size_t active() const { return (count_ + square - 1) / square * square; }

  template <bool Gaps>
  void group(const std::uint8_t* grade, const float* elapsed, std::int64_t readable, float* const* out) {
    for (std::int64_t step = 0; count_ > 0; ++step) {
      const std::size_t row = static_cast<std::size_t>(step) % tile;
      if (row == 0) load(step, grade, elapsed, readable);
      const std::int32_t* word = words_[row].data();
      if (step == 0) {
        start(word);
      } else {
        update_.read(active(), stability_.data(), word);
        update_.write<Gaps, false>(active(), stability_.data(), difficulty_.data(), {stability_.data(), difficulty_.data(), nullptr, 0.0F},
                                   {stability_.data(), difficulty_.data(), stability_.data()});
      }
      for (; count_ > 0 && length_[count_ - 1] == step + 1; --count_) {
        out[0][card_[count_ - 1]] = stability_[count_ - 1];
        out[1][card_[count_ - 1]] = difficulty_[count_ - 1];
      }
    }
  }

  void start(const std::int32_t* word) {
    for (std::size_t i = 0; i < active(); i += square) {
      const auto [stability, difficulty, unused1, unused2] = first_(VecKey::load(word + i) & 7);
      stability.store(&stability_[i]);
      difficulty.store(&difficulty_[i]);
    }
  }

  /// Words of the answers step to step + tile - 1 of the active cards, one row an answer.
  void load(std::int64_t step, const std::uint8_t* grade, const float* elapsed, std::int64_t readable) {
    for (std::size_t lane = 0; lane < active(); lane += square) {
      for (std::size_t part = 0; part < tile; part += square) {
        std::array<Vec, square> block;
        for (std::size_t l = 0; l < square; ++l) {
          const std::int64_t at = begin_[lane + l] + step + static_cast<std::int64_t>(part);
          block[l] = float_of(words(at, grade, elapsed, readable));
          ask(at + ahead, grade, elapsed);
        }
        transpose(block);
        for (std::size_t l = 0; l < square; ++l) bits_of(block[l]).store(&words_[part + l][lane]);
      }
    }
  }

  /// Asks for the answers from number `at` on to be brought into the cache; beyond the end is harmless.
  static void ask(std::int64_t at, const std::uint8_t* grade, const float* elapsed) {
    prefetch(elapsed, at);
    prefetch(grade, at);
  }

  static VecKey words(std::int64_t at, const std::uint8_t* grade, const float* elapsed, std::int64_t readable) {
    if (at + static_cast<std::int64_t>(square) <= readable) [[likely]] {
      return (bits_of(Vec::load(elapsed + at)) & ~7) | VecKey::load(grade + at);
    }
    std::array<float, square> days{};
    std::array<std::uint8_t, square> grades{};
    for (std::size_t k = 0; k < square && at + static_cast<std::int64_t>(k) < readable; ++k) {
      days[k] = elapsed[at + static_cast<std::int64_t>(k)];
      grades[k] = grade[at + static_cast<std::int64_t>(k)];
    }
    return (bits_of(Vec::load(days.data())) & ~7) | VecKey::load(grades.data());
  }

  Fsrs6Update update_;
  VecTables first_;
  std::size_t count_ = 0;                   ///< cards of the group with answers to come: the first ones
  std::array<std::size_t, lanes> card_;     ///< number in the window
  std::array<std::int64_t, lanes> begin_;   ///< its first answer
  std::array<std::int64_t, lanes> length_;  ///< its number of answers
  alignas(64) std::array<float, lanes> stability_;
  alignas(64) std::array<float, lanes> difficulty_;
  alignas(64) std::array<std::array<std::int32_t, lanes>, tile> words_;
};

}  // namespace perdure::inline PERDURE_ABI::kernels
