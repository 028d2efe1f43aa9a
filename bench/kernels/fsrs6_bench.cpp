#include "plain.hpp"

#include <perdure/batch/kernels.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/fsrs6.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

/// FSRS-6 over ten million rows, on one core: the kernels of every instruction set of this machine beside the same work written plainly and compiled
/// with the same flags. `S` is the scalar loop that evaluates only the branch it needs. Items are rows (answers, in replays); bytes are those of
/// the columns. Ratios to hold, within one run: update >= 12 S and >= 6 eigen with AVX2, >= 3.5 S with SSE2; recall >= 9 powf; replay, sort
/// included, >= 6.5 S at 10 answers a card and >= 10 S at 100.
namespace {

using namespace perdure;

#define PERDURE_PLAIN_OBJECT(isa, plain, math) extern "C" const perdure_plain* plain();
#include "perdure_plain_objects.inc"
#undef PERDURE_PLAIN_OBJECT

const perdure_plain& plain(batch::Isa isa) {
  const perdure_plain* found = nullptr;
#define PERDURE_PLAIN_OBJECT(set, plain, math) \
  if (isa == batch::Isa::set) found = ::plain();
#include "perdure_plain_objects.inc"
#undef PERDURE_PLAIN_OBJECT
  return *found;
}

constexpr std::size_t rows = 10'000'000;

/// A column on a cache line.
template <class T>
struct OnLine {
  using value_type = T;
  OnLine() = default;
  template <class U>
  explicit OnLine(const OnLine<U>& /*other*/) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{64})); }
  void deallocate(T* p, std::size_t /*n*/) { ::operator delete (p, std::align_val_t{64}); }
  friend bool operator==(const OnLine& /*a*/, const OnLine& /*b*/) { return true; }
};
template <class T>
using Column = std::vector<T, OnLine<T>>;

std::uint8_t answer(double u) { return static_cast<std::uint8_t>(u < 0.12 ? 1 : u < 0.25 ? 2 : u < 0.85 ? 3 : 4); }

struct Parameters {
  Parameters() {
    for (std::size_t k = 0; k < wide.size(); ++k) {
      wide[k] = models::Fsrs6::specs[k].init;
      narrow[k] = static_cast<float>(wide[k]);
    }
  }
  std::array<double, 21> wide{};
  std::array<float, 21> narrow{};
};
const Parameters parameters;

/// States as cohorts have them: stabilities from hours to years, asked at up to twice their stability, a tenth again on the same day.
struct Rows {
  Rows() : stability(rows), difficulty(rows), elapsed(rows), next_stability(rows), next_difficulty(rows), due(rows), grade(rows) {
    random::Stream stream{{.seed = 1, .learner = 0, .item = 0, .step = 0}};
    for (std::size_t i = 0; i < rows; ++i) {
      const double s = std::exp(8.0 * stream.next() - 1.0);
      stability[i] = static_cast<float>(s);
      difficulty[i] = static_cast<float>(1.0 + 9.0 * stream.next());
      elapsed[i] = static_cast<float>(stream.next() < 0.1 ? stream.next() : 2.0 * s * stream.next());
      grade[i] = answer(stream.next());
    }
  }
  static Rows& instance() {
    static Rows all;
    return all;
  }
  Column<float> stability, difficulty, elapsed, next_stability, next_difficulty, due;
  Column<std::uint8_t> grade;
  std::array<const float*, 2> in{stability.data(), difficulty.data()};
  std::array<float*, 2> out{next_stability.data(), next_difficulty.data()};
};

/// Ten million answers of cards with 1 to 2 mean - 1 answers each.
struct Histories {
  explicit Histories(std::size_t mean) : cards{rows / mean}, offsets(cards + 1), stability(cards), difficulty(cards) {
    random::Stream stream{{.seed = 2, .learner = static_cast<std::uint32_t>(mean), .item = 0, .step = 0}};
    const auto most = static_cast<std::uint32_t>(2 * mean - 1);
    for (std::size_t c = 0; c < cards; ++c) offsets[c + 1] = offsets[c] + 1 + stream.below(most);
    const auto answers = static_cast<std::size_t>(offsets.back());
    for (std::size_t i = 0; i < answers; ++i) {
      elapsed.push_back(static_cast<float>(stream.next() < 0.1 ? stream.next() : std::exp(5.0 * stream.next())));
      grade.push_back(answer(stream.next()));
    }
  }
  static Histories& instance(std::size_t mean) {
    static Histories ten{10};
    static Histories hundred{100};
    return mean == 10 ? ten : hundred;
  }
  std::size_t cards;
  std::vector<std::int64_t> offsets;
  std::vector<float> elapsed;
  std::vector<std::uint8_t> grade;
  std::vector<float> stability, difficulty;
  std::array<float*, 2> out{stability.data(), difficulty.data()};
};

