#include "model_bench.hpp"

#include <perdure/models/dash.hpp>

namespace {

using perdure::models::Dash;

BENCHMARK(perdure_bench::review<Dash>)->Name("dash/review");
BENCHMARK(perdure_bench::recall<Dash>)->Name("dash/recall");
BENCHMARK(perdure_bench::interval<Dash>)->Name("dash/interval");

}  // namespace
