#include <perdure/core/random.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

/// Import and grouping of a log of a million answers: 1,000 learners, 200 items, in order of time.
namespace {

using perdure::data::Histories;
using perdure::data::ReviewLog;

struct Source {
  static constexpr std::uint32_t rows = 1'000'000;
  std::vector<std::uint32_t> learner, item;
  std::vector<std::int64_t> answered;
  std::vector<float> score;
  std::vector<std::uint8_t> grade;

  Source() {
    for (std::uint32_t i = 0; i < rows; ++i) {
      perdure::random::Stream stream{{.seed = 1, .learner = i, .item = 0, .step = 0}};
      learner.push_back(stream.below(1000));
      item.push_back(stream.below(200));
      answered.push_back(1'700'000'000'000 + static_cast<std::int64_t>(i) * 1000);
      grade.push_back(stream.below(4) == 0 ? 1 : 3);
      score.push_back(grade.back() > 1 ? 1.0F : 0.0F);
    }
  }
  [[nodiscard]] perdure::data::AnswerColumns view() const {
    return {.learner = learner, .item = item, .answered_at = answered, .shown_at = {}, .score = score, .grade = grade};
  }
};

const Source& source() {
  static const Source made;
  return made;
}

void import_answers(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(ReviewLog::import(source().view()));
  state.SetItemsProcessed(state.iterations() * Source::rows);
}

void group(benchmark::State& state) {
  const ReviewLog log = ReviewLog::import(source().view()).first;
  for (auto _ : state) benchmark::DoNotOptimize(Histories{log, perdure::time::ElapsedRule::exact()});
  state.SetItemsProcessed(state.iterations() * Source::rows);
}

BENCHMARK(import_answers)->Name("review_log/import")->Unit(benchmark::kMillisecond);
BENCHMARK(group)->Name("review_log/group")->Unit(benchmark::kMillisecond);

}  // namespace
