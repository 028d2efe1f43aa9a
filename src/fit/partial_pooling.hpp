#pragma once

#include "bounded_step.hpp"
#include "cohort_estimate.hpp"
#include "partial_report.hpp"
#include "scales.hpp"
#include "segment_posterior.hpp"
#include "segment_quadratics.hpp"
#include "segments.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/fit/report.hpp>
#include <perdure/fit/steps.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

/// Parameters of segments drawn towards their mean: passes over the data around rounds of the cohort (cohort_estimate.hpp). A segment is
/// evaluated where the quadratic it has promises most, and takes that place when its loss plus prior falls; else it keeps what it has and
/// its next step is damped. Segments that gain nothing more are left out of the next pass.
class PartialPooling {
 public:
  PartialPooling(const ModelFacts& facts, const Engine& engine, const Steps& steps, std::span<const double> pooled,
                 const HierarchicalOptions& options)
      : facts_{facts},
        engine_{engine},
        steps_{steps},
        options_{options},
        scales_{facts},
        quadratics_{steps.segments(), scales_.size()},
        pooled_(pooled.begin(), pooled.end()),
        estimate_{facts, scales_, pooled, options},
        damping_(steps.segments(), 0.0),
        promised_(steps.segments(), 0.0),
        left_(steps.segments(), 0.0),
        marginal_(steps.segments(), 0.0),
        scratch_(options.base.threads) {
    for (std::size_t s = 0; s < steps.segments(); ++s) {
      if (speaks(steps, s)) active_.push_back(static_cast<std::uint32_t>(s));
      for (const StepGroup& group : steps.groups(s)) longest_ = std::max(longest_, group.rows);
    }
  }

  /// \param partly  the pooled parameters come from a part of the segments
  void run(bool partly, HierarchicalReport& report) {
    std::vector<double> values(active_.size() * facts_.size());
    for (std::size_t k = 0; k < values.size(); ++k) values[k] = pooled_[k % pooled_.size()];
    std::vector<std::uint32_t> open = active_;  // segments that are evaluated next
    report.status = Status::iteration_limit;
    for (std::size_t pass = 0;; ++pass) {
      evaluate(open, values, pass == 0, report);
      if (pass == 0 && partly) estimate_.refine_pooled(quadratics_, active_);
      if (pass < moving_passes) {
        update_cohort(pass, report);
        open = active_;  // the prior has moved under all of them
      }
      open = propose(open, values);
      const double objective = estimate_.objective(total(marginal_), active_.size());
      report.objective_path.push_back(objective);
      if (options_.base.progress && !options_.base.progress(pass + 1, objective)) {
        report.status = Status::interrupted;
        report.reason = "stopped by the caller; these are the best parameters so far";
        break;
      }
      if (open.empty()) {
        std::size_t stalled = 0;
        for (const std::uint32_t s : active_) stalled += status_of(s, Status::converged) == Status::stalled ? 1 : 0;
        report.status = stalled == 0 ? Status::converged : Status::stalled;
        report.reason = stalled == 0 ? "one more step promises next to nothing for any segment"
                                     : "no step helps " + to_text(stalled) + " of the segments any more, though more is promised";
        break;
      }
      if (pass >= options_.max_passes) {
        report.reason = "the limit of passes was reached while " + to_text(open.size()) + " segments still moved";
        break;
      }
    }
    for (const std::uint32_t s : active_) report.segment_status[s] = status_of(s, report.status);
    describe_partial({facts_, scales_, steps_, options_, quadratics_, estimate_, active_}, report);
  }

 private:
  static constexpr double worth_a_step = 0.05;     // nats over all answers of a segment: a standard error is worth 0.5
  static constexpr double most_damping = 1e4;      // a segment that needs more stands at a kink
  static constexpr std::size_t moving_passes = 3;  // in which mean and covariance follow; then segments settle under them

