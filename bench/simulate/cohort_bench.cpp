#include <perdure/simulate/cohort.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

/// What a cohort of a million answers costs, by memory family, on one thread; items are answers.
namespace {

namespace simulate = perdure::simulate;

template <class Family>
void cohort(benchmark::State& state) {
  simulate::CohortOptions options{.seed = 1, .memory = std::string{Family::id}};
  options.learners = 5'000;
  std::int64_t answers = 0;
  for (auto _ : state) {
    const auto made = simulate::cohort(options).value();
    answers += static_cast<std::int64_t>(made.answers.size());
    benchmark::DoNotOptimize(made.answers.probability.data());
  }
  state.SetItemsProcessed(answers);
}
BENCHMARK_TEMPLATE(cohort, simulate::PowerOdds)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(cohort, simulate::Exponential)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(cohort, simulate::Fsrs6Memory)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(cohort, simulate::TwoStore)->Unit(benchmark::kMillisecond);

}  // namespace
