#include <perdure/batch/columns.hpp>
#include <perdure/batch/wide.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/core/grade.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Every model of the catalog over columns: by the wide kernels, checks included, with one thread and two, and by the plain loop in double
/// (`columns`), which is the same template one row at a time. Items are rows; bytes are those of the columns that are read and written.
namespace {

using perdure::batch::Wide;

/// Rows of a bench: a million, fewer where a state has many columns.
template <class M>
constexpr std::size_t rows = std::min<std::size_t>(1'000'000, 4'000'000 / M::state_fields.size());

template <class M>
struct Columns {
  static constexpr std::size_t fields = M::state_fields.size();
  Columns() : grade(rows<M>), elapsed(rows<M>), target(rows<M>, 0.9F), result(rows<M>), offsets(rows<M> / answers + 1) {
    for (std::size_t k = 0; k < fields; ++k) {
      state[k].resize(rows<M>);
      next[k].resize(rows<M>);
    }
    const auto w = perdure::models::default_params<M>();
    std::vector<std::array<double, fields>> reached;
    for (std::uint32_t i = 0; i < samples; ++i) {
      auto s = M::first(w, static_cast<perdure::Grade>(1 + i % 4));
      for (std::uint32_t k = i % 7; k > 0; --k) s = M::review(w, s, 0.5 + i % 97, static_cast<perdure::Grade>(1 + (i / k) % 4));
      reached.push_back(std::bit_cast<std::array<double, fields>>(s));
    }
    for (std::size_t i = 0; i < rows<M>; ++i) {
      const auto& numbers = reached[i % samples];
      for (std::size_t k = 0; k < fields; ++k) state[k][i] = static_cast<float>(numbers[k]);
      grade[i] = static_cast<std::uint8_t>(1 + (i * 2654435761U >> 13U) % 4);
      elapsed[i] = static_cast<float>((i * 40503U >> 7U) % 4096) / 32.0F;
    }
    for (std::size_t c = 0; c < offsets.size(); ++c) offsets[c] = static_cast<std::int64_t>(c * answers);
    for (std::size_t k = 0; k < fields; ++k) {
      in[k] = state[k];
      out[k] = next[k];
      cards[k] = out[k].first(offsets.size() - 1);
      raw_in[k] = state[k].data();
      raw_out[k] = next[k].data();
    }
  }
  static constexpr std::uint32_t samples = 4096;
  static constexpr std::size_t answers = 10;  ///< of a card in a replay
  std::array<std::vector<float>, fields> state, next;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed, target, result;
  std::vector<std::int64_t> offsets;
  std::array<std::span<const float>, fields> in;
  std::array<std::span<float>, fields> out, cards;
  perdure::batch::StateIn<M> raw_in{};
  perdure::batch::StateOut<M> raw_out{};
};

template <class M>
Columns<M>& columns() {
  static Columns<M> shared;
  return shared;
}

void count(benchmark::State& state, std::size_t items, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

unsigned threads(const benchmark::State& state) { return static_cast<unsigned>(state.range(0)); }

template <class M>
void add() {
  constexpr std::size_t fields = M::state_fields.size();
  const std::string id{M::id};
  const auto bench = [](const std::string& name, auto run) {
    return benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  bench("wide/" + id + "/review",
        [](benchmark::State& state) {
          auto& c = columns<M>();
          const Wide wide = Wide::of<M>();
          for (auto _ : state) wide.review(c.in, c.grade, c.elapsed, c.out, threads(state));
          count(state, rows<M>, rows<M> * (2 * fields * 4 + 5));
        })
      ->Arg(1)
      ->Arg(2);
  bench("wide/" + id + "/recall",
        [](benchmark::State& state) {
          auto& c = columns<M>();
          const Wide wide = Wide::of<M>();
          for (auto _ : state) wide.recall(c.in, c.elapsed, c.result, threads(state));
          count(state, rows<M>, rows<M> * (fields * 4 + 8));
        })
      ->Arg(1)
      ->Arg(2);
  bench("wide/" + id + "/interval",
        [](benchmark::State& state) {
          auto& c = columns<M>();
          const Wide wide = Wide::of<M>();
          for (auto _ : state) wide.interval(c.in, c.target, c.result, threads(state));
          count(state, rows<M>, rows<M> * (fields * 4 + 8));
        })
      ->Arg(1)
      ->Arg(2);
  bench("wide/" + id + "/replay",
        [](benchmark::State& state) {
          auto& c = columns<M>();
          const Wide wide = Wide::of<M>();
          for (auto _ : state) wide.replay(c.offsets, c.grade, c.elapsed, c.cards, threads(state));
          count(state, rows<M>, rows<M> * 5 + c.offsets.size() * (8 + fields * 4));
        })
      ->Arg(1)
      ->Arg(2);
  bench("columns/" + id + "/review", [](benchmark::State& state) {
    auto& c = columns<M>();
    const auto w = perdure::models::default_params<M>();
    for (auto _ : state) perdure::batch::review<M>(w, c.raw_in, c.grade, c.elapsed, c.raw_out, threads(state));
    count(state, rows<M>, rows<M> * (2 * fields * 4 + 5));
  })->Arg(1);
}

[[maybe_unused]] const bool added = [] {
  perdure::catalog::Models::for_each([]<class M>() { add<M>(); });
  return true;
}();

}  // namespace
