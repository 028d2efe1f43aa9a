#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace perdure::inline PERDURE_ABI::models {

/// One parameter of a model: everything that the fitter, the bindings, the command line, files and the docs need to know about it.
struct ParamSpec {
  std::string_view name;
  std::string_view unit;  ///< "days", or "1" for a pure number
  double init;            ///< default
  double lower, upper;    ///< closed bounds
  double prior_sd;        ///< standard deviation of the Gaussian prior around the default, in the parameter's own unit
  std::string_view doc;
};

/// One column of a model's state: what a store keeps, and what a public function accepts.
struct StateSpec {
  std::string_view name;
  std::string_view unit;
  double lower, upper;  ///< closed bounds of a state that was made by the model or brought from elsewhere
};

/// Default values of a model's parameters, in spec order.
template <class M>
[[nodiscard]] constexpr std::array<double, M::specs.size()> defaults() {
  std::array<double, M::specs.size()> values{};
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = M::specs[i].init;
  return values;
}

/// Params<T> from one value per spec, in spec order.
template <class M, class T>
[[nodiscard]] constexpr typename M::template Params<T> assemble(std::span<const T, M::specs.size()> values) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return typename M::template Params<T>{values[I]...}; }
  (std::make_index_sequence<M::specs.size()>{});
}

/// Params<double> of the defaults.
template <class M>
[[nodiscard]] constexpr typename M::template Params<double> default_params() {
  return assemble<M, double>(std::span<const double, M::specs.size()>{defaults<M>()});
}

/// Number of the parameter that comes before each one in M::ordered, or -1.
template <class M>
[[nodiscard]] constexpr std::array<std::ptrdiff_t, M::specs.size()> predecessors() {
  std::array<std::ptrdiff_t, M::specs.size()> before{};
  before.fill(-1);
  for (std::size_t k = 1; k < M::ordered.size(); ++k) before[M::ordered[k]] = static_cast<std::ptrdiff_t>(M::ordered[k - 1]);
  return before;
}

/// Values inside the bounds, and those of M::ordered raised to the one before them where they were below it.
template <class M>
[[nodiscard]] constexpr std::array<double, M::specs.size()> lawful(std::array<double, M::specs.size()> values) {
  constexpr auto before = predecessors<M>();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (before[i] >= 0)
      values[i] = values[i] < values[static_cast<std::size_t>(before[i])] ? values[static_cast<std::size_t>(before[i])] : values[i];
    values[i] = values[i] < M::specs[i].lower ? M::specs[i].lower : (values[i] > M::specs[i].upper ? M::specs[i].upper : values[i]);
  }
  return values;
}

/// Says what is wrong with a set of parameter values: wrong count, not finite, outside its bounds. Order is not asked for: published
/// parameters of other implementations may break it.
[[nodiscard]] inline std::optional<Error> check_parameters(std::string_view id, std::span<const ParamSpec> specs,
                                                           std::span<const double> values) {
  if (values.size() != specs.size()) {
    return Error{Errc::shape_mismatch, std::string{id} + " takes " + to_text(specs.size()) + " parameters, got " + to_text(values.size())};
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const ParamSpec& spec = specs[i];
    if (!(values[i] >= spec.lower && values[i] <= spec.upper)) {
      return Error{Errc::out_of_domain,
                   std::string{id} + " parameter " + to_text(i) + " (" + std::string{spec.name} + ") must be in [" + to_text(spec.lower) +
                       ", " + to_text(spec.upper) + "], got " + to_text(values[i]),
                   i};
    }
  }
  return std::nullopt;
}
template <class M>
[[nodiscard]] std::optional<Error> check_parameters(std::span<const double> values) {
  return check_parameters(M::id, M::specs, values);
}

}  // namespace perdure::inline PERDURE_ABI::models
