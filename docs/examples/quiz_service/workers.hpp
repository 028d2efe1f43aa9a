#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace quiz {

/// Threads with a queue each. Jobs of one key go to one thread, in the order in which they came; a full queue makes `push` wait.
template <class Job>
class Workers {
 public:
  /// What a thread does with its jobs: made by `make`, in the thread, and called for each of them.
  using Handler = std::function<void(Job&)>;

  Workers(unsigned threads, const std::function<Handler()>& make) {
    for (unsigned k = 0; k < threads; ++k) lanes_.push_back(std::make_unique<Lane>());
    for (const auto& lane : lanes_) threads_.emplace_back([this, make, &lane = *lane] { work(make, lane); });
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() { close(); }

  /// False when a thread has failed; `finish` then says why.
  [[nodiscard]] bool push(std::size_t key, Job job) {
    Lane& lane = *lanes_[key % lanes_.size()];
    std::unique_lock lock{lane.mutex};
    lane.changed.wait(lock, [&lane] { return lane.closed || lane.jobs.size() < most; });
    if (lane.closed) return false;
    lane.jobs.push_back(std::move(job));
    lane.changed.notify_all();
    return true;
  }

  /// Waits until all jobs are done. Throws what a thread has thrown.
  void finish() {
    close();
    threads_.clear();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static constexpr std::size_t most = 256;  ///< jobs that wait for one thread

  struct Lane {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;
    bool closed{false};
  };

  void work(const std::function<Handler()>& make, Lane& lane) {
    try {
      const Handler handler = make();
      while (std::optional<Job> job = next(lane)) handler(*job);
    } catch (...) {
      {
        const std::lock_guard lock{failure_mutex_};
        if (!failure_) failure_ = std::current_exception();
      }
      close(/*drop=*/true);
    }
  }

  std::optional<Job> next(Lane& lane) {
    std::unique_lock lock{lane.mutex};
    lane.changed.wait(lock, [&lane] { return lane.closed || !lane.jobs.empty(); });
    if (lane.jobs.empty()) return std::nullopt;
    std::optional<Job> job{std::move(lane.jobs.front())};
    lane.jobs.pop_front();
    lane.changed.notify_all();
    return job;
  }

  void close(bool drop = false) {
    for (const auto& lane : lanes_) {
      const std::lock_guard lock{lane->mutex};
      lane->closed = true;
      if (drop) lane->jobs.clear();
      lane->changed.notify_all();
    }
  }

  std::vector<std::unique_ptr<Lane>> lanes_;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  ///< last, so that they end before what they use
};

}  // namespace quiz