void count(benchmark::State& state, std::size_t items, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(items * bytes));
}

template <class Update, class Weights>
void update(benchmark::State& state, Update run, const Weights& w) {
  Rows& r = Rows::instance();
  for (auto _ : state) run(w.data(), rows, r.in.data(), r.grade.data(), r.elapsed.data(), r.out.data(), 0.9F, r.due.data());
  count(state, rows, 6 * sizeof(float) + 1);
}

template <class Recall>
void recall(benchmark::State& state, const Recall& run) {
  Rows& r = Rows::instance();
  for (auto _ : state) {
    run(r.stability.data(), r.elapsed.data(), r.due.data());
    benchmark::ClobberMemory();
  }
  count(state, rows, 3 * sizeof(float));
}

template <class Replay, class Weights>
void replay(benchmark::State& state, Replay run, const Weights& w, std::size_t mean) {
  Histories& h = Histories::instance(mean);
  for (auto _ : state) run(w.data(), h.cards, h.offsets.data(), h.grade.data(), h.elapsed.data(), h.out.data());
  count(state, h.elapsed.size(), sizeof(float) + 1);
}

template <class... Arguments>
void add(const std::string& what, const std::string& who, batch::Isa isa, Arguments... arguments) {
  benchmark::RegisterBenchmark(("fsrs6/" + what + "/" + who + "/" + std::string{batch::name(isa)}).c_str(), arguments...);
}

bool add_all() {
  for (const batch::Isa isa : batch::available()) {
    const perdure_plain& p = plain(isa);
    const batch::Kernels& k = *batch::find_kernels("fsrs6", "perdure", isa);
    const auto& narrow = parameters.narrow;
    const auto& wide = parameters.wide;
    add("update", "S", isa, [&p, &narrow](benchmark::State& s) { update(s, p.scalar_update, narrow); });
    add("update", "eigen", isa, [&p, &narrow](benchmark::State& s) { update(s, p.eigen_update, narrow); });
    add("update", "eigen_pow", isa, [&p, &narrow](benchmark::State& s) { update(s, p.eigen_pow_update, narrow); });
    add("update", "kernel", isa, [&k, &wide](benchmark::State& s) {
      update(
          s, [&k](const auto&... arguments) { k.review(arguments..., nullptr); }, wide);
    });
    const auto over = [&narrow](auto function) {
      return [function, &narrow](benchmark::State& s) {
        recall(s, [&](const float* a, const float* b, float* out) { function(narrow.data(), rows, a, b, out); });
      };
    };
    add("recall", "powf", isa, over(p.scalar_recall));
    add("recall", "eigen", isa, over(p.eigen_recall));
    add("recall", "kernel", isa, [&k, &wide](benchmark::State& s) {
      recall(s, [&](const float* a, const float* b, float* out) {
        const std::array<const float*, 2> in{a, a};
        k.recall(wide.data(), rows, in.data(), b, out, nullptr);
      });
    });
    add("recall", "same_bytes", isa,
        [&p](benchmark::State& s) { recall(s, [&](const float* a, const float* b, float* out) { p.sum(rows, a, b, out); }); });
    add("recall", "same_bytes_streamed", isa,
        [&p](benchmark::State& s) { recall(s, [&](const float* a, const float* b, float* out) { p.streamed_sum(rows, a, b, out); }); });
    for (const std::size_t mean : {10U, 100U}) {
      const std::string what = "replay_" + std::to_string(mean);
      add(what, "S", isa, [&p, &narrow, mean](benchmark::State& s) { replay(s, p.scalar_replay, narrow, mean); });
      add(what, "kernel", isa, [&k, &wide, mean](benchmark::State& s) { replay(s, k.replay, wide, mean); });
    }
  }
  return true;
}
[[maybe_unused]] const bool added = add_all();

}  // namespace
