#include "model_bench.hpp"

#include <perdure/models/leitner.hpp>

namespace {

using perdure::models::Leitner;

BENCHMARK(perdure_bench::review<Leitner>)->Name("leitner/review");
BENCHMARK(perdure_bench::recall<Leitner>)->Name("leitner/recall");
BENCHMARK(perdure_bench::interval<Leitner>)->Name("leitner/interval");

}  // namespace
