#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>

#include <cstddef>
#include <functional>
#include <utility>

namespace perdure::inline PERDURE_ABI {

/// Where the tasks of a batch call run: the caller decides. A number of threads is an executor (they live for the call); an application with
/// a thread pool of its own passes a function that calls `body(i)` once for every i in [0, count), in any order and on any thread, and returns
/// when all are done, handing on the first exception.
///
///     batch::Wide::of<models::Fsrs6>().review(state, grade, elapsed, next, 4);                     // four threads
///     const Executor pool{[&](std::size_t count, const Executor::Body& body) { mine.run(count, body); }};
///     batch::Wide::of<models::Fsrs6>().review(state, grade, elapsed, next, pool);
class Executor {
 public:
  using Body = std::function<void(std::size_t)>;
  using Run = std::function<void(std::size_t count, const Body& body)>;

  /// On `threads` threads, the caller's among them; 0 counts as 1.
  Executor(unsigned threads = 1)  // NOLINT(google-explicit-constructor): a number of threads is an executor
      : run_{[threads](std::size_t count, const Body& body) { parallel_for(count, threads, body); }} {}

  /// By the caller's own means.
  explicit Executor(Run run) : run_{std::move(run)} {}

  /// Calls `body(i)` once for every i in [0, count).
  void operator()(std::size_t count, const Body& body) const {
    if (count == 1) {
      body(0);
    } else if (count > 1) {
      run_(count, body);
    }
  }

 private:
  Run run_;
};

}  // namespace perdure::inline PERDURE_ABI
