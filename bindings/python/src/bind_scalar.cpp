#include "catalog.hpp"

#include <pybind11/stl.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace py = pybind11;
using namespace perdure_python;

namespace {

using perdure::Grade;

/// One model with one set of parameters, called for one card at a time in double precision. A state is a tuple of numbers, one per state field.
class Scalar {
 public:
  Scalar() = default;
  Scalar(const Scalar&) = delete;
  Scalar& operator=(const Scalar&) = delete;
  virtual ~Scalar() = default;

  [[nodiscard]] virtual py::tuple first(int grade) const = 0;
  [[nodiscard]] virtual py::tuple review(const py::tuple& state, double days, int grade) const = 0;
  [[nodiscard]] virtual double recall(const py::tuple& state, double days) const = 0;
  [[nodiscard]] virtual double interval(const py::tuple& state, double target) const = 0;
  /// What makes the same object again.
  [[nodiscard]] virtual py::tuple arguments() const = 0;
};

Grade checked_grade(int grade) {
  if (grade < 1 || grade > 4) throw py::value_error("grade must be 1, 2, 3 or 4, got " + std::to_string(grade));
  return static_cast<Grade>(grade);
}

template <class M>
class ScalarOf final : public Scalar {
  static constexpr std::size_t fields = M::state_fields.size();
  using State = typename M::template State<double>;

 public:
  ScalarOf(const std::vector<double>& values, bool bounded) : bounded_{bounded}, values_{values} {
    if (bounded) {
      w_ = params<M>(values);
      return;
    }
    if (values.size() != M::specs.size()) {
      throw py::value_error(std::string{M::id} + " takes " + std::to_string(M::specs.size()) + " parameters, got " +
                            std::to_string(values.size()));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) {
        throw py::value_error("parameter " + std::to_string(i) + " (" + std::string{M::specs[i].name} + ") must be finite, got " +
                              perdure::to_text(values[i]));
      }
    }
    w_ = perdure::models::assemble<M, double>(std::span<const double, M::specs.size()>{values});
  }

  py::tuple first(int grade) const override { return tuple_of(M::first(w_, checked_grade(grade))); }
  py::tuple review(const py::tuple& state, double days, int grade) const override {
    return tuple_of(M::review(w_, state_of(state), days_of(days), checked_grade(grade)));
  }
  double recall(const py::tuple& state, double days) const override { return M::recall(w_, state_of(state), days_of(days)); }
  double interval(const py::tuple& state, double target) const override {
    if (!(target > 0.0 && target <= 1.0)) throw py::value_error("target must be in (0, 1], got " + perdure::to_text(target));
    return M::interval(w_, state_of(state), target);
  }
  py::tuple arguments() const override { return py::make_tuple(std::string{M::id}, std::string{M::profile}, values_, bounded_); }

 private:
  [[nodiscard]] double days_of(double days) const {
    if (!(days >= 0.0) || (bounded_ && !std::isfinite(days))) {
      throw py::value_error(std::string{"elapsed days must be "} + (bounded_ ? "finite and " : "") + ">= 0, got " + perdure::to_text(days));
    }
    return days;
  }

  [[nodiscard]] State state_of(const py::tuple& state) const {
    if (state.size() != fields) {
      throw py::value_error(std::string{M::id} + " has " + std::to_string(fields) + " state fields, got " + std::to_string(state.size()));
    }
    std::array<double, fields> values{};
    for (std::size_t k = 0; k < fields; ++k) {
      values[k] = PyFloat_AsDouble(PyTuple_GET_ITEM(state.ptr(), static_cast<py::ssize_t>(k)));
      if (values[k] == -1.0 && PyErr_Occurred() != nullptr) throw py::error_already_set();
      check(values[k], M::state_fields[k]);
    }
    return std::bit_cast<State>(values);
  }

  /// Bounded: inside the bounds of the field. Else: no NaN, and above zero where the field's own lower bound is.
  void check(double value, const perdure::models::StateSpec& field) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double lower = bounded_ ? field.lower : (field.lower > 0.0 ? std::numeric_limits<double>::denorm_min() : -infinity);
    const double upper = bounded_ ? field.upper : infinity;
    if (value >= lower && value <= upper) return;
    const std::string expected =
        bounded_ ? "in [" + perdure::to_text(lower) + ", " + perdure::to_text(upper) + "]" : (lower > 0.0 ? "above 0" : "a number");
    throw py::value_error(std::string{field.name} + " must be " + expected + ", got " + perdure::to_text(value));
  }

  [[nodiscard]] static py::tuple tuple_of(const State& state) {
    const auto values = std::bit_cast<std::array<double, fields>>(state);
    py::tuple made(fields);
    for (std::size_t k = 0; k < fields; ++k) PyTuple_SET_ITEM(made.ptr(), static_cast<py::ssize_t>(k), PyFloat_FromDouble(values[k]));
    return made;
  }

  bool bounded_;
  std::vector<double> values_;
  typename M::template Params<double> w_{};
};

std::unique_ptr<Scalar> make(const std::string& id, const std::string& profile, const std::vector<double>& values, bool bounded) {
  std::unique_ptr<Scalar> made;
  with_model(id, profile, [&]<class M>() { made = std::make_unique<ScalarOf<M>>(values, bounded); });
  return made;
}

}  // namespace

/// Scalar: a model for one card at a time, in double. The GIL stays held: a call takes less than giving it back would.
void bind_scalar(py::module_& module) {
  py::module_ models = module.attr("models");
  py::class_<Scalar>(
      models, "Scalar",
      "A model with its parameters, for one card at a time in double precision. A state is a tuple, one number per state field "
      "of the catalog. Immutable; may be pickled. ValueError: an unknown model or profile, a wrong number of parameters or "
      "fields, a grade other than 1 to 4, negative or infinite days, a target outside (0, 1]; with bounded=True also parameters and states "
      "outside their bounds. bounded=False is for drop-ins of implementations with wider bounds: parameters may be any finite "
      "numbers, states any above 0.")
      .def(py::init(&make), py::arg("id"), py::arg("profile"), py::arg("parameters"), py::arg("bounded") = true)
      .def("first", &Scalar::first, py::arg("grade"), "State after the first answer.")
      .def("review", &Scalar::review, py::arg("state"), py::arg("days"), py::arg("grade"),
           "State after an answer given `days` (finite, >= 0; with bounded=False FSRS-6 takes infinity for a recall of 0) after the last "
           "one.")
      .def("recall", &Scalar::recall, py::arg("state"), py::arg("days"), "Probability of recall `days` (>= 0) after the last answer.")
      .def("interval", &Scalar::interval, py::arg("state"), py::arg("target"), "Days until recall falls to `target`, in [0, inf].")
      .def(py::pickle([](const Scalar& self) { return self.arguments(); },
                      [](const py::tuple& made) {
                        return make(made[0].cast<std::string>(), made[1].cast<std::string>(), made[2].cast<std::vector<double>>(),
                                    made[3].cast<bool>());
                      }));
}
