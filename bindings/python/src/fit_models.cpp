// What replays cards, for a part of the catalog. CMake compiles this file once per part, with PERDURE_FIT_PART and PERDURE_FIT_PARTS.
#include "catalog.hpp"
#include "fit_calls.hpp"

#include <perdure/batch/fit_engine.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/fit/bands.hpp>

#include <array>

namespace perdure_python {
namespace {

template <class M>
constexpr FitCalls calls_of() {
  using perdure::data::Histories;
  using perdure::data::ReviewLog;
  using perdure::fit::Observation;
  using Doubles = std::span<const double>;
  return {.facts = perdure::fit::facts<M>(),
          .engine = [] { return perdure::batch::fit_engine<M>(); },
          .observation =
              [](const Histories& histories, const perdure::fit::FirstEncounters& counts, Doubles parameters, double minimum_gap,
                 unsigned threads, perdure::fit::Counted counted) {
                return perdure::fit::fit_observation<M>(histories, counts, params<M>(parameters), minimum_gap, threads, counted);
              },
          .predict_sequence =
              [](const ReviewLog& log, const Histories& histories, Doubles parameters, const Observation& layer, Doubles first_rate,
                 unsigned threads) {
                return perdure::fit::predict_sequence<M>(log, histories, params<M>(parameters), layer, first_rate, threads);
              },
          .states = [](const ReviewLog& log, const Histories& histories, Doubles parameters,
                       unsigned threads) { return perdure::fit::card_states<M>(log, histories, params<M>(parameters), threads); },
          .card_errors = &perdure::fit::card_errors<M>,
          .sequence_errors = &perdure::fit::sequence_errors<M>};
}

template <class... Ms>
constexpr std::array<FitCalls, sizeof...(Ms)> all_calls(perdure::TypeList<Ms...>) {
  return {calls_of<Ms>()...};
}

constexpr auto part = all_calls(perdure::Shard<perdure::catalog::Profiles, PERDURE_FIT_PART, PERDURE_FIT_PARTS>{});

}  // namespace

#define PERDURE_CONCAT_(a, b) a##b
#define PERDURE_CONCAT(a, b) PERDURE_CONCAT_(a, b)
std::span<const FitCalls> PERDURE_CONCAT(fit_part_, PERDURE_FIT_PART)() { return part; }

}  // namespace perdure_python
