#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/traits.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace perdure::inline PERDURE_ABI::fit {

/// What a fit must know about a model beside its sums (engine.hpp): so that one optimiser, compiled once, serves all.
struct ModelFacts {
  std::string_view id, profile;
  std::span<const models::ParamSpec> specs;
  std::span<const std::size_t> ordered;  ///< parameters that never fall in this order
  bool trainable = true;

  [[nodiscard]] std::size_t size() const noexcept { return specs.size(); }
};

template <models::MemoryModel M>
[[nodiscard]] constexpr ModelFacts facts() {
  return {M::id, M::profile, M::specs, M::ordered, models::trainable<M>()};
}

}  // namespace perdure::inline PERDURE_ABI::fit
