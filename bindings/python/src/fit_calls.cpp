#include "fit_calls.hpp"

#include "catalog.hpp"

namespace perdure_python {

// One function per part of the catalog; see fit_models.cpp.
std::span<const FitCalls> fit_part_0();
std::span<const FitCalls> fit_part_1();
std::span<const FitCalls> fit_part_2();
std::span<const FitCalls> fit_part_3();

const FitCalls& fit_calls(std::string_view id, std::string_view profile) {
  for (const auto part : {fit_part_0(), fit_part_1(), fit_part_2(), fit_part_3()}) {
    for (const FitCalls& calls : part) {
      if (calls.facts.id == id && calls.facts.profile == profile) return calls;
    }
  }
  with_model(id, profile, []<class M>() {});  // says what ships
  throw pybind11::value_error("no fit for this model");
}

}  // namespace perdure_python
