#include "model_bench.hpp"

#include <perdure/models/dash_act_r.hpp>

namespace {

using perdure::models::DashActR;

BENCHMARK(perdure_bench::review<DashActR>)->Name("dash_act_r/review");
BENCHMARK(perdure_bench::recall<DashActR>)->Name("dash_act_r/recall");
BENCHMARK(perdure_bench::interval<DashActR>)->Name("dash_act_r/interval");

}  // namespace
