#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/batches.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/prior.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/shuffles.hpp>
#include <perdure/fit/targets.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// How batches are cut and in which order they come: Perdure's own way, or that of a peer, batch for batch.
enum class Batching {
  perdure,         ///< whole cards; Perdure's shuffle of batches
  fsrs_rs,         ///< whole cards; the crate's shuffle of batches
  fsrs_rs_items,   ///< single answers; the crate's shuffle: the crate without card ids
  fsrs_optimizer,  ///< single answers; torch's shuffle of batches
  py_fsrs          ///< cards in an order that Python shuffles, cut after every full batch
};

/// Which parameters come out.
enum class Keep {
  last,          ///< those after the last step
  best,          ///< of the ends of the epochs, those with the lowest objective over all answers
  best_or_start  ///< the same, the start among them
};

/// How Adam runs. The defaults are those of the peers.
struct AdamOptions {
  std::size_t epochs = 5;
  double rate = 0.04;         ///< of the first step; falls to 0 by a half cosine
  std::size_t batch = 512;    ///< predicted answers of a batch
  std::uint64_t seed = 2023;  ///< of the order of batches
  Batching batching = Batching::perdure;
  Keep keep = Keep::last;

  [[nodiscard]] std::optional<Error> validate() const {
    if (epochs > 100000) return Error{Errc::out_of_domain, "epochs must be at most 100000, got " + to_text(epochs)};
    if (!(rate > 0.0 && rate <= 10.0)) return Error{Errc::out_of_domain, "rate must be in (0, 10], got " + to_text(rate)};
    if (batch < 1) return Error{Errc::out_of_domain, "batch must be at least 1, got " + to_text(batch)};
    return std::nullopt;
  }
};

/// What came out of an optimiser that does not converge.
struct AdamResult {
  std::vector<double> values;
  std::size_t steps = 0;
  double passes = 0.0;       ///< over the data
  bool interrupted = false;  ///< the caller stopped it between two epochs
};

/// Mini-batch Adam with a cosine schedule, clipped to bounds after every step: how the peers fit. It stops after a fixed number of epochs, before it
/// has converged, and its result depends on the order of the batches; Minimizer reaches a lower objective in less time. It is here for whoever must
/// reproduce a peer's parameters, and as the yardstick. Runs on the caller's thread; the same bits every time.
///
/// Sources: Kingma, Ba, "Adam", 2015; Loshchilov, Hutter, "SGDR", 2017 (the schedule); fsrs 6.6.2 src/training.rs, fsrs-optimizer 6.5.0 and
/// py-fsrs 6.3.2 for batches, schedule and what is kept.
class Adam {
 public:
  /// \param answered_at  ms since 1970, by row of the log
  /// \param lower, upper bounds of every parameter
  Adam(const Engine& engine, const data::Histories& histories, const Targets& targets, std::span<const std::int64_t> answered_at,
       const Prior& prior, std::span<const double> lower, std::span<const double> upper, const AdamOptions& options)
      : engine_{engine},
        histories_{histories},
        targets_{targets},
        packer_{histories, targets},
        prior_{prior},
        lower_{lower},
        upper_{upper},
        options_{options},
        batches_{cut(answered_at)},
        total_{batches_.total()},
        mean_(engine.parameters),
        square_(engine.parameters) {}

  /// \param progress  called after every epoch with its number and the sum of its batches' losses, plus prior
  [[nodiscard]] AdamResult run(std::span<const double> start, const Progress& progress = {}) {
    AdamResult result{{start.begin(), start.end()}};
    std::vector<double>& values = result.values;
    if (total_ == 0) return result;
    std::vector<double> best = values;
    double least = options_.keep == Keep::best_or_start ? objective(values, result) : std::numeric_limits<double>::infinity();
    std::vector<std::size_t> order(batches_.size());
    for (std::size_t epoch = 1; epoch <= options_.epochs; ++epoch) {
      shuffle(order);
      double sum = prior_.value(values);
      for (const std::size_t b : order) sum += step(b, values, result.steps++);
      result.passes += 1.0;
      if (options_.keep != Keep::last) {
        const double now = objective(values, result);
        if (now < least) {
          least = now;
          best = values;
        }
      }
      if (progress && !progress(epoch, sum)) {
        result.interrupted = true;
        break;
      }
    }
    if (options_.keep != Keep::last) values = best;
    return result;
  }

 private:
  [[nodiscard]] static Shuffle shuffle_of(const AdamOptions& options) {
    switch (options.batching) {
      case Batching::perdure: break;
      case Batching::fsrs_rs:
      case Batching::fsrs_rs_items: return FsrsRsShuffle{options.seed};
      case Batching::fsrs_optimizer: return TorchShuffle{options.seed};
      case Batching::py_fsrs: return PythonShuffle{options.seed};
    }
    return PerdureShuffle{options.seed};
  }

