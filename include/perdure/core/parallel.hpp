#pragma once

#include <perdure/core/abi.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace perdure::inline PERDURE_ABI {

/// Calls `body(i)` for every i in [0, count), on `threads` threads (at least one; the caller's is one of them). The first exception stops the
/// hand-out and is thrown again here. Which thread runs which i is unspecified: a body writes to a place of its own, and whoever sums does so
/// afterwards, in index order, so that the bits do not depend on the number of threads.
template <class Body>
void parallel_for(std::size_t count, unsigned threads, const Body& body) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto work = [&] {
    try {
      for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) body(i);
    } catch (...) {
      next.store(count);
      const std::lock_guard lock{failure_mutex};
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    const std::size_t wanted = threads < 1 ? 1 : threads;
    for (std::size_t i = 1; i < wanted && i < count; ++i) helpers.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace perdure::inline PERDURE_ABI
