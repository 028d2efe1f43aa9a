#pragma once

#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/cohort/adaptive_fsrs.hpp>
#include <perdure/cohort/adaptive_layer.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// What is known of learners as plain columns, for stores. Law: restore(columns(x)) has the bits of x.
struct AdaptiveColumns {
  std::vector<double> context;        ///< (learners × adaptive::Context::fields)
  std::vector<double> layer;          ///< (learners × layer_size) by regime: means, then the lower half of the covariance row by row
  std::vector<std::uint64_t> offset;  ///< (learners + 1) where cards begin
  std::vector<std::uint32_t> item;    ///< (cards)
  std::vector<double> card;           ///< (cards × adaptive::CardMemory::fields), in the order in which cards were introduced

  static constexpr std::size_t weights_size = adaptive::features + adaptive::entries;
  static constexpr std::size_t layer_size = adaptive::regimes * weights_size;
};
static_assert(sizeof(adaptive::Layer) == AdaptiveColumns::layer_size * sizeof(double));

[[nodiscard]] inline AdaptiveColumns columns(std::span<const AdaptiveLearner> learners) {
  AdaptiveColumns all;
  const auto append = [](std::vector<double>& column, const auto& values) {
    const auto numbers = std::bit_cast<std::array<double, sizeof(values) / sizeof(double)>>(values);
    column.insert(column.end(), numbers.begin(), numbers.end());
  };
  all.offset.push_back(0);
  for (const AdaptiveLearner& learner : learners) {
    append(all.context, learner.context);
    append(all.layer, learner.layer);
    for (const adaptive::CardMemory& card : learner.cards) append(all.card, card);
    all.item.insert(all.item.end(), learner.item.begin(), learner.item.end());
    all.offset.push_back(all.item.size());
  }
  return all;
}

namespace detail {

/// The first number that is outside its field's bounds, by name.
template <class Record>
[[nodiscard]] std::optional<std::string> misfit(std::span<const double> numbers) {
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    const models::StateSpec& field = Record::fields[k];
    if (!(numbers[k] >= field.lower && numbers[k] <= field.upper)) {
      return std::string{field.name} + " must be in [" + to_text(field.lower) + ", " + to_text(field.upper) + "], got " +
             to_text(numbers[k]);
    }
  }
  return std::nullopt;
}

[[nodiscard]] inline std::optional<std::string> misfit(const adaptive::Weights& weights) {
  using adaptive::lower;
  constexpr auto n = static_cast<Eigen::Index>(adaptive::features);
  for (const double mean : weights.mean) {
    if (!std::isfinite(mean)) return "means of weights must be finite, got " + to_text(mean);
  }
  const double both = 2.0 * weights.mean[adaptive::feature::logit7_less_6];
  if (!(both >= 0.0 && both <= weights.mean[adaptive::feature::logit6])) {
    return "weights of recall must not raise it with the gap, got " + to_text(weights.mean[adaptive::feature::logit6]) + " and " +
           to_text(both);
  }
  Eigen::MatrixXd covariance(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j)
      covariance(i, j) = covariance(j, i) = weights.covariance[lower(static_cast<std::size_t>(i), static_cast<std::size_t>(j))];
  }
  if (!covariance.allFinite() || Eigen::LLT<Eigen::MatrixXd>{covariance}.info() != Eigen::Success)
    return std::string{"covariance of weights must be finite and positive definite"};
  return std::nullopt;
}

}  // namespace detail

/// Learners from columns. An Error names the learner, the card and the number that does not fit, and what was expected.
[[nodiscard]] inline Result<std::vector<AdaptiveLearner>> restore(const AdaptiveColumns& all) {
  constexpr std::size_t context_size = adaptive::Context::fields.size();
  constexpr std::size_t card_size = adaptive::CardMemory::fields.size();
  const auto wrong_length = [](const char* name, std::size_t expected, std::size_t found) {
    return Error{Errc::shape_mismatch, std::string{name} + " must have " + to_text(expected) + " numbers, got " + to_text(found)};
  };
  if (all.offset.empty()) return wrong_length("offset", 1, 0);
  const std::size_t learners = all.offset.size() - 1;
  if (all.context.size() != learners * context_size) return wrong_length("context", learners * context_size, all.context.size());
  if (all.layer.size() != learners * AdaptiveColumns::layer_size)
    return wrong_length("layer", learners * AdaptiveColumns::layer_size, all.layer.size());
  if (all.card.size() != all.item.size() * card_size) return wrong_length("card", all.item.size() * card_size, all.card.size());
  if (all.offset.front() != 0 || all.offset.back() != all.item.size() || !std::is_sorted(all.offset.begin(), all.offset.end()))
    return Error{Errc::shape_mismatch, "offset must rise from 0 to the number of cards, " + to_text(all.item.size())};
  std::vector<AdaptiveLearner> found(learners);
  for (std::size_t l = 0; l < learners; ++l) {
    const auto problem = [l](const std::string& what) { return Error{Errc::bad_record, "learner " + to_text(l) + ": " + what, l}; };
    AdaptiveLearner& learner = found[l];
    const auto context = std::span{all.context}.subspan(l * context_size, context_size);
    if (const auto what = detail::misfit<adaptive::Context>(context)) return problem(*what);
    std::array<double, context_size> numbers{};
    std::copy(context.begin(), context.end(), numbers.begin());
    learner.context = std::bit_cast<adaptive::Context>(numbers);
    std::array<double, AdaptiveColumns::layer_size> layer{};
    std::copy_n(all.layer.begin() + static_cast<std::ptrdiff_t>(l * layer.size()), layer.size(), layer.begin());
    learner.layer = std::bit_cast<adaptive::Layer>(layer);
    for (const adaptive::Weights& weights : learner.layer) {
      if (const auto what = detail::misfit(weights)) return problem(*what);
    }
    std::unordered_set<std::uint32_t> seen;
    for (std::size_t c = all.offset[l]; c < all.offset[l + 1]; ++c) {
      if (!seen.insert(all.item[c]).second) return problem("a card for an item that has one, item " + to_text(all.item[c]));
      const auto card = std::span{all.card}.subspan(c * card_size, card_size);
      if (const auto what = detail::misfit<adaptive::CardMemory>(card)) return problem("card " + to_text(c - all.offset[l]) + ": " + *what);
      std::array<double, card_size> values{};
      std::copy(card.begin(), card.end(), values.begin());
      learner.cards.push_back(std::bit_cast<adaptive::CardMemory>(values));
      learner.item.push_back(all.item[c]);
    }
  }
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::cohort
