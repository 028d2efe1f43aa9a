#pragma once

#include <perdure/batch/kernels.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/portable.hpp>
#include <perdure/models/concept.hpp>

#include <string_view>
#include <type_traits>

/// What sums loss, gradient and Fisher matrix of a model on this machine (perdure/fit/engine.hpp says what that is).
namespace perdure::inline PERDURE_ABI::batch {

namespace detail {
template <class M, class List>
inline constexpr bool ships = false;
template <class M, class... Ms>
inline constexpr bool ships<M, TypeList<Ms...>> = (std::is_same_v<M, Ms> || ...);
}  // namespace detail

/// The tuned kernel of a model and profile for one instruction set. An engine of null functions, with no parameters, where the catalog has
/// no such model, the model no tuned kernel, or the machine no such instructions.
[[nodiscard]] fit::Engine fit_engine(std::string_view id, std::string_view profile, Isa isa) noexcept;

/// The same for the instruction set in use. Throws Exception when PERDURE_ISA names what the machine does not have.
[[nodiscard]] fit::Engine fit_engine(std::string_view id, std::string_view profile);

/// The tuned kernel of M for the instruction set in use where M is a model of the catalog that has one, else M's template in double. Throws
/// Exception when PERDURE_ISA names what the machine does not have.
template <models::MemoryModel M>
[[nodiscard]] fit::Engine fit_engine() {
  if constexpr (detail::ships<M, catalog::Profiles>) {
    const fit::Engine tuned = fit_engine(M::id, M::profile);
    if (tuned.add != nullptr) return tuned;
  }
  return fit::portable<M>();
}

}  // namespace perdure::inline PERDURE_ABI::batch
