#include <perdure/core/random.hpp>
#include <perdure/evaluate/auc.hpp>
#include <perdure/evaluate/bootstrap.hpp>
#include <perdure/evaluate/calibration.hpp>
#include <perdure/evaluate/ici.hpp>
#include <perdure/evaluate/metrics.hpp>
#include <perdure/evaluate/rmse_bins.hpp>
#include <perdure/evaluate/smooth_ece.hpp>
#include <perdure/evaluate/universal.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What a comparison of models costs once they have predicted: scores of a million predictions, and 1000 paired replicates of five models over
/// 1,000 learners. Predictions are of a calibrated model, all different.
namespace {

namespace evaluate = perdure::evaluate;

struct Predicted {
  static constexpr std::uint32_t rows = 1'000'000;
  static constexpr std::uint32_t learners = 1'000;
  static constexpr std::int32_t bins = 400;  ///< about as many as a real log fills
  std::vector<double> p, other;
  std::vector<std::uint8_t> success;
  std::vector<std::uint32_t> learner;
  std::vector<std::int32_t> bin;

  Predicted() {
    for (std::uint32_t i = 0; i < rows; ++i) {
      perdure::random::Stream stream{{.seed = 1, .learner = i, .item = 0, .step = 0}};
      p.push_back(0.3 + 0.7 * stream.next());
      other.push_back(0.9 * p.back() + 0.1 * stream.next());
      success.push_back(stream.next() < p.back() ? 1 : 0);
      learner.push_back(stream.below(learners));
      bin.push_back(static_cast<std::int32_t>(stream.below(bins)));
    }
  }
};

const Predicted& predicted() {
  static const Predicted made;
  return made;
}

template <class Score>
void score_with(benchmark::State& state, Score score) {
  const Predicted& all = predicted();
  for (auto _ : state) benchmark::DoNotOptimize(score(all));
  state.SetItemsProcessed(state.iterations() * Predicted::rows);
}

void differences(benchmark::State& state) {
  const Predicted& all = predicted();
  const std::vector<std::span<const double>> models{all.p, all.other, all.p, all.other, all.p};
  for (auto _ : state) {
    const evaluate::ClusterLosses losses{models, all.success, all.learner, Predicted::learners};
    benchmark::DoNotOptimize(losses.differences({.seed = 1, .replicates = 1000, .threads = 1}));
  }
  state.SetItemsProcessed(state.iterations() * Predicted::rows * static_cast<std::int64_t>(models.size()));
}

#define PERDURE_SCORE(name, call) \
  BENCHMARK_CAPTURE(score_with, name, [](const Predicted& all) { return call; })->Name("scores/" #name)->Unit(benchmark::kMillisecond)

PERDURE_SCORE(table_row, evaluate::score(all.p, all.success));
PERDURE_SCORE(log_loss, evaluate::log_loss(all.p, all.success));
PERDURE_SCORE(auc, evaluate::auc(all.p, all.success));
PERDURE_SCORE(ece, evaluate::ece(all.p, all.success));
PERDURE_SCORE(ici, evaluate::ici(all.p, all.success));
PERDURE_SCORE(smooth_ece, evaluate::smooth_ece(all.p, all.success));
PERDURE_SCORE(rmse_bins, evaluate::rmse_bins_srs_benchmark(all.p, all.success, all.bin));
PERDURE_SCORE(universal_metric, evaluate::universal_metric(all.p, all.other, all.success));
BENCHMARK(differences)->Name("scores/differences")->Unit(benchmark::kMillisecond);

}  // namespace
