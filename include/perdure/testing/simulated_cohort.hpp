#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/distributions.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Learners whose own parameters are known, for tests and benches of fits to many learners.
namespace perdure::inline PERDURE_ABI::testing {

/// Answers of learners, card by card, and whose they are.
struct SimulatedCohort {
  data::Histories histories;
  std::vector<std::uint32_t> learner_of_card;
};

/// Parameters of `learners` learners around `center`: those in days times a log-normal factor with standard deviation `days_spread`, the
/// others plus a Gaussian of `spread` published standard deviations; moved into the bounds and the model's order. Deterministic in `seed`.
template <models::MemoryModel M>
[[nodiscard]] std::vector<std::array<double, M::specs.size()>> drawn_parameters(const std::array<double, M::specs.size()>& center,
                                                                                double days_spread, double spread, std::size_t learners,
                                                                                std::uint64_t seed) {
  std::vector<std::array<double, M::specs.size()>> drawn(learners, center);
  for (std::size_t u = 0; u < learners; ++u) {
    random::Stream stream{{.seed = seed, .learner = static_cast<std::uint32_t>(u), .item = 0xFFFFFFFFU, .step = 0}};
    for (std::size_t i = 0; i < M::specs.size(); ++i) {
      const double z = random::normal(stream);
      const models::ParamSpec& spec = M::specs[i];
      drawn[u][i] = spec.unit == "days" ? drawn[u][i] * std::exp(days_spread * z) : drawn[u][i] + spread * spec.prior_sd * z;
    }
    drawn[u] = models::lawful<M>(drawn[u]);
  }
  return drawn;
}

/// `answers` answers of every learner, up to eight a card, as a scheduler gives them: the gap is the time to a recall of 0.9 times a
/// log-normal factor, rounded to whole days and at least one; one answer in ten comes the same day. Deterministic in `seed`.
template <models::MemoryModel M>
[[nodiscard]] SimulatedCohort simulated_cohort(std::span<const std::array<double, M::specs.size()>> truth, std::size_t answers,
                                               std::uint64_t seed) {
  constexpr std::size_t answers_a_card = 8;
  std::vector<std::size_t> offset{0};
  std::vector<double> elapsed;
  std::vector<std::uint8_t> grade;
  std::vector<std::uint32_t> learner;
  for (std::size_t u = 0; u < truth.size(); ++u) {
    const auto w = models::assemble<M, double>(std::span<const double, M::specs.size()>{truth[u]});
    for (std::size_t done = 0; done < answers; done += answers_a_card) {
      random::Stream stream{{.seed = seed, .learner = static_cast<std::uint32_t>(u), .item = static_cast<std::uint32_t>(done), .step = 0}};
      typename M::template State<double> state{};
      for (std::size_t k = 0; k < std::min(answers_a_card, answers - done); ++k) {
        double gap = 0.0;
        if (k > 0 && stream.next() > 0.1) {
          gap = std::clamp(std::round(M::interval(w, state, 0.9) * std::exp(0.7 * random::normal(stream))), 1.0, 3650.0);
        } else if (k > 0) {
          gap = 0.01;
        }
        const bool right = random::bernoulli(stream, k == 0 ? 0.7 : M::recall(w, state, gap));
        const double how = stream.next();
        const Grade g = !right ? Grade::again : (how < 0.15 ? Grade::hard : (how < 0.85 ? Grade::good : Grade::easy));
        state = k == 0 ? M::first(w, g) : M::review(w, state, gap, g);
        elapsed.push_back(gap);
        grade.push_back(static_cast<std::uint8_t>(g));
      }
      offset.push_back(grade.size());
      learner.push_back(static_cast<std::uint32_t>(u));
    }
  }
  return {data::Histories::from_cards(offset, elapsed, grade), std::move(learner)};
}

}  // namespace perdure::inline PERDURE_ABI::testing
