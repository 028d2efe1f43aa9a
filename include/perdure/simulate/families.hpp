#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/simulate/exponential.hpp>
#include <perdure/simulate/fsrs6_memory.hpp>
#include <perdure/simulate/power_odds.hpp>
#include <perdure/simulate/two_store.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace perdure::inline PERDURE_ABI::simulate {

/// The memory families that a cohort can have.
using Families = TypeList<PowerOdds, Exponential, Fsrs6Memory, TwoStore>;

/// Calls `visit.template operator()<F>()` for the family of that id. An Error lists the ids when there is none.
template <class Visit>
[[nodiscard]] std::optional<Error> with_family(std::string_view id, Visit&& visit) {
  const bool found = Families::any_of([&]<class F>() {
    if (F::id != id) return false;
    visit.template operator()<F>();
    return true;
  });
  if (found) return std::nullopt;
  std::string what = "memory must be one of";
  Families::for_each([&what]<class F>() { what += " " + std::string{F::id}; });
  return Error{Errc::unknown_name, what + ", got " + std::string{id}};
}

}  // namespace perdure::inline PERDURE_ABI::simulate
