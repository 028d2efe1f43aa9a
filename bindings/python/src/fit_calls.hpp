#pragma once

#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/observation.hpp>
#include <perdure/fit/states.hpp>

#include <span>
#include <string_view>
#include <vector>

/// What the fit layer needs of one model, behind plain functions: its sums, and what replays cards with its template. Templates are heavy:
/// fit_models.cpp compiles them for a part of the catalog at a time. The fit itself is not a template (fit/pooled.hpp).
namespace perdure_python {

struct FitCalls {
  perdure::fit::ModelFacts facts;
  perdure::fit::Engine (*engine)();  ///< the kernel of this machine where there is one
  perdure::fit::ObservationFit (*observation)(const perdure::data::Histories&, const perdure::fit::FirstEncounters&,
                                              std::span<const double> parameters, double minimum_gap, unsigned threads,
                                              perdure::fit::Counted counted);
  std::vector<double> (*predict_sequence)(const perdure::data::ReviewLog&, const perdure::data::Histories&,
                                          std::span<const double> parameters, const perdure::fit::Observation&,
                                          std::span<const double> first_rate, unsigned threads);
  perdure::fit::CardStates (*states)(const perdure::data::ReviewLog&, const perdure::data::Histories&, std::span<const double> parameters,
                                     unsigned threads);
  std::vector<double> (*card_errors)(const perdure::data::Histories&, std::span<const double> parameters, std::span<const double> root,
                                     std::span<const double> days, unsigned threads);
  std::vector<double> (*sequence_errors)(const perdure::data::ReviewLog&, const perdure::data::Histories&,
                                         std::span<const double> parameters, std::span<const double> root, const perdure::fit::Observation&,
                                         std::span<const double> first_error, unsigned threads);
};

/// The calls of a model and profile, from whichever part holds it. Throws ValueError, listing what ships, when none does.
[[nodiscard]] const FitCalls& fit_calls(std::string_view id, std::string_view profile);

}  // namespace perdure_python
