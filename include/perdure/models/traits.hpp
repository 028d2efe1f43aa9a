#pragma once

#include <perdure/core/abi.hpp>

#include <array>
#include <cstddef>
#include <string_view>

/// What a model may say about itself beyond the concept. Every member is optional; these functions read it or give the usual answer.
namespace perdure::inline PERDURE_ABI::models {

/// The laws of perdure/testing/model_laws.hpp, by name, so that a model can say which one its published form breaks.
enum class Law {
  recall_starts_at_one,
  recall_never_rises,
  interval_inverts_recall,
  success_never_forgets_faster,
  states_stay_in_bounds,
  pack_equals_scalar,
  gradient
};

[[nodiscard]] constexpr std::string_view name(Law law) noexcept {
  switch (law) {
    case Law::recall_starts_at_one: return "recall_starts_at_one";
    case Law::recall_never_rises: return "recall_never_rises";
    case Law::interval_inverts_recall: return "interval_inverts_recall";
    case Law::success_never_forgets_faster: return "success_never_forgets_faster";
    case Law::states_stay_in_bounds: return "states_stay_in_bounds";
    case Law::pack_equals_scalar: return "pack_equals_scalar";
    case Law::gradient: break;
  }
  return "gradient";
}

/// A law that a model's published form breaks, and why. The law suite then demands that it is broken: a waiver that is not needed fails.
struct Waiver {
  Law law;
  std::string_view reason;
};

/// `M::waivers`, an array of Waiver; none when the model has none.
template <class M>
[[nodiscard]] constexpr bool waives(Law law) {
  if constexpr (requires { M::waivers; }) {
    for (const Waiver& waiver : M::waivers) {
      if (waiver.law == law) return true;
    }
  }
  return false;
}

/// `M::recall_ceiling`: recall at zero elapsed time, where that is a constant below 1.
template <class M>
[[nodiscard]] constexpr double recall_ceiling() {
  if constexpr (requires { M::recall_ceiling; }) {
    return M::recall_ceiling;
  } else {
    return 1.0;
  }
}

/// `M::interval_tolerance`: how well recall(interval(r)) equals r where the interval comes from a solver. The usual answer is for closed
/// forms: a few operations from exp and log with arguments below 100, hence at most a few hundred units in the last place.
template <class M>
[[nodiscard]] constexpr double interval_tolerance() {
  if constexpr (requires { M::interval_tolerance; }) {
    return M::interval_tolerance;
  } else {
    return 1e-12;
  }
}

/// `M::trainable`: false for a model whose parameters the fitter keeps, because its published form gives them no useful gradient.
template <class M>
[[nodiscard]] constexpr bool trainable() {
  if constexpr (requires { M::trainable; }) {
    return M::trainable;
  } else {
    return true;
  }
}

/// `M::history_cap`: past answers that the state holds, for a model whose state is a history; else 0.
template <class M>
[[nodiscard]] constexpr std::size_t history_cap() {
  if constexpr (requires { M::history_cap; }) {
    return M::history_cap;
  } else {
    return 0;
  }
}

namespace detail {
template <class M>
struct KernelRealOf {
  using type = float;
};
template <class M>
requires requires { typename M::KernelReal; }
struct KernelRealOf<M> {
  using type = typename M::KernelReal;
};
}  // namespace detail

/// `M::KernelReal`: double for a model that float32 arithmetic does not carry; its wide kernels compute in double.
template <class M>
using KernelReal = typename detail::KernelRealOf<M>::type;

}  // namespace perdure::inline PERDURE_ABI::models
