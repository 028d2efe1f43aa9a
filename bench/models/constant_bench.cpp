#include "model_bench.hpp"

#include <perdure/models/constant.hpp>

namespace {

using perdure::models::Constant;

BENCHMARK(perdure_bench::review<Constant>)->Name("constant/review");
BENCHMARK(perdure_bench::recall<Constant>)->Name("constant/recall");
BENCHMARK(perdure_bench::interval<Constant>)->Name("constant/interval");

}  // namespace