  /// Loss, gradient and Fisher matrix of `members` at `values` (row k: of member k), on the transformed scale. A segment whose loss plus
  /// prior does not fall keeps what it has.
  void evaluate(const std::vector<std::uint32_t>& members, const std::vector<double>& values, bool first, HierarchicalReport& report) {
    const std::size_t n = facts_.size();
    const std::size_t workers = std::min<std::size_t>(options_.base.threads, std::max<std::size_t>(members.size(), 1));
    std::atomic<std::size_t> next{0};
    constexpr std::size_t at_a_time = 4;
    parallel_for(workers, options_.base.threads, [&](std::size_t worker) {
      if (!scratch_[worker]) scratch_[worker] = std::make_unique_for_overwrite<float[]>(engine_.scratch(longest_));
      std::vector<double> gradient(n), fisher(n * n), t(n);
      for (std::size_t from = next.fetch_add(at_a_time); from < members.size(); from = next.fetch_add(at_a_time)) {
        for (std::size_t k = from; k < std::min(members.size(), from + at_a_time); ++k) {
          const std::uint32_t s = members[k];
          const std::span<const double> w = std::span{values}.subspan(k * n, n);
          double loss = 0.0;
          std::fill(gradient.begin(), gradient.end(), 0.0);
          std::fill(fisher.begin(), fisher.end(), 0.0);
          const auto groups = steps_.groups(s);
          engine_.add(w.data(), groups.data(), groups.size(), static_cast<int>(Order::fisher), &loss, gradient.data(), fisher.data(),
                      scratch_[worker].get());
          const VectorXd moved = scales_.transform(w);
          std::copy(moved.begin(), moved.end(), t.begin());
          if (!first) {
            constexpr double poor = 0.25;  // share of the promise
            const double gain = quadratics_.loss(s) + distance(quadratics_.at(s)) - loss - distance(t);
            damping_[s] = gain < poor * promised_[s] ? std::max(1.0, 8.0 * damping_[s]) : damping_[s] > 0.1 ? damping_[s] / 8.0 : 0.0;
            if (!(gain > 0.0)) continue;
          }
          keep(s, w, t, loss, gradient, fisher);
        }
      }
    });
    std::size_t answers = 0;
    for (const std::uint32_t s : members) answers += steps_.amount(s).answers;
    report.evaluations += static_cast<double>(answers) / static_cast<double>(std::max<std::size_t>(steps_.amount().answers, 1));
  }

