#include <perdure/batch/columns.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>
#include <perdure/testing/model_samples.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

/// Models over columns of a million rows, beside the floor: a copy of the same bytes. Arguments: threads.
namespace {

using perdure::batch::StateIn;
using perdure::batch::StateOut;
using perdure::models::Fsrs6;
using perdure::models::HalfLife;

constexpr std::size_t rows = 1'000'000;

template <class M>
struct Columns {
  static constexpr std::size_t fields = M::state_fields.size();
  Columns() : grade(rows), elapsed(rows), recall(rows) {
    for (std::size_t k = 0; k < fields; ++k) {
      state[k].resize(rows);
      next[k].resize(rows);
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const auto s = perdure::testing::sample<M>(static_cast<std::uint32_t>(i % 4096));
      const auto numbers = std::bit_cast<std::array<double, fields>>(s.state);
      for (std::size_t k = 0; k < fields; ++k) state[k][i] = static_cast<float>(numbers[k]);
      grade[i] = static_cast<std::uint8_t>(s.grade);
      elapsed[i] = static_cast<float>(s.days);
    }
    for (std::size_t k = 0; k < fields; ++k) {
      in[k] = state[k].data();
      out[k] = next[k].data();
    }
  }
  std::array<std::vector<float>, fields> state, next;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed, recall;
  StateIn<M> in{};
  StateOut<M> out{};
};

void count(benchmark::State& state, std::size_t bytes_per_row) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows * bytes_per_row));
}

template <class M>
void review(benchmark::State& state) {
  Columns<M> c;
  const auto w = perdure::models::default_params<M>();
  for (auto _ : state) perdure::batch::review<M>(w, c.in, c.grade, c.elapsed, c.out, static_cast<unsigned>(state.range(0)));
  count(state, 2 * Columns<M>::fields * sizeof(float) + sizeof(std::uint8_t) + sizeof(float));
}

template <class M>
void recall(benchmark::State& state) {
  Columns<M> c;
  const auto w = perdure::models::default_params<M>();
  for (auto _ : state) perdure::batch::recall<M>(w, c.in, c.elapsed, c.recall.data(), static_cast<unsigned>(state.range(0)));
  count(state, (Columns<M>::fields + 2) * sizeof(float));
}

/// The same bytes as recall of FSRS-6, copied: no computation can be faster.
void copy(benchmark::State& state) {
  Columns<Fsrs6> c;
  for (auto _ : state) {
    std::copy(c.state[0].begin(), c.state[0].end(), c.next[0].begin());
    std::copy(c.elapsed.begin(), c.elapsed.end(), c.recall.begin());
    benchmark::ClobberMemory();
  }
  count(state, 4 * sizeof(float));
}

BENCHMARK(copy)->Name("columns/copy_floor");
BENCHMARK(review<Fsrs6>)->Name("columns/fsrs6_review")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(recall<Fsrs6>)->Name("columns/fsrs6_recall")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(review<HalfLife>)->Name("columns/half_life_review")->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(recall<HalfLife>)->Name("columns/half_life_recall")->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
