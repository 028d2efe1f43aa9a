#include <perdure/batch/cohort_pass.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/cohort/filter.hpp>
#include <perdure/cohort/fit.hpp>
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/training.hpp>
#include <perdure/core/random.hpp>

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

/// The filter with its memories found by name, one answer at a time and a whole log at once, and a fit. Answers are drawn from what the model
/// expects. Items are answers; argument: skills of an item.
namespace {

using namespace perdure;
using namespace perdure::cohort;

constexpr std::uint32_t items = 500, skills = 40;

/// A learner's answers go to items at random, minutes to weeks apart.
struct Log {
  Log(std::uint32_t learners, std::uint32_t answers_each, std::uint32_t skills_each) : fresh{defaults()} {
    for (std::uint32_t i = 0; i < items; ++i) {
      std::vector<std::uint32_t> its;
      for (std::uint32_t s = 0; s < skills_each; ++s) its.push_back((i + 7 * s) % skills);
      fresh.add_item(its);
    }
    fresh.add_learners(learners);
    Filter world = fresh;
    for (std::uint32_t u = 0; u < learners; ++u) {
      random::Stream stream{{.seed = 1, .learner = u}};
      double time = 0.0;
      for (std::uint32_t k = 0; k < answers_each; ++k) {
        time += std::exp(10.0 * stream.next() - 7.0);
        const std::uint32_t what = stream.below(items);
        const double p = world.forecast(u, what, time).outlook.probability;
        learner.push_back(u);
        item.push_back(what);
        answered.push_back(time);
        score.push_back(stream.next() < p ? 1.0F : 0.0F);
        world.learn(u, what, time, time, score.back());
      }
    }
  }
  [[nodiscard]] AnswerColumns view() const { return {learner, item, answered, answered, score}; }

  Filter fresh;  ///< knows the items and nothing of them
  std::vector<std::uint32_t> learner, item;
  std::vector<double> answered;
  std::vector<float> score;
};

void count(benchmark::State& state, const Log& log) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.item.size()));
}

void filter_learn(benchmark::State& state) {
  const Log log{1000, 100, static_cast<std::uint32_t>(state.range(0))};
  for (auto _ : state) {
    state.PauseTiming();
    Filter filter = log.fresh;
    state.ResumeTiming();
    for (std::size_t r = 0; r < log.item.size(); ++r)
      filter.learn(log.learner[r], log.item[r], log.answered[r], log.answered[r], log.score[r]);
    benchmark::DoNotOptimize(filter.state().cohort.level.mean);
  }
  count(state, log);
}
BENCHMARK(filter_learn)->Arg(0)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

void filter_run(benchmark::State& state) {
  const Log log{1000, 100, static_cast<std::uint32_t>(state.range(0))};
  std::vector<double> p(log.item.size());
  for (auto _ : state) {
    state.PauseTiming();
    Filter filter = log.fresh;
    state.ResumeTiming();
    filter.run(log.view(), p);
    benchmark::DoNotOptimize(p.data());
  }
  count(state, log);
}
BENCHMARK(filter_run)->Arg(0)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

void filter_fit(benchmark::State& state) {
  const Log log{1000, 100, static_cast<std::uint32_t>(state.range(0))};
  auto start = defaults();
  for (std::size_t i = 0; i < parameter_count; ++i) {  // all that has room is off
    if (specs[i].scale == Scale::plain) start[i] += 1.0;
    if (specs[i].scale == Scale::positive) start[i] *= 3.0;
    if (specs[i].scale == Scale::unit) start[i] *= 0.5;
  }
  double iterations = 0.0;
  for (auto _ : state) {
    const Training training{log.view(), log.fresh.items(), log.fresh.learners(), std::numeric_limits<std::size_t>::max()};
    const std::vector<WeightedRows> logs{{training.rows()}};
    const auto report = fit_parameters(logs, start, batch::cohort_pass(batch::active_isa().value()));
    iterations = static_cast<double>(report.iterations);
  }
  state.counters["iterations"] = iterations;
  count(state, log);
}
BENCHMARK(filter_fit)->Arg(1)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
