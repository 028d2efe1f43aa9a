#include "model_bench.hpp"

#include <perdure/models/fsrs6.hpp>

namespace {

using perdure::models::Fsrs6;

BENCHMARK(perdure_bench::review<Fsrs6>)->Name("fsrs6/review");
BENCHMARK(perdure_bench::recall<Fsrs6>)->Name("fsrs6/recall");
BENCHMARK(perdure_bench::interval<Fsrs6>)->Name("fsrs6/interval");

}  // namespace
