#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

/// Called after every iteration with the iteration's number and the objective; false stops the fit, which keeps the best so far.
using Progress = std::function<bool(std::size_t iteration, double objective)>;

/// How a pooled fit runs.
struct Options {
  double minimum_gap = 1.0;          ///< days; answers sooner after the last one shape the state but are not predicted
  double prior_weight = 1.0;         ///< multiplies the Gaussian prior of the model's specs; 0 switches it off
  std::size_t max_iterations = 100;  ///< accepted steps
  double tolerance = 1e-9;           ///< relative decrease of the objective below which the fit has converged
  unsigned threads = 1;              ///< the result does not depend on it
  Progress progress{};

  [[nodiscard]] std::optional<Error> validate() const {
    if (!(minimum_gap >= 0.0 && minimum_gap <= 36500.0)) {
      return Error{Errc::out_of_domain, "minimum_gap must be in [0, 36500] days, got " + to_text(minimum_gap)};
    }
    if (!(prior_weight >= 0.0 && prior_weight <= 1e6)) {
      return Error{Errc::out_of_domain, "prior_weight must be in [0, 1e6], got " + to_text(prior_weight)};
    }
    if (!(tolerance > 0.0 && tolerance < 1.0)) return Error{Errc::out_of_domain, "tolerance must be in (0, 1), got " + to_text(tolerance)};
    if (threads < 1 || threads > 1024) return Error{Errc::out_of_domain, "threads must be in [1, 1024], got " + to_text(threads)};
    return std::nullopt;
  }
};

enum class Status {
  converged,        ///< steps became short, and the quadratic model promises less than 0.01 nats more
  stalled,          ///< steps became short before the quadratic model was satisfied, as at a kink of the model's clamps
  iteration_limit,  ///< the objective was still falling
  no_data,          ///< no answer is predicted; the parameters are the start's
  interrupted,      ///< the caller stopped it; the best so far
};

[[nodiscard]] constexpr std::string_view name(Status status) noexcept {
  switch (status) {
    case Status::converged: return "converged";
    case Status::stalled: return "stalled";
    case Status::iteration_limit: return "iteration_limit";
    case Status::no_data: return "no_data";
    case Status::interrupted: return "interrupted";
  }
  return "unknown";
}

/// What a fit did. The parameters are lawful and within their bounds whatever the status.
struct FitReport {
  Status status = Status::no_data;
  std::string reason;                                          ///< one sentence
  std::vector<double> parameters;                              ///< in spec order
  std::vector<double> objective_path;                          ///< log loss sum plus prior, at the start and after every accepted step
  std::size_t answers = 0;                                     ///< answers that the objective predicts
  double log_loss = std::numeric_limits<double>::quiet_NaN();  ///< mean over those, at the fitted parameters; nats; NaN without answers
  double start_log_loss = log_loss;                            ///< the same at the starting parameters
  double predicted_decrease = 0.0;                             ///< what one more step promises, in nats over all answers; 0 at the optimum
  std::vector<std::size_t> at_bound;                           ///< parameters that ended on a bound
};

}  // namespace perdure::inline PERDURE_ABI::fit
