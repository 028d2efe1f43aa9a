// The fit layer of a part of the catalog. CMake compiles this file once per part, with PERDURE_FIT_PART and PERDURE_FIT_PARTS.
#include "catalog.hpp"
#include "fit_calls.hpp"

#include <perdure/core/type_list.hpp>

#include <algorithm>
#include <array>

namespace perdure_python {
namespace {

template <class M>
constexpr FitCalls calls_of() {
  using perdure::data::Histories;
  using perdure::data::ReviewLog;
  using Doubles = std::span<const double>;
  return {
      .id = M::id,
      .profile = M::profile,
      .pooled =
          [](const Histories& histories, Doubles start, const perdure::fit::Options& options) {
            static_cast<void>(params<M>(start));
            std::array<double, M::specs.size()> from{};
            std::copy(start.begin(), start.end(), from.begin());
            return perdure::fit::pooled<M>(histories, from, options);
          },
      .observation =
          [](const Histories& histories, const perdure::fit::FirstEncounters& counts, Doubles parameters, double minimum_gap) {
            return perdure::fit::fit_observation<M>(histories, counts, params<M>(parameters), minimum_gap);
          },
      .predict_sequence =
          [](const ReviewLog& log, const Histories& histories, Doubles parameters, const perdure::fit::Observation& layer,
             Doubles first_rate) { return perdure::fit::predict_sequence<M>(log, histories, params<M>(parameters), layer, first_rate); },
      .states = [](const ReviewLog& log, const Histories& histories, Doubles parameters,
                   unsigned threads) { return perdure::fit::card_states<M>(log, histories, params<M>(parameters), threads); }};
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
