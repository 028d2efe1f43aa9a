#include "model_bench.hpp"

#include <perdure/models/fsrs5.hpp>

namespace {

using perdure::models::Fsrs5;

BENCHMARK(perdure_bench::review<Fsrs5>)->Name("fsrs5/review");
BENCHMARK(perdure_bench::recall<Fsrs5>)->Name("fsrs5/recall");
BENCHMARK(perdure_bench::interval<Fsrs5>)->Name("fsrs5/interval");

}  // namespace