  [[nodiscard]] Batches cut(std::span<const std::int64_t> answered_at) {
    switch (options_.batching) {
      case Batching::perdure:
      case Batching::fsrs_rs: break;
      case Batching::fsrs_rs_items:
      case Batching::fsrs_optimizer: return batches_of_answers(histories_, targets_, answered_at, options_.batch);
      case Batching::py_fsrs:
        cards_.resize(histories_.cards());
        std::iota(cards_.begin(), cards_.end(), std::size_t{0});
        return batches_in_order(histories_, targets_, cards_, options_.batch);
    }
    return batches_of_cards(histories_, targets_, options_.batch);
  }

  /// The order of the next epoch. The crate shuffles 0, 1, 2, ... anew; py-fsrs shuffles cards on and on and cuts again.
  void shuffle(std::vector<std::size_t>& order) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (options_.batching == Batching::py_fsrs) {
      std::visit([this](auto& by) { by(cards_); }, shuffle_);
      batches_ = batches_in_order(histories_, targets_, cards_, options_.batch);
    } else {
      std::visit([&order](auto& by) { by(order); }, shuffle_);
    }
  }

  /// One step on batch b; returns the loss of the batch before it.
  double step(std::size_t b, std::vector<double>& values, std::size_t number) {
    constexpr double mean_decay = 0.9;
    constexpr double square_decay = 0.999;
    constexpr double epsilon = 1e-8;
    const std::span<const StepGroup> groups = packer_.pack(batches_.batch(b));
    std::vector<double> gradient(values.size());
    const double loss = add(groups, values, Order::gradient, gradient.data());
    add_prior(values, static_cast<double>(batches_.answers[b]) / static_cast<double>(total_), gradient);
    const double rate = 0.5 * options_.rate * (1.0 + std::cos(std::numbers::pi * static_cast<double>(number) / scheduled_steps()));
    const auto t = static_cast<double>(number + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      mean_[i] = mean_decay * mean_[i] + (1.0 - mean_decay) * gradient[i];
      square_[i] = square_decay * square_[i] + (1.0 - square_decay) * gradient[i] * gradient[i];
      const double m = mean_[i] / (1.0 - std::pow(mean_decay, t));
      const double v = square_[i] / (1.0 - std::pow(square_decay, t));
      values[i] = std::clamp(values[i] - rate * m / (std::sqrt(v) + epsilon), lower_[i], upper_[i]);
    }
    return loss;
  }

  /// Steps until the rate would be 0. The crate counts one batch more than there is room for; cutting by cards may make more steps than that,
  /// and the rate then rises again.
  [[nodiscard]] double scheduled_steps() const noexcept {
    const bool crate = options_.batching == Batching::fsrs_rs || options_.batching == Batching::fsrs_rs_items;
    const std::size_t batches = crate ? total_ / options_.batch + 1 : batches_.size();
    return static_cast<double>(batches * options_.epochs);
  }

  double add(std::span<const StepGroup> groups, const std::vector<double>& values, Order order, double* gradient) {
    std::size_t rows = 0;
    for (const StepGroup& group : groups) rows = std::max(rows, group.rows);
    if (const std::size_t needed = engine_.scratch(rows); scratch_.size() < needed) scratch_.resize(needed);
    double loss = 0.0;
    engine_.add(values.data(), groups.data(), groups.size(), static_cast<int>(order), &loss, gradient, nullptr, scratch_.data());
    return loss;
  }

  void add_prior(const std::vector<double>& values, double share, std::vector<double>& gradient) const {
    const auto n = static_cast<Eigen::Index>(values.size());
    Eigen::VectorXd slope = Eigen::VectorXd::Zero(n);
    Eigen::MatrixXd curvature = Eigen::MatrixXd::Zero(n, n);
    prior_.add_to(values, slope, curvature);
    for (std::size_t i = 0; i < values.size(); ++i) gradient[i] += share * slope[static_cast<Eigen::Index>(i)];
  }

  /// Log losses of all answers plus prior.
  double objective(const std::vector<double>& values, AdamResult& result) {
    double sum = prior_.value(values);
    for (std::size_t b = 0; b < batches_.size(); ++b) sum += add(packer_.pack(batches_.batch(b)), values, Order::loss, nullptr);
    result.passes += 1.0;
    return sum;
  }

  Engine engine_;
  const data::Histories& histories_;
  const Targets& targets_;
  Packer packer_;
  const Prior& prior_;
  std::span<const double> lower_, upper_;
  AdamOptions options_;
  std::vector<std::size_t> cards_;  ///< in the order of py-fsrs
  Batches batches_;
  std::size_t total_;
  Shuffle shuffle_ = shuffle_of(options_);
  std::vector<double> mean_, square_;
  std::vector<float> scratch_;
};

}  // namespace perdure::inline PERDURE_ABI::fit
