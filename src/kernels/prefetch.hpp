#pragma once

#include <perdure/core/abi.hpp>

#include <cstdint>

namespace perdure::inline PERDURE_ABI::kernels {

/// Asks for the cache line of from[at] to be brought in. Any `at` will do: the address is made as a number, since a pointer may not leave its
/// column, nor be moved where it is null.
template <class Element>
void prefetch(const Element* from, std::int64_t at) {
  const auto address = reinterpret_cast<std::uintptr_t>(from) + static_cast<std::uintptr_t>(at) * sizeof(Element);
  __builtin_prefetch(reinterpret_cast<const void*>(address));  // NOLINT(performance-no-int-to-ptr): never read through
}

}  // namespace perdure::inline PERDURE_ABI::kernels
