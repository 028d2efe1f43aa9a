#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/options.hpp>
#include <perdure/fit/report.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// How much segments share.
enum class Pooling {
  complete,  ///< one set of parameters for all: the pooled fit
  partial,   ///< each its own, drawn towards the mean of all as far as its answers leave room: empirical Bayes
  none       ///< each its own, from its answers and the prior of the options alone
};

/// How parameters of many segments (learners, courses, skills: whatever shares parameters) are fitted in one call.
///
/// Of `base`, minimum_gap, prior, threads and progress always count. Pooling::complete heeds the others as a pooled fit does. Pooling::partial
/// takes the prior for that of the mean, and max_iterations, tolerance and second_start for the pooled fit it starts from; it has max_passes of
/// its own, tells progress after each, and makes no warm start. Pooling::none takes prior, max_iterations and tolerance for the fit of every
/// segment, tells progress how many are done, and makes neither a warm nor a second start.
struct HierarchicalOptions {
  Options base{};
  Pooling pooling = Pooling::partial;
  double covariance_scale = 1.0;   ///< multiplies the estimated covariance: near 0 segments agree, far above 1 they stand alone
  double assumed_segments = 20.0;  ///< how many segments the assumed covariance is worth: a multiple of the published variances
  std::size_t max_passes = 16;     ///< over the data, after the first: Pooling::partial alone

  [[nodiscard]] std::optional<Error> validate() const;
};

/// What a hierarchical fit did. Matrices over segments have one row a segment, in order of their numbers; n is the number of parameters.
struct HierarchicalReport {
  Status status = Status::no_data;
  std::string reason;  ///< one sentence
  std::size_t segments = 0;
  std::vector<double> parameters;  ///< (segments x n) lawful and within the bounds
  std::vector<double>
      standard_errors;  ///< (segments x n) of the posterior (Laplace's approximation); NaN at a bound, or where nothing is known
  std::vector<Status> segment_status;    ///< no_data: the segment has no predicted answer, its parameters are the mean
  std::vector<std::size_t> answers;      ///< predicted answers of each segment
  std::vector<double> segment_log_loss;  ///< mean over them, in nats; NaN without any
  std::vector<Scale> scale;              ///< on which each parameter is taken for Gaussian
  std::vector<double> mean;              ///< (n) the cohort's, restored from that scale: what a new segment starts from
  std::vector<double> mean_errors;       ///< (n) standard errors of the mean, on the scale of the parameters
  Eigen::MatrixXd covariance;            ///< (n x n) between segments, of the transformed parameters; zeros with Pooling::complete
  std::vector<double> learned_segments;  ///< (n) how many segments' worth of answers speak of each variance; 0 .. segments
  std::vector<double>
      objective_path;        ///< what is minimised, in nats: Pooling::partial: minus the log marginal likelihood (Laplace) and prior
  double evaluations = 0.0;  ///< passes over the data; one over a part counts as that part
  std::size_t rounds = 0;    ///< updates of mean and covariance
  double log_loss = FitReport::none;  ///< weighted mean over all predicted answers, nats
  std::vector<std::string> warnings;  ///< in sentences
};

/// Fits parameters of many segments in one call.
///
/// Pooling::partial is empirical Bayes: with t the transformed parameters of a segment, t ~ N(mean, covariance), both estimated by maximum
/// marginal likelihood in Laplace's approximation. A pass over the data gives every segment's quadratic approximation around its present
/// parameters; rounds of updates of mean and covariance run on those alone; few passes are needed. The covariance is held by
/// `assumed_segments` segments of an assumed one, so that few segments or few answers do no harm. See docs/concepts/hierarchical.md.
///
/// Memory beside the report, with Pooling::partial: 2 n^2 + 26 n + 48 bytes a segment, 1.5 KB for 21 parameters; a scratch of the engine a
/// thread; and the answers laid out for the fit (steps.hpp), 5 bytes each.
///
/// \param segment_of_card  number of the segment of every card of `histories`, below `segments`
/// \param start            parameters from which the pooled fit starts, in spec order
/// Throws Exception for options, segments or a start that do not fit. The bits do not depend on the number of threads.
[[nodiscard]] HierarchicalReport hierarchical(const ModelFacts& facts, const Engine& engine, const data::Histories& histories,
                                              std::span<const std::uint32_t> segment_of_card, std::size_t segments,
                                              std::span<const double> start, const HierarchicalOptions& options = {});

}  // namespace perdure::inline PERDURE_ABI::fit
