#pragma once

#include <perdure/cohort/adaptive_curve.hpp>
#include <perdure/cohort/adaptive_features.hpp>
#include <perdure/cohort/adaptive_layer.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/data/card_order.hpp>
#include <perdure/data/review_log.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::cohort {

/// What `AdaptiveFsrs` knows of one learner: a plain value, from which it goes on as if it had never stopped.
struct AdaptiveLearner {
  adaptive::Context context;
  adaptive::Layer layer{adaptive::prior_layer()};
  std::vector<adaptive::CardMemory> cards;  ///< in the order in which they were introduced
  std::vector<std::uint32_t> item;          ///< of every card
};

/// FSRS-6 and FSRS-7 under an online Bayesian logistic layer, one learner at a time (docs/models/adaptive_fsrs.md). Only the parameters of the
/// two models are fitted, elsewhere; the layer learns at every answer, at O(d^2) for d features.
class AdaptiveFsrs {
 public:
  explicit AdaptiveFsrs(const adaptive::Bases& bases = {}) : bases_{bases} {}

  [[nodiscard]] const adaptive::Bases& bases() const noexcept { return bases_; }

  /// Probability of a right answer for every row, each from strictly earlier answers of its learner: answers with one time do not see each
  /// other, and neither does a row see how long its own answer took, where the log says when it was shown.
  ///
  /// A learner's rows that are no later than the last answer `known` of him are replayed from the prior, by the log alone; later ones go on
  /// from what is known, and from that replay for cards of which nothing is.
  ///
  /// \param log      answers, each learner's in time order
  /// \param learner  (rows) place of the learner in `known`; places beyond it are new learners
  /// \param item     (rows) item, by the codes that `known` uses
  /// \param after    (places) where given: what is known of every learner of the log after his last row; others stay as they are
  /// The same bits for any number of threads.
  [[nodiscard]] std::vector<double> predict(const data::ReviewLog& log, std::span<const std::uint32_t> learner,
                                            std::span<const std::uint32_t> item, std::span<const AdaptiveLearner> known,
                                            unsigned threads = 1, std::vector<AdaptiveLearner>* after = nullptr) const {
    require(learner.size(), log.size(), "learner");
    require(item.size(), log.size(), "item");
    std::vector<std::size_t> offset;
    const std::vector<std::uint32_t> order = data::detail::ordered_by(
        log.size(), [learner](std::size_t i) { return learner[i]; }, &offset);
    if (after != nullptr) {
      after->assign(known.begin(), known.end());
      if (!order.empty()) after->resize(std::max<std::size_t>(known.size(), learner[order.back()] + std::size_t{1}));
    }
    std::vector<double> p(log.size());
    parallel_for(offset.size() - 1, threads, [&](std::size_t g) {
      const auto rows = std::span{order}.subspan(offset[g], offset[g + 1] - offset[g]);
      const std::uint32_t who = learner[rows[0]];
      const AdaptiveLearner* met = who < known.size() ? &known[who] : nullptr;
      const auto begin = static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(),
                                                               [&](std::uint32_t i) {
                                                                 return met != nullptr && static_cast<double>(log.answered_at()[i]) >
                                                                                              met->context.last_answered_ms;
                                                               }) -
                                                  rows.begin());
      AdaptiveLearner state;
      if (begin > 0) walk(log, item, rows.first(begin), state, p);
      if (begin < rows.size()) {
        state = joined(*met, std::move(state));
        walk(log, item, rows.subspan(begin), state, p);
      }
      if (after != nullptr) (*after)[who] = std::move(state);
    });
    return p;
  }

  /// Recall of a card over all gaps after its last answer, in the middle of a day of its learner (adaptive_curve.hpp).
  [[nodiscard]] static adaptive::Curve curve(const AdaptiveLearner& learner, std::size_t place) {
    return adaptive::curve(learner.layer, learner.context, learner.cards, place);
  }

 private:
  static void require(std::size_t rows, std::size_t expected, const char* name) {
    if (rows != expected) {
      throw Exception{Error{Errc::shape_mismatch, std::string{name} + " must have " + to_text(expected) + " rows, got " + to_text(rows)}};
    }
  }

  /// What is known, with the cards that only a replay has after its own.
  [[nodiscard]] static AdaptiveLearner joined(AdaptiveLearner known, AdaptiveLearner replayed) {
    const std::unordered_set<std::uint32_t> has{known.item.begin(), known.item.end()};
    for (std::size_t k = 0; k < replayed.item.size(); ++k) {
      if (has.contains(replayed.item[k])) continue;
      known.cards.push_back(replayed.cards[k]);
      known.item.push_back(replayed.item[k]);
    }
    return known;
  }

  /// Predicts and learns rows of one learner, in time order, from `state` on.
  void walk(const data::ReviewLog& log, std::span<const std::uint32_t> item, std::span<const std::uint32_t> rows, AdaptiveLearner& state,
            std::span<double> p) const {
    std::unordered_map<std::uint32_t, std::size_t> place;
    for (std::size_t k = 0; k < state.item.size(); ++k) place.emplace(state.item[k], k);
    std::vector<adaptive::Question> asked;
    for (std::size_t begin = 0; begin < rows.size();) {
      const std::int64_t answered_at = log.answered_at()[rows[begin]];
      std::size_t end = begin;
      std::int64_t first_shown = answered_at;
      for (; end < rows.size() && log.answered_at()[rows[end]] == answered_at; ++end)
        first_shown = std::min(first_shown, log.shown_at()[rows[end]]);
      const double answered_ms = static_cast<double>(answered_at);
      if (state.context.last_answered_ms >= 0.0) {
        const double days = std::max(0.0, static_cast<double>(first_shown) - state.context.last_answered_ms) / adaptive::day_ms;
        for (adaptive::Weights& weights : state.layer) weights.absent(days);
      }
      asked.clear();
      for (std::size_t k = begin; k < end; ++k) {
        const auto found = place.find(item[rows[k]]);
        const std::size_t at = found == place.end() ? state.cards.size() : found->second;
        const auto& q =
            asked.emplace_back(adaptive::ask(bases_, state.context, state.cards, at, static_cast<double>(log.shown_at()[rows[k]])));
        p[rows[k]] = state.layer[static_cast<std::size_t>(q.regime)].line(q.x).at(q.logit6, q.logit7);
      }
      for (std::size_t k = begin; k < end; ++k) {
        const adaptive::Question& q = asked[k - begin];
        const auto grade = static_cast<Grade>(log.grade()[rows[k]]);
        const double shown_ms = static_cast<double>(log.shown_at()[rows[k]]);
        state.layer[static_cast<std::size_t>(q.regime)].update(q.x, is_success(grade));
        const auto [found, is_new] = place.emplace(item[rows[k]], state.cards.size());
        if (is_new) {
          state.cards.push_back(adaptive::answered(bases_, nullptr, q, shown_ms, answered_ms, grade));
          state.item.push_back(item[rows[k]]);
        } else {
          adaptive::CardMemory& card = state.cards[found->second];
          card = adaptive::answered(bases_, &card, q, shown_ms, answered_ms, grade);
        }
        adaptive::note(state.context, q, shown_ms, answered_ms, is_success(grade));
      }
      begin = end;
    }
  }

  adaptive::Bases bases_;
};

}  // namespace perdure::inline PERDURE_ABI::cohort
