#include <perdure/batch/fit_engine.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/simulated_log.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>

/// Sums and fits of FSRS-6 over a simulated log of 60,000 answers, by the model's template and by the kernels. Items are answers, so that a sum
/// and a whole fit compare. Argument: threads.
namespace {

using namespace perdure;
using models::Fsrs6;

const data::Histories& histories() {
  static const data::Histories grouped{testing::simulated_log<Fsrs6>(models::default_params<Fsrs6>(), 10'000, 1),
                                       time::ElapsedRule::exact()};
  return grouped;
}
const fit::Steps& steps() {
  static const fit::Steps laid_out{histories(), fit::later_answers(histories(), 1.0)};
  return laid_out;
}

void count(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(histories().size())); }

void layout(benchmark::State& state) {
  for (auto _ : state) {
    const fit::Steps laid_out{histories(), fit::later_answers(histories(), 1.0)};
    benchmark::DoNotOptimize(laid_out.groups().data());
  }
  count(state);
}

void sums(benchmark::State& state, const fit::Engine& engine, fit::Order order) {
  const fit::Objective objective{steps().groups(), engine, static_cast<unsigned>(state.range(0))};
  const auto values = models::defaults<Fsrs6>();
  for (auto _ : state) benchmark::DoNotOptimize(objective.derivatives(values, order).loss);
  count(state);
}

void whole_fit(benchmark::State& state, const fit::Engine& engine) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(fit::pooled(fit::facts<Fsrs6>(), engine, histories(), models::defaults<Fsrs6>(),
                                         {.threads = static_cast<unsigned>(state.range(0))}));
  }
  count(state);
}

void both_threads(benchmark::internal::Benchmark* b) { b->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond); }

BENCHMARK(layout)->Name("pooled/layout")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sums, template_loss, fit::portable<Fsrs6>(), fit::Order::loss)->Apply(both_threads);
BENCHMARK_CAPTURE(sums, template_gradient, fit::portable<Fsrs6>(), fit::Order::gradient)->Apply(both_threads);
BENCHMARK_CAPTURE(sums, template_fisher, fit::portable<Fsrs6>(), fit::Order::fisher)->Apply(both_threads);
BENCHMARK_CAPTURE(sums, kernel_loss, batch::fit_engine<Fsrs6>(), fit::Order::loss)->Apply(both_threads);
BENCHMARK_CAPTURE(sums, kernel_gradient, batch::fit_engine<Fsrs6>(), fit::Order::gradient)->Apply(both_threads);
BENCHMARK_CAPTURE(sums, kernel_fisher, batch::fit_engine<Fsrs6>(), fit::Order::fisher)->Apply(both_threads);
BENCHMARK_CAPTURE(whole_fit, template, fit::portable<Fsrs6>())->Apply(both_threads);
BENCHMARK_CAPTURE(whole_fit, kernel, batch::fit_engine<Fsrs6>())->Apply(both_threads);

}  // namespace
