#pragma once

#include <perdure/core/distributions.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/models/concept.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

/// Logs whose true parameters are known.
namespace simulated {

/// `cards` cards of one item each, six answers a card, gaps between an hour and three months; right (good) with the model's own recall.
template <perdure::models::MemoryModel M>
perdure::data::ReviewLog log(const typename M::template Params<double>& truth, std::uint32_t cards, std::uint64_t seed) {
  constexpr int answers = 6;
  constexpr double day_ms = 86'400'000.0;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  for (std::uint32_t c = 0; c < cards; ++c) {
    perdure::random::Stream stream{{.seed = seed, .learner = c, .item = 0, .step = 0}};
    double when = 1000.0 + 30.0 * stream.next();
    typename M::template State<double> state{};
    for (int k = 0; k < answers; ++k) {
      const double gap = 0.04 * std::pow(90.0 / 0.04, stream.next());
      if (k > 0) when += gap;
      const double p = k == 0 ? 0.6 : M::recall(truth, state, gap);
      const auto g = perdure::random::bernoulli(stream, p) ? perdure::Grade::good : perdure::Grade::again;
      state = k == 0 ? M::first(truth, g) : M::review(truth, state, gap, g);
      learner.push_back(c % 50);
      item.push_back(c / 50);
      answered.push_back(std::llround(when * day_ms));
      grade.push_back(static_cast<std::uint8_t>(g));
      score.push_back(g == perdure::Grade::good ? 1.0F : 0.0F);
    }
  }
  return perdure::data::ReviewLog::import({.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade}).first;
}

}  // namespace simulated
