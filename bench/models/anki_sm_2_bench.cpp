#include "model_bench.hpp"

#include <perdure/models/anki_sm_2.hpp>

namespace {

using perdure::models::AnkiSm2;

BENCHMARK(perdure_bench::review<AnkiSm2>)->Name("anki_sm_2/review");
BENCHMARK(perdure_bench::recall<AnkiSm2>)->Name("anki_sm_2/recall");
BENCHMARK(perdure_bench::interval<AnkiSm2>)->Name("anki_sm_2/interval");

}  // namespace
