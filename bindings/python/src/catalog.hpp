#pragma once

#include <perdure/catalog/models.hpp>
#include <perdure/models/param_spec.hpp>

#include <pybind11/pybind11.h>

#include <span>
#include <string>
#include <string_view>

namespace perdure_python {

/// Calls `visit.template operator()<M>()` for the model with this id and profile. Throws ValueError, listing what ships, when there is none.
template <class Visit>
void with_model(std::string_view id, std::string_view profile, Visit&& visit) {
  const bool found = perdure::catalog::Profiles::any_of([&]<class M>() {
    if (M::id != id || M::profile != profile) return false;
    visit.template operator()<M>();
    return true;
  });
  if (found) return;
  std::string known;
  perdure::catalog::Profiles::for_each([&]<class M>() {
    if (!known.empty()) known += ", ";
    known += std::string{M::id} + "/" + std::string{M::profile};
  });
  throw pybind11::value_error("there is no model \"" + std::string{id} + "\" with profile \"" + std::string{profile} + "\"; there are " +
                              known);
}

/// Params<double> from a column of values. Throws ValueError naming the parameter that does not fit.
template <class M>
[[nodiscard]] typename M::template Params<double> params(std::span<const double> values) {
  if (const auto problem = perdure::models::check_parameters<M>(values)) throw pybind11::value_error(problem->what);
  return perdure::models::assemble<M, double>(std::span<const double, M::specs.size()>{values});
}

}  // namespace perdure_python
