#include "model_bench.hpp"

#include <perdure/models/hlr_duolingo.hpp>

namespace {

using perdure::models::HlrDuolingo;

BENCHMARK(perdure_bench::review<HlrDuolingo>)->Name("hlr_duolingo/review");
BENCHMARK(perdure_bench::recall<HlrDuolingo>)->Name("hlr_duolingo/recall");
BENCHMARK(perdure_bench::interval<HlrDuolingo>)->Name("hlr_duolingo/interval");

}  // namespace
