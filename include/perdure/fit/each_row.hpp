#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>

#include <algorithm>
#include <cstddef>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// Calls `body(c)` for every row below `count`, in tasks of some rows: for work whose results each depend on one row alone.
template <class Body>
void each_row(std::size_t count, unsigned threads, const Body& body) {
  constexpr std::size_t rows_per_task = 256;
  parallel_for((count + rows_per_task - 1) / rows_per_task, threads, [&](std::size_t task) {
    const std::size_t end = std::min(count, (task + 1) * rows_per_task);
    for (std::size_t c = task * rows_per_task; c < end; ++c) body(c);
  });
}

}  // namespace perdure::inline PERDURE_ABI::fit::detail
