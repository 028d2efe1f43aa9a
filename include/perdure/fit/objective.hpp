#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/log_loss.hpp>
#include <perdure/fit/step_group.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Sum of log losses over predicted answers and, as far as was asked, its exact gradient and the Fisher information (expected Hessian).
struct Derivatives {
  double loss = 0.0;         ///< nats
  Eigen::VectorXd gradient;  ///< by parameter, in spec order
  Eigen::MatrixXd fisher;    ///< symmetric
};

/// The data's part of what a fit minimises: an engine over groups of steps.
///
/// Groups are cut into blocks once; each block is summed by one thread and blocks are added in order, so the bits do not depend on the number
/// of threads. Little work stays on the caller's thread. One call at a time.
class Objective {
 public:
  Objective(std::span<const StepGroup> groups, const Engine& engine, unsigned threads) : groups_{groups}, engine_{engine} {
    std::size_t cells = 0;
    for (const StepGroup& group : groups) {
      cells += group.rows * group.lanes;
      longest_ = std::max(longest_, group.rows);
    }
    const std::size_t cells_per_block = std::max(least_cells_per_block, cells / most_blocks);
    std::size_t filled = cells_per_block;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (filled >= cells_per_block) {
        block_.push_back(g);
        filled = 0;
      }
      filled += groups[g].rows * groups[g].lanes;
    }
    block_.push_back(groups.size());
    threads_ = static_cast<unsigned>(std::min<std::size_t>(threads, cells / cells_worth_a_thread + 1));
  }

  [[nodiscard]] Derivatives derivatives(std::span<const double> values, Order order) const {
    const std::size_t n = engine_.parameters;
    const std::size_t numbers = 1 + (order >= Order::gradient ? n : 0) + (order >= Order::fisher ? n * n : 0);
    const std::size_t blocks = block_.size() - 1;
    std::vector<double> sums(blocks * numbers);
    const std::size_t workers = std::min<std::size_t>(std::max(threads_, 1U), std::max<std::size_t>(blocks, 1));
    const std::size_t room = engine_.scratch(longest_);
    while (scratch_.size() < workers) scratch_.push_back(std::make_unique_for_overwrite<float[]>(room));
    std::atomic<std::size_t> next{0};
    parallel_for(workers, static_cast<unsigned>(workers), [&](std::size_t worker) {
      for (std::size_t b = next.fetch_add(1); b < blocks; b = next.fetch_add(1)) {
        double* sum = sums.data() + b * numbers;
        double* gradient = order >= Order::gradient ? sum + 1 : nullptr;
        double* fisher = order >= Order::fisher ? sum + 1 + n : nullptr;
        engine_.add(values.data(), groups_.data() + block_[b], block_[b + 1] - block_[b], static_cast<int>(order), sum, gradient, fisher,
                    scratch_[worker].get());
      }
    });
    return total(sums, blocks, numbers, order);
  }

 private:
  static constexpr std::size_t least_cells_per_block = 8192;
  static constexpr std::size_t most_blocks = 512;
  static constexpr std::size_t cells_worth_a_thread = 32768;  ///< fewer are done before a thread has started

  [[nodiscard]] Derivatives total(const std::vector<double>& sums, std::size_t blocks, std::size_t numbers, Order order) const {
    std::vector<double> all(numbers);
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t k = 0; k < numbers; ++k) all[k] += sums[b * numbers + k];
    }
    const auto n = static_cast<Eigen::Index>(engine_.parameters);
    Derivatives d;
    d.loss = all[0];
    if (order >= Order::gradient) d.gradient = Eigen::Map<const Eigen::VectorXd>(all.data() + 1, n);
    if (order >= Order::fisher) {
      using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
      const Eigen::Map<const RowMajor> lower(all.data() + 1 + n, n, n);
      d.fisher = lower.template selfadjointView<Eigen::Lower>();
    }
    return d;
  }

  std::span<const StepGroup> groups_;
  Engine engine_;
  unsigned threads_ = 1;
  std::size_t longest_ = 0;
  std::vector<std::size_t> block_;
  mutable std::vector<std::unique_ptr<float[]>> scratch_;  ///< one a thread, kept from pass to pass
};

}  // namespace perdure::inline PERDURE_ABI::fit
