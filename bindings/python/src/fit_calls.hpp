#pragma once

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/fit/states.hpp>

#include <span>
#include <string_view>
#include <vector>

/// The fit layer of one model behind plain functions. Its templates are heavy: fit_models.cpp compiles them for a part of the catalog
/// at a time.
namespace perdure_python {

struct FitCalls {
  std::string_view id, profile;
  perdure::fit::FitReport (*pooled)(const perdure::data::Histories&, std::span<const double> start, const perdure::fit::Options&);
  perdure::fit::Observation (*observation)(const perdure::data::Histories&, const perdure::fit::FirstEncounters&,
                                           std::span<const double> parameters, double minimum_gap);
  std::vector<double> (*predict_sequence)(const perdure::data::ReviewLog&, const perdure::data::Histories&,
                                          std::span<const double> parameters, const perdure::fit::Observation&,
                                          std::span<const double> first_rate);
  perdure::fit::CardStates (*states)(const perdure::data::ReviewLog&, const perdure::data::Histories&, std::span<const double> parameters,
                                     unsigned threads);
};

/// The calls of a model and profile, from whichever part holds it. Throws ValueError, listing what ships, when none does.
[[nodiscard]] const FitCalls& fit_calls(std::string_view id, std::string_view profile);

}  // namespace perdure_python
