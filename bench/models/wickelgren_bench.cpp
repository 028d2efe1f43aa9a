#include "model_bench.hpp"

#include <perdure/models/wickelgren.hpp>

namespace {

using perdure::models::Wickelgren;

BENCHMARK(perdure_bench::review<Wickelgren>)->Name("wickelgren/review");
BENCHMARK(perdure_bench::recall<Wickelgren>)->Name("wickelgren/recall");
BENCHMARK(perdure_bench::interval<Wickelgren>)->Name("wickelgren/interval");

}  // namespace
