#pragma once

#include <perdure/core/abi.hpp>

#include <cstddef>
#include <type_traits>

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

namespace detail {
template <std::size_t Index, std::size_t Shard, std::size_t Shards, class List, class... Kept>
struct ShardOf;
template <std::size_t Index, std::size_t Shard, std::size_t Shards, class... Kept>
struct ShardOf<Index, Shard, Shards, TypeList<>, Kept...> {
  using type = TypeList<Kept...>;
};
template <std::size_t Index, std::size_t Shard, std::size_t Shards, class T, class... Ts, class... Kept>
struct ShardOf<Index, Shard, Shards, TypeList<T, Ts...>, Kept...>
    : std::conditional_t<Index % Shards == Shard, ShardOf<Index + 1, Shard, Shards, TypeList<Ts...>, Kept..., T>,
                         ShardOf<Index + 1, Shard, Shards, TypeList<Ts...>, Kept...>> {};
}  // namespace detail

/// Every `Shards`-th type of a list, from number `Number` on: what one of several translation units compiles.
template <class List, std::size_t Number, std::size_t Shards>
using Shard = typename detail::ShardOf<0, Number, Shards, List>::type;

}  // namespace perdure::inline PERDURE_ABI
