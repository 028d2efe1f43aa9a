#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/replay.hpp>
#include <perdure/models/concept.hpp>

#include <Eigen/Core>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Predictions are kept this far from 0 and 1 in a log loss, so that one impossible answer does not outweigh a cohort.
inline constexpr double probability_floor = 1e-7;

/// Log loss of one answer, in nats.
[[nodiscard]] inline double log_loss(double p, bool success) noexcept {
  const double kept = std::fmin(std::fmax(p, probability_floor), 1.0 - probability_floor);
  return -std::log(success ? kept : 1.0 - kept);
}

/// Sum of log losses over the answers that are predicted, with its exact gradient and the Fisher information (expected Hessian).
template <std::size_t N>
struct Derivatives {
  double loss{};
  std::size_t answers{};
  Eigen::Matrix<double, static_cast<int>(N), 1> gradient = Eigen::Matrix<double, static_cast<int>(N), 1>::Zero();
  Eigen::Matrix<double, static_cast<int>(N), static_cast<int>(N)> fisher =
      Eigen::Matrix<double, static_cast<int>(N), static_cast<int>(N)>::Zero();

  Derivatives& operator+=(const Derivatives& other) {
    loss += other.loss;
    answers += other.answers;
    gradient += other.gradient;
    fisher += other.fisher;
    return *this;
  }
};

/// Pooled objective of a model on grouped answers: every answer is predicted from the strictly earlier ones on its card.
///
/// Cards are cut into blocks of about `block_answers` answers once; each block is summed by one thread and blocks are added in order, so the
/// bits do not depend on the number of threads. O(answers × parameters) for the gradient; windowed, one recurrence a card.
template <models::MemoryModel M>
class Objective {
 public:
  static constexpr std::size_t n = M::specs.size();
  using Values = std::array<double, n>;

  Objective(const data::Histories& histories, double minimum_gap, unsigned threads)
      : histories_{histories}, minimum_gap_{minimum_gap}, threads_{threads} {
    std::size_t filled = block_answers;
    for (std::size_t c = 0; c < histories.cards(); ++c) {
      if (filled >= block_answers) {
        blocks_.push_back(c);
        filled = 0;
      }
      filled += histories.card(c).size();
    }
    blocks_.push_back(histories.cards());
  }

  /// Sum of log losses alone.
  [[nodiscard]] double loss(const Values& values) const {
    const auto w = models::assemble<M, double>(std::span<const double, n>{values});
    std::vector<double> part(blocks_.size() - 1);
    each_block([&](std::size_t b, const data::Card& card) {
      static_cast<void>(replay<M, double>(w, card, [&](std::size_t i, const auto& state) {
        if (card.elapsed[i] < minimum_gap_) return;
        part[b] += log_loss(M::recall(w, state, card.elapsed[i]), is_success(static_cast<Grade>(card.grade[i])));
      }));
    });
    double total = 0.0;
    for (const double x : part) total += x;
    return total;
  }

  /// Sum of log losses, gradient and Fisher information.
  [[nodiscard]] Derivatives<n> derivatives(const Values& values) const {
    using D = Dual<n>;
    std::array<D, n> seeds;
    for (std::size_t i = 0; i < n; ++i) seeds[i] = D::seed(values[i], i);
    const auto w = models::assemble<M, D>(std::span<const D, n>{seeds});
    std::vector<Derivatives<n>> part(blocks_.size() - 1);
    each_block([&](std::size_t b, const data::Card& card) {
      static_cast<void>(replay<M, D>(w, card, [&](std::size_t i, const auto& state) {
        if (card.elapsed[i] < minimum_gap_) return;
        add(part[b], M::recall(w, state, D(card.elapsed[i])), is_success(static_cast<Grade>(card.grade[i])));
      }));
    });
    Derivatives<n> total;
    for (Derivatives<n>& p : part) {
      p.fisher = p.fisher.template selfadjointView<Eigen::Lower>();
      total += p;
    }
    return total;
  }

 private:
  static constexpr std::size_t block_answers = 2048;

  template <class Body>
  void each_block(const Body& body) const {
    parallel_for(blocks_.size() - 1, threads_, [&](std::size_t b) {
      for (std::size_t c = blocks_[b]; c < blocks_[b + 1]; ++c) body(b, histories_.card(c));
    });
  }

  static void add(Derivatives<n>& sum, const Dual<n>& recall, bool success) {
    ++sum.answers;
    sum.loss += log_loss(recall.v, success);
    if (!(recall.v > probability_floor && recall.v < 1.0 - probability_floor)) return;  // the clamp is flat
    const Eigen::Map<const Eigen::Matrix<double, static_cast<int>(n), 1>> slope(recall.d.data());
    const double variance = recall.v * (1.0 - recall.v);
    sum.gradient += ((recall.v - (success ? 1.0 : 0.0)) / variance) * slope;
    sum.fisher.template selfadjointView<Eigen::Lower>().rankUpdate(slope, 1.0 / variance);
  }

  const data::Histories& histories_;
  double minimum_gap_;
  unsigned threads_;
  std::vector<std::size_t> blocks_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