  void keep(std::uint32_t s, std::span<const double> w, const std::vector<double>& t, double loss, const std::vector<double>& gradient,
            const std::vector<double>& fisher) {
    const std::size_t n = facts_.size();
    quadratics_.loss(s) = loss;
    std::copy(t.begin(), t.end(), quadratics_.at(s).begin());
    std::size_t place = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double slope = slope_of(scales_.scale()[i], w[i]);
      quadratics_.gradient(s)[i] = gradient[i] * slope;
      for (std::size_t j = 0; j <= i; ++j) {
        quadratics_.fisher(s)[place++] = static_cast<float>(fisher[i * n + j] * slope * slope_of(scales_.scale()[j], w[j]));
      }
    }
  }

  /// (t - mean)' precision (t - mean) / 2
  [[nodiscard]] double distance(std::span<const double> t) const {
    const VectorXd off = Eigen::Map<const VectorXd>(t.data(), scales_.size()) - estimate_.prior().mean;
    return 0.5 * off.dot(estimate_.prior().precision * off);
  }

  /// Rounds of the cohort's mean and covariance on the quadratics: the first ones on a sample of the segments, the last one on all.
  void update_cohort(std::size_t pass, HierarchicalReport& report) {
    constexpr std::size_t enough = 256;             // segments tell the covariance well enough for the first rounds,
    constexpr std::size_t enough_answers = 50'000;  // when they hold so many answers
    constexpr double little = 0.02;                 // relative change of a standard deviation
    constexpr std::size_t scale_rounds = 12;
    constexpr std::size_t first_rounds = 6;
    constexpr std::size_t later_rounds = 3;
    const std::size_t stride = std::max<std::size_t>(1, std::min(active_.size() / enough, steps_.amount().answers / enough_answers));
    std::vector<std::uint32_t> sample;
    for (std::size_t k = 0; k < active_.size(); k += stride) sample.push_back(active_[k]);
    if (pass > 0) static_cast<void>(estimate_.set_covariance(covariance_));  // it was its covariance before
    const auto rounds = [&](std::size_t most, const auto& update) {
      for (std::size_t round = 0; round < most; ++round) {
        ++report.rounds;
        if (update(estimate_.sums(quadratics_, sample)) < little) break;
      }
    };
    if (pass == 0) rounds(scale_rounds, [this](const CohortEstimate::Sums& sums) { return estimate_.update_scale(sums); });
    rounds(pass == 0 ? first_rounds : later_rounds, [this](const CohortEstimate::Sums& sums) { return estimate_.update_covariance(sums); });
    if (options_.covariance_scale == 1.0) {
      const CohortEstimate::Sums sums = estimate_.sums(quadratics_, active_);
      ++report.rounds;
      estimate_.update_mean(sums);
      static_cast<void>(estimate_.update_covariance(sums));
      covariance_ = estimate_.prior().covariance;
      return;
    }
    covariance_ = estimate_.prior().covariance;
    static_cast<void>(estimate_.set_covariance(options_.covariance_scale * covariance_));  // positive definite as that is
    estimate_.update_mean(estimate_.sums(quadratics_, active_));
  }

  [[nodiscard]] static double total(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double x : values) sum += x;
    return sum;
  }

  /// Where the segments among `members` that still gain should be evaluated next: their numbers; `values` gets their parameters.
  [[nodiscard]] std::vector<std::uint32_t> propose(const std::vector<std::uint32_t>& members, std::vector<double>& values) {
    const std::size_t n = facts_.size();
    constexpr std::size_t block = 32;
    std::vector<std::uint8_t> moves(members.size());
    values.resize(members.size() * n);
    parallel_for((members.size() + block - 1) / block, options_.base.threads, [&](std::size_t b) {
      Posterior posterior{n};
      for (std::size_t k = b * block; k < std::min(members.size(), (b + 1) * block); ++k) {
        const std::uint32_t s = members[k];
        const std::span<double> w = std::span{values}.subspan(k * n, n);
        posterior.update(quadratics_, s, estimate_.prior(), 0.0);  // what is told of a segment is told without damping
        left_[s] = promised_[s] = posterior.promised();
        marginal_[s] = quadratics_.loss(s) + posterior.distance() - posterior.promised() + 0.5 * posterior.log_determinant();
        if (damping_[s] > 0.0) {
          posterior.update(quadratics_, s, estimate_.prior(), damping_[s]);
          promised_[s] = posterior.promised();
        }
        if (scales_.make_lawful(posterior.mode())) {
          scales_.restore(posterior.mode(), facts_, w);
        } else {
          left_[s] = bounded_step(facts_, scales_, quadratics_, s, estimate_.prior(), 0.0, w);
          promised_[s] = damping_[s] > 0.0 ? bounded_step(facts_, scales_, quadratics_, s, estimate_.prior(), damping_[s], w) : left_[s];
        }
        moves[k] = left_[s] > worth_a_step && damping_[s] < most_damping ? 1 : 0;
      }
    });
    std::vector<std::uint32_t> open;
    for (std::size_t k = 0; k < members.size(); ++k) {
      if (moves[k] == 0) continue;
      for (std::size_t i = 0; i < n; ++i) values[open.size() * n + i] = values[k * n + i];
      open.push_back(members[k]);
    }
    values.resize(open.size() * n);
    return open;
  }

  [[nodiscard]] Status status_of(std::size_t s, Status all) const noexcept {
    if (all == Status::interrupted) return all;
    if (left_[s] <= worth_a_step) return Status::converged;
    return damping_[s] >= most_damping ? Status::stalled : Status::iteration_limit;
  }

  ModelFacts facts_;
  Engine engine_;
  const Steps& steps_;
  const HierarchicalOptions& options_;
  Scales scales_;
  SegmentQuadratics quadratics_;
  std::vector<double> pooled_;
  CohortEstimate estimate_;
  MatrixXd covariance_;  ///< before its scale
  std::vector<std::uint32_t> active_;
  std::vector<double> damping_;
  std::vector<double> promised_;  ///< by the step that was proposed, damped as it was
  std::vector<double> left_;      ///< by a step without damping: what is still to be had
  std::vector<double> marginal_;  ///< minus the log marginal likelihood of each segment, but for the covariance's determinant
  std::size_t longest_ = 0;
  std::vector<std::unique_ptr<float[]>> scratch_;  ///< one a thread, kept from pass to pass
};

}  // namespace perdure::inline PERDURE_ABI::fit::detail
