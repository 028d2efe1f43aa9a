#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>

/// Pooled fits of FSRS-6 on a simulated log of 60,000 answers. Items are answers, so that a gradient and a whole fit compare. Argument: threads.
namespace {

using perdure::models::Fsrs6;

const perdure::data::Histories& histories() {
  static const perdure::data::Histories grouped{perdure::testing::simulated_log<Fsrs6>(perdure::models::default_params<Fsrs6>(), 10'000, 1),
                                                perdure::time::ElapsedRule::exact()};
  return grouped;
}

void count(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(histories().size())); }

void loss(benchmark::State& state) {
  const perdure::fit::Objective<Fsrs6> objective{histories(), 1.0, static_cast<unsigned>(state.range(0))};
  const auto values = perdure::models::defaults<Fsrs6>();
  for (auto _ : state) benchmark::DoNotOptimize(objective.loss(values));
  count(state);
}

void gradient_and_fisher(benchmark::State& state) {
  const perdure::fit::Objective<Fsrs6> objective{histories(), 1.0, static_cast<unsigned>(state.range(0))};
  const auto values = perdure::models::defaults<Fsrs6>();
  for (auto _ : state) benchmark::DoNotOptimize(objective.derivatives(values));
  count(state);
}

void whole_fit(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        perdure::fit::pooled<Fsrs6>(histories(), perdure::models::defaults<Fsrs6>(), {.threads = static_cast<unsigned>(state.range(0))}));
  }
  count(state);
}

BENCHMARK(loss)->Name("pooled/loss")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(gradient_and_fisher)->Name("pooled/gradient_and_fisher")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(whole_fit)->Name("pooled/whole_fit")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
