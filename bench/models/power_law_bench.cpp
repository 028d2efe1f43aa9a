#include "model_bench.hpp"

#include <perdure/models/power_law.hpp>

namespace {

using perdure::models::PowerLaw;

BENCHMARK(perdure_bench::review<PowerLaw>)->Name("power_law/review");
BENCHMARK(perdure_bench::recall<PowerLaw>)->Name("power_law/recall");
BENCHMARK(perdure_bench::interval<PowerLaw>)->Name("power_law/interval");

}  // namespace
