#include <perdure/batch/fit_engine.hpp>
#include <perdure/fit/hierarchical.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_cohort.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

/// Parameters of FSRS-6 for 1,000 simulated learners of 1,000 answers each, from grouped answers to the report. Items are answers.
/// Argument: threads.
namespace {

using perdure::models::Fsrs6;
namespace fit = perdure::fit;

constexpr std::size_t learners = 1000;
constexpr std::size_t answers = 1000;

const perdure::testing::SimulatedCohort& cohort() {
  static const auto made = perdure::testing::simulated_cohort<Fsrs6>(
      perdure::testing::drawn_parameters<Fsrs6>(perdure::models::defaults<Fsrs6>(), 0.8, 0.8, learners, 1), answers, 1);
  return made;
}

void pooling(benchmark::State& state, fit::Pooling kind) {
  fit::HierarchicalOptions options{.pooling = kind};
  options.base.threads = static_cast<unsigned>(state.range(0));
  double passes = 0.0;
  for (auto _ : state) {
    const auto report = fit::hierarchical(fit::facts<Fsrs6>(), perdure::batch::fit_engine<Fsrs6>(), cohort().histories,
                                          cohort().learner_of_card, learners, perdure::models::defaults<Fsrs6>(), options);
    passes = report.evaluations;
    benchmark::DoNotOptimize(report.parameters.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(learners * answers));
  state.counters["passes"] = passes;
}

BENCHMARK_CAPTURE(pooling, partial, fit::Pooling::partial)
    ->Name("hierarchical/partial")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pooling, none, fit::Pooling::none)
    ->Name("hierarchical/none")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
