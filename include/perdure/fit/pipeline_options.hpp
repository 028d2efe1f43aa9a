#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/adam.hpp>
#include <perdure/fit/outliers.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>

namespace perdure::inline PERDURE_ABI::fit {

enum class Optimizer {
  fisher,  ///< Fisher scoring until it has converged (minimize.hpp)
  adam     ///< mini-batch Adam for a number of epochs (adam.hpp)
};

/// What a fit does around its optimiser. The default is Perdure's: all answers count the same, the prior is that of the options, and few answers
/// leave the parameters near it, without thresholds. The others are what the peers do; see docs/how-to/peers-pipelines.md.
struct Pipeline {
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  std::string_view name = "perdure";
  bool recency = false;                   ///< later answers count more (recency.hpp)
  std::optional<OutlierRule> outliers{};  ///< cards with a rare first gap do not count (outliers.hpp)
  bool first_intervals = false;           ///< first stabilities start from first gaps (first_interval.hpp), where the model has them
  bool published_prior = false;           ///< the prior takes days as they are, as the peers' penalty does; else by their logarithm
  bool prior_at_start = false;            ///< the prior's mean is the start, first stabilities included; else as the options say
  Optimizer optimizer = Optimizer::fisher;
  AdamOptions adam{};
  std::size_t longest_history = unlimited;  ///< answers with more earlier ones on their card are not predicted
  std::size_t least_answers = 0;            ///< with fewer, the parameters are the defaults
  std::size_t least_for_all = 0;  ///< with fewer, only first stabilities are fitted; so too when every card has one predicted answer
  bool ordered_again = false;     ///< fitted first stabilities are made to rise once more, and filled in for grades without first gaps
  double least_saturation = 0.0;  ///< lower bound of same_day_saturation, where the model has that
  std::optional<double> prior_weight{};  ///< in place of the options'; the peers' sum of squares without 1/2 is 2

  /// The fsrs crate (6.6) with card ids.
  [[nodiscard]] static Pipeline fsrs_rs() {
    Pipeline p;
    p.name = "fsrs_rs";
    p.recency = p.first_intervals = p.published_prior = p.prior_at_start = p.ordered_again = true;
    p.outliers = OutlierRule::fsrs_rs;
    p.optimizer = Optimizer::adam;
    p.adam.batching = Batching::fsrs_rs;
    p.longest_history = 255;
    p.least_answers = 8;
    p.least_for_all = 64;
    p.least_saturation = 0.01;
    p.prior_weight = 2.0;
    return p;
  }

  /// The same without card ids, as fsrs-rs-python fits when it is given items alone.
  [[nodiscard]] static Pipeline fsrs_rs_items() {
    Pipeline p = fsrs_rs();
    p.name = "fsrs_rs_items";
    p.adam.batching = Batching::fsrs_rs_items;
    return p;
  }

  /// FSRS-Optimizer (6.5), with recency weights as its command line has them.
  [[nodiscard]] static Pipeline fsrs_optimizer() {
    Pipeline p = fsrs_rs();
    p.name = "fsrs_optimizer";
    p.outliers = OutlierRule::fsrs_optimizer;
    p.adam.batching = Batching::fsrs_optimizer;
    p.adam.keep = Keep::best_or_start;
    p.longest_history = 64;
    p.least_answers = p.least_for_all = 0;
    p.ordered_again = false;
    return p;
  }

  /// py-fsrs's Optimizer (6.3): no outlier filter, no weights, no prior, no first intervals.
  [[nodiscard]] static Pipeline py_fsrs() {
    Pipeline p;
    p.name = "py_fsrs";
    p.optimizer = Optimizer::adam;
    p.adam = {.seed = 42, .batching = Batching::py_fsrs, .keep = Keep::best};
    p.longest_history = 63;
    p.least_answers = 512;
    p.prior_weight = 0.0;
    return p;
  }

  static constexpr std::array<std::string_view, 5> names{"perdure", "fsrs_rs", "fsrs_rs_items", "fsrs_optimizer", "py_fsrs"};

  /// By name; nothing for an unknown one.
  [[nodiscard]] static std::optional<Pipeline> find(std::string_view name) {
    if (name == "perdure") return Pipeline{};
    if (name == "fsrs_rs") return fsrs_rs();
    if (name == "fsrs_rs_items") return fsrs_rs_items();
    if (name == "fsrs_optimizer") return fsrs_optimizer();
    if (name == "py_fsrs") return py_fsrs();
    return std::nullopt;
  }
};

}  // namespace perdure::inline PERDURE_ABI::fit
