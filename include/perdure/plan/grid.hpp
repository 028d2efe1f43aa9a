#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/memory.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {

/// One number of a state: nodes, between which functions are linear in it or in its logarithm.
struct Axis {
  std::vector<double> nodes{};  ///< at least 2, ascending; above 0 for a logarithm
  bool logarithmic = false;
};

/// Where a state lies: the cell's lowest corner, and how far inside the cell, in [0, 1], by axis.
struct Place {
  std::uint32_t corner = 0;
  std::array<float, most_fields> weight{};
};

/// A grid of states. Functions on it are one float a node, followed by `padding()` floats that stand for all states outside: a state out of the
/// grid lies in a cell of its own, whose corners are padding.
///
/// Nodes are ordered with the last axis running fastest.
class Grid {
 public:
  Grid() = default;
  /// Throws Exception (out_of_domain) for 0 or more than `most_fields` axes, and for an axis that is none.
  explicit Grid(std::vector<Axis> axes);

  [[nodiscard]] std::span<const Axis> axes() const noexcept { return axes_; }
  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::size_t padding() const noexcept { return padding_; }
  [[nodiscard]] std::size_t cells() const noexcept { return cells_; }

  [[nodiscard]] State state(std::size_t node) const;
  /// A state inside a cell, in [0, cells()), `inside` of it by axis in [0, 1].
  [[nodiscard]] State state(std::size_t cell, std::span<const double> inside) const;
  [[nodiscard]] Place place(const State& state) const;
  /// The lowest corner of a cell, and all its corners.
  [[nodiscard]] std::uint32_t corner(std::size_t cell) const;
  [[nodiscard]] std::span<const std::uint32_t> corner_offsets() const noexcept { return offsets_; }

  /// A function, of floats or what becomes one, at a place: linear along each axis between the corners of the cell.
  template <class Value>
  [[nodiscard]] float at(const Value* values, const Place& place) const noexcept {
    const Value* v = values + place.corner;
    const auto mix = [](float a, float b, float w) { return a + w * (b - a); };
    const auto& w = place.weight;
    switch (axes_.size()) {
      case 1: return mix(v[0], v[1], w[0]);
      case 2: return mix(mix(v[0], v[1], w[1]), mix(v[stride_[0]], v[stride_[0] + 1], w[1]), w[0]);
      default: break;
    }
    const Value* u = v + stride_[0];
    return mix(mix(mix(v[0], v[1], w[2]), mix(v[stride_[1]], v[stride_[1] + 1], w[2]), w[1]),
               mix(mix(u[0], u[1], w[2]), mix(u[stride_[1]], u[stride_[1] + 1], w[2]), w[1]), w[0]);
  }

 private:
  [[nodiscard]] double between(std::size_t axis, std::size_t node, double inside) const;

  std::vector<Axis> axes_;
  std::array<std::vector<double>, most_fields> coordinate_;  ///< of nodes, by axis
  std::array<std::size_t, most_fields> stride_{};
  std::vector<std::uint32_t> offsets_;
  std::size_t nodes_ = 0, cells_ = 0, padding_ = 0;
};

/// How fine a grid is.
struct Resolution {
  double ratio = 1.25;              ///< of neighbours on a logarithmic axis
  std::size_t linear = 13;          ///< nodes of an axis that is not
  std::size_t most_nodes = 12'000;  ///< in all; what would need more becomes coarser
};

/// A grid of all states that a memory may come to from `starts` by answers 1 to `longest` days apart: at the given resolution where 2,000 courses
/// of answers drawn at random come, and with steps that double from there outward. An axis whose bounds are far apart and above 0 is
/// logarithmic. Throws Exception (out_of_domain) for no start, for more fields than can be planned with, and for states out of their bounds.
[[nodiscard]] Grid grid_around(const Memory& memory, std::span<const State> starts, std::int32_t longest,
                               const Resolution& resolution = {});

}  // namespace perdure::inline PERDURE_ABI::plan
