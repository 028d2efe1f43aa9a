#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/distributions.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/models/concept.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

/// Logs whose true parameters are known, for tests and benches.
namespace perdure::inline PERDURE_ABI::testing {

/// `cards` cards shared by 50 learners, six answers a card with gaps between an hour and three months (even in their logarithm); right, with
/// Grade::good, with the model's own recall, else Grade::again. Deterministic in `seed`.
template <models::MemoryModel M>
[[nodiscard]] data::ReviewLog simulated_log(const typename M::template Params<double>& truth, std::uint32_t cards, std::uint64_t seed) {
  constexpr int answers = 6;
  constexpr std::uint32_t learners = 50;
  constexpr double shortest = 0.04;  // days
  constexpr double longest = 90.0;   // days
  constexpr double day_ms = 86'400'000.0;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;
  for (std::uint32_t c = 0; c < cards; ++c) {
    random::Stream stream{{.seed = seed, .learner = c, .item = 0, .step = 0}};
    double when = 1000.0 + 30.0 * stream.next();
    typename M::template State<double> state{};
    for (int k = 0; k < answers; ++k) {
      const double gap = shortest * std::pow(longest / shortest, stream.next());
      if (k > 0) when += gap;
      const double p = k == 0 ? 0.6 : M::recall(truth, state, gap);
      const Grade g = random::bernoulli(stream, p) ? Grade::good : Grade::again;
      state = k == 0 ? M::first(truth, g) : M::review(truth, state, gap, g);
      learner.push_back(c % learners);
      item.push_back(c / learners);
      answered.push_back(std::llround(when * day_ms));
      grade.push_back(static_cast<std::uint8_t>(g));
      score.push_back(is_success(g) ? 1.0F : 0.0F);
    }
  }
  return data::ReviewLog::import(
             {.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
      .first;
}

}  // namespace perdure::inline PERDURE_ABI::testing
