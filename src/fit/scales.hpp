#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/coordinates.hpp>
#include <perdure/fit/facts.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::fit::detail {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The scale on which a model's parameters are taken for Gaussian, with bounds and order on it.
class Scales {
 public:
  explicit Scales(const ModelFacts& facts) : scale_(facts.size()), lower_(size()), upper_(size()), before_(facts.size(), -1) {
    for (std::size_t i = 0; i < facts.size(); ++i) {
      scale_[i] = scale_of(facts.specs[i]);
      lower_[at(i)] = transformed(scale_[i], facts.specs[i].lower);
      upper_[at(i)] = transformed(scale_[i], facts.specs[i].upper);
    }
    for (std::size_t k = 1; k < facts.ordered.size(); ++k) before_[facts.ordered[k]] = at(facts.ordered[k - 1]);
  }

  [[nodiscard]] Index size() const noexcept { return static_cast<Index>(scale_.size()); }
  [[nodiscard]] const std::vector<Scale>& scale() const noexcept { return scale_; }

  [[nodiscard]] VectorXd transform(std::span<const double> values) const {
    VectorXd t(size());
    for (std::size_t i = 0; i < scale_.size(); ++i) t[at(i)] = transformed(scale_[i], values[i]);
    return t;
  }

  /// Parameters of a lawful t; rounding does not take them out of their bounds.
  void restore(std::span<const double> t, const ModelFacts& facts, std::span<double> values) const {
    for (std::size_t i = 0; i < scale_.size(); ++i) {
      values[i] = std::clamp(restored(scale_[i], t[i]), facts.specs[i].lower, facts.specs[i].upper);
      if (before_[i] >= 0) values[i] = std::max(values[i], values[static_cast<std::size_t>(before_[i])]);
    }
  }

  /// Moves t into the bounds and the order; true when it was there already.
  bool make_lawful(std::span<double> t) const noexcept {
    bool lawful = true;
    for (std::size_t i = 0; i < scale_.size(); ++i) {
      double kept = before_[i] < 0 ? t[i] : std::max(t[i], t[static_cast<std::size_t>(before_[i])]);
      kept = std::clamp(kept, lower_[at(i)], upper_[at(i)]);
      lawful = lawful && kept == t[i];
      t[i] = kept;
    }
    return lawful;
  }

 private:
  static Index at(std::size_t i) noexcept { return static_cast<Index>(i); }

  std::vector<Scale> scale_;
  VectorXd lower_, upper_;
  std::vector<Index> before_;
};

}  // namespace perdure::inline PERDURE_ABI::fit::detail
