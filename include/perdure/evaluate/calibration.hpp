#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/evaluate/checks.hpp>
#include <perdure/evaluate/sorted.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

namespace perdure::inline PERDURE_ABI::evaluate {

/// One bin of a calibration table. `low` and `high` bound the observed rate by Wilson's interval (95 %).
struct CalibrationBin {
  double from{}, to{};
  std::size_t n{};
  double predicted{}, observed{}, low{}, high{};
};

namespace detail {

/// Turns the sums of a bin into means and adds the interval. Source: Wilson 1927.
inline void finish(CalibrationBin& bin) {
  const auto n = static_cast<double>(bin.n);
  bin.predicted /= n;
  bin.observed /= n;
  constexpr double z = 1.959963984540054;  // 97.5 % quantile of the normal distribution
  const double center = (bin.observed + z * z / (2.0 * n)) / (1.0 + z * z / n);
  const double half = z / (1.0 + z * z / n) * std::sqrt(bin.observed * (1.0 - bin.observed) / n + z * z / (4.0 * n * n));
  bin.low = std::max(0.0, center - half);
  bin.high = std::min(1.0, center + half);
}

inline void require_bins(std::size_t bins) {
  if (bins == 0) throw std::invalid_argument{"calibration needs at least one bin"};
}

}  // namespace detail

/// Equal-width bins over [0, 1]; empty bins are left out. Throws std::invalid_argument when there are no bins, and as the checks do. O(n).
[[nodiscard]] inline std::vector<CalibrationBin> calibration(std::span<const double> p, std::span<const std::uint8_t> success,
                                                             std::size_t bins) {
  require_probabilities(p, success);
  detail::require_bins(bins);
  const auto width = 1.0 / static_cast<double>(bins);
  std::vector<CalibrationBin> table(bins);
  for (std::size_t i = 0; i < p.size(); ++i) {
    CalibrationBin& bin = table[std::min(static_cast<std::size_t>(p[i] * static_cast<double>(bins)), bins - 1)];
    ++bin.n;
    bin.predicted += p[i];
    bin.observed += detail::outcome(success[i]);
  }
  for (std::size_t b = 0; b < bins; ++b) {
    table[b].from = static_cast<double>(b) * width;
    table[b].to = static_cast<double>(b + 1) * width;
    if (table[b].n > 0) detail::finish(table[b]);
  }
  std::erase_if(table, [](const CalibrationBin& bin) { return bin.n == 0; });
  return table;
}

/// Bins with equal numbers of answers, as far as equal predictions allow: these stay together, in the bin that the first of them falls
/// into. `from` and `to` are the lowest and the highest prediction of a bin. Empty bins are left out. Throws as `calibration` does. O(n).
[[nodiscard]] inline std::vector<CalibrationBin> calibration_by_quantile(const Sorted& sorted, std::size_t bins) {
  detail::require_bins(bins);
  std::vector<CalibrationBin> table;
  std::size_t current = bins;  // of the last bin in the table
  for (std::size_t k = 0; k < sorted.size();) {
    const std::size_t end = sorted.run_end(k);
    const std::size_t bin = k * bins / sorted.size();
    if (table.empty() || bin != current) {
      table.push_back({.from = sorted.p(k)});
      current = bin;
    }
    CalibrationBin& into = table.back();
    into.to = sorted.p(k);
    into.n += end - k;
    into.predicted += static_cast<double>(end - k) * sorted.p(k);
    for (; k < end; ++k) into.observed += sorted.success(k) ? 1.0 : 0.0;
  }
  for (CalibrationBin& bin : table) detail::finish(bin);
  return table;
}

/// The same of columns.
[[nodiscard]] inline std::vector<CalibrationBin> calibration_by_quantile(std::span<const double> p, std::span<const std::uint8_t> success,
                                                                         std::size_t bins) {
  return calibration_by_quantile(Sorted{p, success}, bins);
}

/// Expected calibration error: mean over answers of |predicted - observed| of their bin. Depends on the bins; a lower bound of the error
/// itself. NaN without answers.
[[nodiscard]] inline double calibration_error(std::span<const CalibrationBin> table) {
  double sum = 0.0;
  double n = 0.0;
  for (const CalibrationBin& bin : table) {
    sum += static_cast<double>(bin.n) * std::abs(bin.predicted - bin.observed);
    n += static_cast<double>(bin.n);
  }
  return n > 0.0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
}

/// `calibration_error` over equal-width bins. Throws as `calibration` does.
[[nodiscard]] inline double ece(std::span<const double> p, std::span<const std::uint8_t> success, std::size_t bins = 20) {
  return calibration_error(calibration(p, success, bins));
}

}  // namespace perdure::inline PERDURE_ABI::evaluate
