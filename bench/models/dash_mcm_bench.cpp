#include "model_bench.hpp"

#include <perdure/models/dash_mcm.hpp>

namespace {

using perdure::models::DashMcm;

BENCHMARK(perdure_bench::review<DashMcm>)->Name("dash_mcm/review");
BENCHMARK(perdure_bench::recall<DashMcm>)->Name("dash_mcm/recall");
BENCHMARK(perdure_bench::interval<DashMcm>)->Name("dash_mcm/interval");

}  // namespace
