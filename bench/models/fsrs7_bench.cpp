#include "model_bench.hpp"

#include <perdure/models/fsrs7.hpp>

namespace {

using perdure::models::Fsrs7;

BENCHMARK(perdure_bench::review<Fsrs7>)->Name("fsrs7/review");
BENCHMARK(perdure_bench::recall<Fsrs7>)->Name("fsrs7/recall");
BENCHMARK(perdure_bench::interval<Fsrs7>)->Name("fsrs7/interval");

}  // namespace
