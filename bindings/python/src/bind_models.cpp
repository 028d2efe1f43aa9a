#include "catalog.hpp"

#include <perdure/models/traits.hpp>

#include <pybind11/stl.h>

namespace py = pybind11;

/// catalog(): what ships, for Python, the command line and the docs.
void bind_models(py::module_& module) {
  py::module_ models = module.def_submodule("models", "What the catalog holds.");
  models.def(
      "catalog",
      [] {
        py::list rows;
        perdure::catalog::Profiles::for_each([&rows]<class M>() {
          py::list parameters;
          for (const perdure::models::ParamSpec& spec : M::specs) {
            parameters.append(py::dict(py::arg("name") = spec.name, py::arg("unit") = spec.unit, py::arg("init") = spec.init,
                                       py::arg("lower") = spec.lower, py::arg("upper") = spec.upper, py::arg("prior_sd") = spec.prior_sd,
                                       py::arg("doc") = spec.doc));
          }
          py::list state;
          for (const perdure::models::StateSpec& field : M::state_fields) {
            state.append(py::dict(py::arg("name") = field.name, py::arg("unit") = field.unit));
          }
          py::list waivers;
          if constexpr (requires { M::waivers; }) {
            for (const perdure::models::Waiver& waiver : M::waivers) {
              waivers.append(py::dict(py::arg("law") = perdure::models::name(waiver.law), py::arg("reason") = waiver.reason));
            }
          }
          rows.append(py::dict(py::arg("id") = M::id, py::arg("profile") = M::profile, py::arg("elapsed_rule") = M::elapsed_rule,
                               py::arg("parameters") = parameters, py::arg("state") = state, py::arg("waivers") = waivers,
                               py::arg("trainable") = perdure::models::trainable<M>(),
                               py::arg("history_cap") = perdure::models::history_cap<M>()));
        });
        return rows;
      },
      "One dict per model and profile: id, profile, elapsed_rule, parameters (name, unit, init, lower, upper, prior_sd, doc), state (name, "
      "unit), waivers (law, reason), trainable, history_cap.");
}
