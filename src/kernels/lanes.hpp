#pragma once

#include "vec.hpp"

#include <perdure/core/abi.hpp>
#include <perdure/core/pack.hpp>

#include <array>
#include <cstddef>

/// How a generic kernel moves numbers between float32 columns and the T of a model.
namespace perdure::inline PERDURE_ABI::kernels {

/// Lanes for models that compute in `Real`.
template <class Real>
struct LanesOf;

/// One vector of float32.
template <>
struct LanesOf<float> {
  using type = Vec;
  static constexpr std::size_t size = Vec::size;

  [[nodiscard]] static Vec load(const float* values) { return Vec::load(values); }

  /// The values at the rows at(0), at(1), ...
  template <class At>
  [[nodiscard]] static Vec gather(const float* column, const At& at) {
    std::array<float, size> values;
    for (std::size_t lane = 0; lane < size; ++lane) values[lane] = column[at(lane)];
    return Vec::load(values.data());
  }

  /// Writes the first `live` lanes to the rows at(0), at(1), ...
  template <class At>
  static void scatter(const Vec& x, float* column, const At& at, std::size_t live) {
    std::array<float, size> values;
    x.store(values.data());
    for (std::size_t lane = 0; lane < live; ++lane) column[at(lane)] = values[lane];
  }
};

/// Eight doubles: as many as the widest register holds.
template <>
struct LanesOf<double> {
  static constexpr std::size_t size = 8;
  using type = Pack<double, size>;

  [[nodiscard]] static type load(const float* values) {
    type x;
    for (std::size_t lane = 0; lane < size; ++lane) x.lane[lane] = static_cast<double>(values[lane]);
    return x;
  }

  template <class At>
  [[nodiscard]] static type gather(const float* column, const At& at) {
    type x;
    for (std::size_t lane = 0; lane < size; ++lane) x.lane[lane] = static_cast<double>(column[at(lane)]);
    return x;
  }

  template <class At>
  static void scatter(const type& x, float* column, const At& at, std::size_t live) {
    for (std::size_t lane = 0; lane < live; ++lane) column[at(lane)] = static_cast<float>(x.lane[lane]);
  }
};

}  // namespace perdure::inline PERDURE_ABI::kernels
