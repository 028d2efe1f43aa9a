#include <perdure/version.hpp>

#include <pybind11/pybind11.h>

void bind_adaptive(pybind11::module_& module);
void bind_batch(pybind11::module_& module);
void bind_cohort(pybind11::module_& module);
void bind_data(pybind11::module_& module);
void bind_evaluate(pybind11::module_& module);
void bind_fit(pybind11::module_& module);
void bind_hierarchical(pybind11::module_& module);
void bind_logit_layer(pybind11::module_& module);
void bind_migrate(pybind11::module_& module);
void bind_models(pybind11::module_& module);
void bind_plan(pybind11::module_& module);
void bind_scalar(pybind11::module_& module);
void bind_simulate(pybind11::module_& module);
void bind_time(pybind11::module_& module);

PYBIND11_MODULE(_core, module) {
  module.doc() = "Compiled part of Perdure. Private: use the perdure package.";
  module.attr("version") = PERDURE_VERSION;
  bind_time(module);
  bind_data(module);
  bind_models(module);
  bind_migrate(module);
  bind_scalar(module);
  bind_batch(module);
  bind_fit(module);
  bind_adaptive(module);
  bind_hierarchical(module);
  bind_cohort(module);
  bind_logit_layer(module);
  bind_evaluate(module);
  bind_plan(module);
  bind_simulate(module);
}
