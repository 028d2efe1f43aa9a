#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>

namespace perdure::inline PERDURE_ABI {

/// A list of types to iterate at compile time: what ships is a TypeList, never an if-chain.
template <class... Ts>
struct TypeList {
  static constexpr std::size_t size = sizeof...(Ts);

  template <template <class...> class To>
  using apply = To<Ts...>;

  /// Calls `visit.template operator()<T>()` for every type, in order.
  template <class Visit>
  static constexpr void for_each(Visit&& visit) {
    (visit.template operator()<Ts>(), ...);
  }

  /// Calls `visit` for types in order until one call returns true; says whether one did.
  template <class Visit>
  static constexpr bool any_of(Visit&& visit) {
    return (visit.template operator()<Ts>() || ...);
  }
};

}  // namespace perdure::inline PERDURE_ABI
