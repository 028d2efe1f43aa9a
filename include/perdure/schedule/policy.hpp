#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/time/date.hpp>

#include <concepts>
#include <string_view>

namespace perdure::inline PERDURE_ABI::schedule {

/// What a policy may look at when it chooses the next date for one learner and one item.
struct Situation {
  time::Date today;          ///< first day that can be chosen
  time::Date last_answered;  ///< local date of the last answer
  Days ideal;                ///< interval that the memory model asks for, counted from the last answer
};

struct Decision {
  time::Date due;  ///< never before `today`
};

/// A rule for one item. Laws: a due date is never before today; the same situation gives the same decision. A decorator is a policy that holds
/// a policy.
template <class P>
concept Policy = std::copy_constructible<P> && requires(const P& policy, const Situation& situation) {
  { P::id } -> std::convertible_to<std::string_view>;
  { policy.decide(situation) } -> std::same_as<Decision>;
};

}  // namespace perdure::inline PERDURE_ABI::schedule
