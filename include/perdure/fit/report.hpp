#pragma once

#include <perdure/core/abi.hpp>

#include <Eigen/Core>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit {

enum class Status {
  converged,        ///< the quadratic model promises less than 1e-4 of the objective (0.1 to 0.5 nats): at most a standard error in any
                    ///< direction; of a model with several valleys, in the one where the fit ended
  stalled,          ///< none of the steps tried lowers the objective, though more is promised: at a kink of the model's clamps, usually
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

/// What a fit did, and how far its result can be trusted. The parameters are lawful and within their bounds whatever the status. Columns are in
/// spec order; NaN stands for what there is none of.
struct FitReport {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  Status status = Status::no_data;
  std::string reason;                  ///< one sentence
  std::vector<double> parameters;      ///< in spec order
  std::vector<double> objective_path;  ///< log loss sum plus prior, at the start and after every accepted step
  std::size_t iterations = 0;          ///< steps that lowered the objective, of warm and second starts too; of Adam, all
  double evaluations = 0.0;         ///< passes over the data, for a loss with or without derivatives; one over a part counts as that part
  std::size_t answers = 0;          ///< answers that the objective predicts
  double effective_answers = 0.0;   ///< how many answers of equal weight say as much
  double log_loss = none;           ///< weighted mean over those, at the fitted parameters; nats; NaN without answers
  double start_log_loss = none;     ///< the same at the starting parameters
  double predicted_decrease = 0.0;  ///< what one more step promises, in nats over all answers; 0 at the optimum
  double gradient_norm = 0.0;  ///< Euclidean norm of the objective's gradient over free coordinates (coordinates.hpp), in nats by unit of
                               ///< each: not comparable between models, and at a kink not small: that of one of its sides
  std::vector<std::size_t> at_bound;    ///< parameters that are held on a bound; one that is on it and could leave is not
  Eigen::MatrixXd covariance;           ///< of the parameters, from the inverse of Fisher information plus prior; 0 for those that are held
  std::vector<double> standard_errors;  ///< its roots; NaN for a parameter of at_bound and for one that nothing determines
  std::vector<double> low, high;        ///< 95 % interval; of a parameter in days on the log scale; within the bounds; NaN as above
  std::vector<double> learned;          ///< share of the prior's variance that the data removed, in [0, 1]; 0 where held, 1 without a prior
  Eigen::VectorXd gradient;             ///< of the objective by the parameters, held ones included; empty where nothing is trained
  Eigen::MatrixXd information;          ///< Fisher information plus prior precision by the parameters, likewise
  std::vector<std::string> warnings;    ///< what the data could not tell, in sentences
};

}  // namespace perdure::inline PERDURE_ABI::fit
