#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/prior.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace perdure::inline PERDURE_ABI::fit {

/// Called after every iteration with the iteration's number and the objective, and with the same numbers within a long one; false stops the
/// fit, which keeps the best so far. Numbers do not restart where a fit starts a second time; on a part of a log the objective is scaled up.
using Progress = std::function<bool(std::size_t iteration, double objective)>;

/// How a fit runs.
struct Options {
  double minimum_gap = 1.0;          ///< days; answers sooner after the last one shape the state but are not predicted
  double prior_weight = 1.0;         ///< multiplies the prior of the model's specs (Prior::usual); 0 switches it off
  std::optional<Prior> prior{};      ///< in place of that one
  std::size_t max_iterations = 100;  ///< steps that lower the objective, of warm and second starts too
  double tolerance = 1e-8;   ///< relative decrease of the objective that is not worth a step; it counts as 0.01 nats at least, 0.5 at most
  bool warm_start = true;    ///< of a large log, a part is fitted first: the whole then needs fewer passes
  bool second_start = true;  ///< a start that is not the defaults is tried beside them, and the better end is taken
  unsigned threads = 1;      ///< the result does not depend on it
  Progress progress{};

  /// The prior of a fit: the options' own, or the usual one. An Error for one of another model's size.
  [[nodiscard]] Result<Prior> prior_for(const ModelFacts& facts) const {
    if (!prior) return Prior::usual(facts.specs, prior_weight);
    if (prior->size() == facts.size()) return *prior;
    return Error{Errc::shape_mismatch, "options.prior is over " + to_text(prior->size()) + " parameters, " + std::string{facts.id} +
                                           " has " + to_text(facts.size())};
  }

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

}  // namespace perdure::inline PERDURE_ABI::fit
