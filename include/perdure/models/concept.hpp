#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/models/param_spec.hpp>
#include <perdure/models/traits.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// What a memory model offers: its equations, written once for T = double, Dual<N> and Pack<Real, N>. It knows no dates, no input and no
/// containers. The laws it obeys are in perdure/testing/model_laws.hpp; what it may say beyond this is in perdure/models/traits.hpp.
///
///   id             stable name, used in files, on the command line and in Python
///   rounding       largest change that the published form makes to a state by rounding it to decimals; 0 for none
///   specs          one ParamSpec per parameter, in the order of Params<T>'s members
///   profile        which published variant of the equations this is
///   elapsed_rule   how time between answers is counted for this model (time/elapsed.hpp), by name
///   state_fields   one StateSpec per member of State<T>, in order: the columns that a state is stored in
///   first          state after the first answer
///   recall         probability of recall `days` after the last answer, days >= 0
///   review         state after an answer given `days` after the last one
///   interval       days until recall falls to `target`, in (0, 1]: 0 when it is there at once, infinity when it never gets there, and the
///                  time of the step where recall falls in steps
///   ordered        numbers of parameters that never fall in this order (ascending; may be empty): a law that bounds alone cannot say
template <class M>
concept MemoryModel = requires(const typename M::template Params<double>& w, const typename M::template State<double>& s, double days,
                               Grade grade) {
  { M::id } -> std::convertible_to<std::string_view>;
  { M::profile } -> std::convertible_to<std::string_view>;
  { M::elapsed_rule } -> std::convertible_to<std::string_view>;
  { M::rounding } -> std::convertible_to<double>;
  { M::specs.size() } -> std::convertible_to<std::size_t>;
  { M::state_fields.size() } -> std::convertible_to<std::size_t>;
  { M::first(w, grade) } -> std::same_as<typename M::template State<double>>;
  { M::recall(w, s, days) } -> std::same_as<double>;
  { M::review(w, s, days, grade) } -> std::same_as<typename M::template State<double>>;
  { M::interval(w, s, days) } -> std::same_as<double>;
  { M::ordered.size() } -> std::convertible_to<std::size_t>;
};

}  // namespace perdure::inline PERDURE_ABI::models
