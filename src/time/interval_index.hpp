#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure::inline PERDURE_ABI::time::detail {

/// Finds the interval of a time in an ascending column of starts. Equal buckets of 2^34 ms (199 days) cut the column; each knows the
/// interval at its beginning, and few intervals begin inside one. So a look-up on shuffled rows is one load and about one step, without the
/// mispredicted branches of a binary search (bench/time/zone_bench.cpp, "shuffled").
class IntervalIndex {
 public:
  IntervalIndex() = default;

  /// \param starts  n + 1 values, ascending: the starts of n >= 1 intervals, and the end of the last. The first start is below, and the end
  /// above,
  ///                every time that is looked up.
  explicit IntervalIndex(const std::vector<std::int64_t>& starts) {
    const std::size_t count = starts.size() - 1;
    if (count == 1) return;
    first_ = starts[1];
    const auto buckets = static_cast<std::size_t>((starts[count - 1] - first_) >> shift) + 1;
    interval_.assign(buckets + 1, 0);  // the first: everything before starts[1]
    std::uint32_t i = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      const std::int64_t begin = first_ + (static_cast<std::int64_t>(bucket) << shift);
      while (i + 1 < count && starts[i + 1] <= begin) ++i;
      interval_[bucket + 1] = i;
    }
  }

  /// The i with starts[i] <= t < starts[i + 1], and the last of equal starts. `starts` is the column that the index was made of.
  [[nodiscard]] std::size_t find(const std::vector<std::int64_t>& starts, std::int64_t t) const noexcept {
    const auto last = static_cast<std::int64_t>(interval_.size()) - 1;
    std::size_t i = interval_[static_cast<std::size_t>(std::clamp<std::int64_t>(((t - first_) >> shift) + 1, 0, last))];
    i += starts[i + 1] <= t ? 1U : 0U;  // the common step, without a branch
    while (starts[i + 1] <= t) ++i;
    return i;
  }

  friend bool operator==(const IntervalIndex&, const IntervalIndex&) = default;

 private:
  static constexpr int shift = 34;

  std::int64_t first_{0};
  std::vector<std::uint32_t> interval_{0};
};

}  // namespace perdure::inline PERDURE_ABI::time::detail
