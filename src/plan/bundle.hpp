#pragma once

#include <perdure/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

[[nodiscard]] inline double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// A convex function of prices that are at least 0, known by its tangents: where their maximum, plus the squared distance from a center by
/// `reach`, is least. Solved by pairs of multipliers.
class Bundle {
 public:
  void add(double value, std::vector<double> slope, std::span<const double> at) {
    const double offset = value - dot(slope, at);
    cuts_.push_back({offset, std::move(slope)});
    weight_.push_back(cuts_.size() == 1 ? 1.0 : 0.0);
  }

  [[nodiscard]] std::vector<double> least(std::span<const double> center, std::span<const double> reach) {
    std::vector<double> pull(center.size());
    for (std::size_t i = 0; i < cuts_.size(); ++i) {
      for (std::size_t q = 0; q < pull.size(); ++q) pull[q] += weight_[i] * cuts_[i].slope[q];
    }
    std::vector<double> p(center.size());
    const auto place = [&](std::size_t up, std::size_t down, double by) {
      for (std::size_t q = 0; q < p.size(); ++q)
        p[q] = std::max(0.0, center[q] - reach[q] * (pull[q] + by * (cuts_[up].slope[q] - cuts_[down].slope[q])));
    };
    const auto height = [&](std::size_t i) { return cuts_[i].offset + dot(cuts_[i].slope, p); };
    for (int round = 0; round < 2000; ++round) {
      place(0, 0, 0.0);
      std::size_t up = 0;
      std::size_t down = cuts_.size();
      for (std::size_t i = 0; i < cuts_.size(); ++i) {
        if (height(i) > height(up)) up = i;
        if (weight_[i] > 0.0 && (down == cuts_.size() || height(i) < height(down))) down = i;
      }
      if (height(up) - height(down) < 1e-9) break;
      double low = 0.0;
      double high = weight_[down];
      place(up, down, high);
      if (height(up) <= height(down)) {  // the pair meets before all weight has moved
        for (int k = 0; k < 50; ++k) {
          const double middle = 0.5 * (low + high);
          place(up, down, middle);
          (height(up) > height(down) ? low : high) = middle;
        }
      } else {
        low = high;
      }
      weight_[up] += low;
      weight_[down] = std::max(0.0, weight_[down] - low);
      for (std::size_t q = 0; q < pull.size(); ++q) pull[q] += low * (cuts_[up].slope[q] - cuts_[down].slope[q]);
    }
    place(0, 0, 0.0);
    return p;
  }

  /// The highest tangent.
  [[nodiscard]] double at(std::span<const double> p) const {
    double most = -std::numeric_limits<double>::infinity();
    for (const Cut& cut : cuts_) most = std::max(most, cut.offset + dot(cut.slope, p));
    return most;
  }

 private:
  struct Cut {
    double offset;
    std::vector<double> slope;
  };
  std::vector<Cut> cuts_;
  std::vector<double> weight_;
};

}  // namespace perdure::inline PERDURE_ABI::plan
