#include <perdure/cohort/adaptive_fsrs.hpp>
#include <perdure/core/random.hpp>
#include <perdure/data/review_log.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

/// The adaptive layer: one learner, 60,000 answers to 2,000 cards over a year, each predicted and then learned. Items are answers.
namespace {

using namespace perdure;

const data::ReviewLog& log() {
  static const data::ReviewLog made = [] {
    constexpr std::uint32_t answers = 60'000;
    constexpr std::int64_t day = 86'400'000;
    std::vector<std::uint32_t> learner(answers), item(answers);
    std::vector<std::int64_t> answered(answers);
    std::vector<float> score(answers);
    std::vector<std::uint8_t> grade(answers);
    for (std::uint32_t i = 0; i < answers; ++i) {
      random::Stream draw{{.seed = 3, .step = i}};
      item[i] = draw.below(2000);
      answered[i] = day * (1000 + i / 165) + 10'000 * (i % 165);
      grade[i] = draw.next() < 0.15 ? 1 : 3;
      score[i] = grade[i] > 1 ? 1.0F : 0.0F;
    }
    return data::ReviewLog::import(
               {.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade})
        .first;
  }();
  return made;
}

void count(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log().size())); }

void predict_and_learn(benchmark::State& state) {
  const cohort::AdaptiveFsrs model;
  for (auto _ : state) benchmark::DoNotOptimize(model.predict(log(), log().learner(), log().item(), {}).data());
  count(state);
}

void layer_alone(benchmark::State& state) {
  cohort::adaptive::Weights weights = cohort::adaptive::Weights::prior(cohort::adaptive::Regime::later);
  cohort::adaptive::Features x{};
  random::Stream draw{{.seed = 4}};
  for (double& value : x) value = draw.next() - 0.5;
  bool right = false;
  for (auto _ : state) {
    benchmark::DoNotOptimize(weights.line(x).at(1.0, 2.0));
    weights.update(x, right);
    right = !right;
  }
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(predict_and_learn)->Name("adaptive/predict_and_learn")->Unit(benchmark::kMillisecond);
BENCHMARK(layer_alone)->Name("adaptive/layer_alone");

}  // namespace
