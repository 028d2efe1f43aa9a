#include "model_bench.hpp"

#include <perdure/models/half_life.hpp>

namespace {

using perdure::models::HalfLife;

BENCHMARK(perdure_bench::review<HalfLife>)->Name("half_life/review");
BENCHMARK(perdure_bench::recall<HalfLife>)->Name("half_life/recall");
BENCHMARK(perdure_bench::interval<HalfLife>)->Name("half_life/interval");

}  // namespace
