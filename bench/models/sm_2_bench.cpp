#include "model_bench.hpp"

#include <perdure/models/sm_2.hpp>

namespace {

using perdure::models::Sm2;

BENCHMARK(perdure_bench::review<Sm2>)->Name("sm_2/review");
BENCHMARK(perdure_bench::recall<Sm2>)->Name("sm_2/recall");
BENCHMARK(perdure_bench::interval<Sm2>)->Name("sm_2/interval");

}  // namespace
