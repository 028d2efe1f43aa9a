#include "model_bench.hpp"

#include <perdure/models/ebisu_v2.hpp>

namespace {

using perdure::models::EbisuV2;

BENCHMARK(perdure_bench::review<EbisuV2>)->Name("ebisu_v2/review");
BENCHMARK(perdure_bench::recall<EbisuV2>)->Name("ebisu_v2/recall");
BENCHMARK(perdure_bench::interval<EbisuV2>)->Name("ebisu_v2/interval");

}  // namespace
