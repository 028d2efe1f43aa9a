#include "model_bench.hpp"

#include <perdure/models/fsrs4_5.hpp>

namespace {

using perdure::models::Fsrs45;

BENCHMARK(perdure_bench::review<Fsrs45>)->Name("fsrs4_5/review");
BENCHMARK(perdure_bench::recall<Fsrs45>)->Name("fsrs4_5/recall");
BENCHMARK(perdure_bench::interval<Fsrs45>)->Name("fsrs4_5/interval");

}  // namespace
