#include "model_bench.hpp"

#include <perdure/models/pimsleur.hpp>

namespace {

using perdure::models::Pimsleur;

BENCHMARK(perdure_bench::review<Pimsleur>)->Name("pimsleur/review");
BENCHMARK(perdure_bench::recall<Pimsleur>)->Name("pimsleur/recall");
BENCHMARK(perdure_bench::interval<Pimsleur>)->Name("pimsleur/interval");

}  // namespace
