#pragma once

#include "vec.hpp"
#include "vec_table.hpp"

#include <perdure/batch/bounds.hpp>
#include <perdure/core/abi.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// Remembers whether all of what it is shown of `Columns` columns lies within their bounds, 0 <= lower. NaN does not.
///
/// Floats of one sign are ordered like their bits, and negative ones and NaN lie outside of any range of bits that starts at 0: so wide vectors
/// keep the smallest and largest bits, two integer operations a vector beside kernels that wait for the floating-point ports. -0.0 counts as
/// negative there; whoever asks looks closer. SSE2 has no such operation and compares floats. All columns go side by side, since each
/// alone would wait for its own last result; the cost is 4 to 6 % of a review.
template <std::size_t Columns>
class Guard {
 public:
  using Bounds = std::array<batch::Bounds, Columns>;
  using Pointers = std::array<const float*, Columns>;

  explicit Guard(const Bounds& bounds) {
    for (std::size_t k = 0; k < Columns; ++k) {
      lower_[k] = Vec{static_cast<double>(bounds[k].lower)};
      upper_[k] = Vec{static_cast<double>(bounds[k].upper)};
      smallest_[k] = bits_of(lower_[k]);
      largest_[k] = bits_of(upper_[k]);
    }
  }

  /// `count` rows, a multiple of Vec::size.
  [[gnu::noinline]] void look(std::size_t count, const Pointers& columns) {
    if constexpr (by_bits) {
      auto smallest = smallest_;
      auto largest = largest_;
      for (std::size_t i = 0; i < count; i += Vec::size) {
        for (std::size_t k = 0; k < Columns; ++k) {
          const VecKey bits = bits_of(Vec::load(columns[k] + i));
          smallest[k] = smaller(smallest[k], bits);
          largest[k] = larger(largest[k], bits);
        }
      }
      smallest_ = smallest;
      largest_ = largest;
    } else {
      VecMask inside = inside_;
      for (std::size_t i = 0; i < count; i += Vec::size) {
        for (std::size_t k = 0; k < Columns; ++k) {
          const Vec x = Vec::load(columns[k] + i);
          inside = inside && (x >= lower_[k] && x <= upper_[k]);
        }
      }
      inside_ = inside;
    }
  }

  /// Whether nothing that was seen is out of bounds.
  [[nodiscard]] bool fits() const {
    if constexpr (by_bits) {
      bool all = true;
      for (std::size_t k = 0; k < Columns; ++k) {
        std::array<std::int32_t, Vec::size> smallest;
        std::array<std::int32_t, Vec::size> largest;
        smallest_[k].store(smallest.data());
        largest_[k].store(largest.data());
        const auto bit = [](const Vec& x) {
          std::array<float, Vec::size> lanes;
          x.store(lanes.data());
          return std::bit_cast<std::int32_t>(lanes[0]);
        };
        for (std::size_t lane = 0; lane < Vec::size; ++lane) {
          all = all && smallest[lane] >= bit(lower_[k]) && largest[lane] <= bit(upper_[k]);
        }
      }
      return all;
    } else {
      return every(inside_);
    }
  }

 private:
  static constexpr bool by_bits = Vec::size >= 8;

  std::array<Vec, Columns> lower_, upper_;
  std::array<VecKey, Columns> smallest_, largest_;  ///< bits; they start at the bounds
  VecMask inside_ = Vec{0.0} <= Vec{0.0};
};

}  // namespace perdure::inline PERDURE_ABI::kernels
