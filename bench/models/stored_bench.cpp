#include "model_bench.hpp"

#include <perdure/core/quantity.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/stored.hpp>

#include <vector>

/// What a service computes for one answer, beside its database: 8 bytes in; checks, update, interval; 8 bytes and the interval out. Items are
/// answers. `fsrs6/review` is the update alone.
namespace {

using namespace perdure;
using models::Fsrs6;
using State = models::Stored<Fsrs6>;

struct Row {
  State::Bytes bytes;
  Days elapsed;
  Grade grade;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  for (const auto& s : perdure_bench::samples<Fsrs6>()) all.push_back({State::of(s.state).to_bytes(), Days{s.days}, s.grade});
  return all;
}

void round_trip(benchmark::State& state) {
  const auto all = rows();
  for (auto _ : state) {
    for (const Row& row : all) benchmark::DoNotOptimize(State::of(State::from_bytes(row.bytes)->memory().value()).to_bytes());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}

void answer(benchmark::State& state) {
  const auto all = rows();
  const Fsrs6 model;
  for (auto _ : state) {
    for (const Row& row : all) {
      const auto next = model.review(State::from_bytes(row.bytes)->memory().value(), row.elapsed, row.grade);
      benchmark::DoNotOptimize(State::of(next).to_bytes());
      benchmark::DoNotOptimize(model.interval(next, 0.9));
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.size()));
}

BENCHMARK(round_trip)->Name("fsrs6/stored/round_trip");
BENCHMARK(answer)->Name("fsrs6/stored/answer");

}  // namespace
