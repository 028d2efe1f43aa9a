#include <perdure/core/random.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

/// Import and grouping of a log of a million answers: 1,000 learners, 200 items. The usual log is in order of time; the others lose one cheap
/// answer each.
namespace {

using perdure::data::Histories;
using perdure::data::ReviewLog;

enum class Kind {
  usual,
  shown,      ///< times of showing are known: a quiz shows all its questions at once
  unordered,  ///< rows in any order
  coarse,     ///< times are days: most rows share theirs with another of the learner
  far_codes,  ///< codes are a database's ids
  by_card     ///< sorted by learner, item and time
};

struct Source {
  static constexpr std::uint32_t rows = 1'000'000;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered, shown;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;

  explicit Source(Kind kind) {
    const std::uint32_t far = kind == Kind::far_codes ? 4'000'000U : 1U;
    for (std::uint32_t i = 0; i < rows; ++i) {
      perdure::random::Stream stream{{.seed = 1, .learner = i, .item = 0, .step = 0}};
      const bool by_card = kind == Kind::by_card;
      learner.push_back(far * (by_card ? i / 1000 : stream.below(1000)));
      item.push_back(far * (by_card ? i % 1000 / 5 : stream.below(200)));
      const std::int64_t minute = 60'000 * static_cast<std::int64_t>(kind == Kind::unordered ? stream.below(rows) : i);
      constexpr std::int64_t day = 86'400'000;
      answered.push_back(1'700'006'400'000 + (kind == Kind::coarse ? minute / day * day : minute));
      if (kind == Kind::shown) shown.push_back(answered.back() - answered.back() % (day / 24));
      grade.push_back(stream.below(4) == 0 ? 1 : 3);
      score.push_back(grade.back() > 1 ? 1.0F : 0.0F);
    }
  }
  [[nodiscard]] perdure::data::AnswerColumns view() const {
    return {.learner = learner, .item = item, .answered_at = answered, .shown_at = shown, .score = score, .grade = grade};
  }
};

void import_answers(benchmark::State& state, Kind kind) {
  const Source source{kind};
  for (auto _ : state) benchmark::DoNotOptimize(ReviewLog::import(source.view()));
  state.SetItemsProcessed(state.iterations() * Source::rows);
}

void group(benchmark::State& state, Kind kind) {
  const ReviewLog log = ReviewLog::import(Source{kind}.view()).first;
  for (auto _ : state) benchmark::DoNotOptimize(Histories{log, perdure::time::ElapsedRule::exact()});
  state.SetItemsProcessed(state.iterations() * Source::rows);
}

BENCHMARK_CAPTURE(import_answers, usual, Kind::usual)->Name("review_log/import")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_answers, shown, Kind::shown)->Name("review_log/import/shown")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_answers, unordered, Kind::unordered)->Name("review_log/import/unordered")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_answers, coarse, Kind::coarse)->Name("review_log/import/coarse")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(import_answers, far_codes, Kind::far_codes)->Name("review_log/import/far_codes")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group, usual, Kind::usual)->Name("review_log/group")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group, far_codes, Kind::far_codes)->Name("review_log/group/far_codes")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(group, by_card, Kind::by_card)->Name("review_log/group/by_card")->Unit(benchmark::kMillisecond);

}  // namespace
