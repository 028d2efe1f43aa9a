#include "model_bench.hpp"

#include <perdure/models/hlr.hpp>

namespace {

using perdure::models::Hlr;

BENCHMARK(perdure_bench::review<Hlr>)->Name("hlr/review");
BENCHMARK(perdure_bench::recall<Hlr>)->Name("hlr/recall");
BENCHMARK(perdure_bench::interval<Hlr>)->Name("hlr/interval");

}  // namespace
