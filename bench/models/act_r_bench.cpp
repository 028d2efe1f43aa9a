#include "model_bench.hpp"

#include <perdure/models/act_r.hpp>

namespace {

using perdure::models::ActR;

BENCHMARK(perdure_bench::review<ActR>)->Name("act_r/review");
BENCHMARK(perdure_bench::recall<ActR>)->Name("act_r/recall");
BENCHMARK(perdure_bench::interval<ActR>)->Name("act_r/interval");

}  // namespace
