#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <numbers>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// The Leitner system as a memory model, in the form that half-life regression is measured against: each box doubles the half-life, a right
/// answer moves a card up one box, a wrong one down.
///
///     R(t) = 2^(-t/h)          h = clamp(2^box, 15 minutes, 274 days)          box' = box + right or box + wrong
///
/// A card begins in box 0, before its first answer. Nothing is trained: the published form has no free number (its trainable form is
/// half-life regression). State: the box, which may lie beyond the clamp. Source: Settles and Meeder (2016) and the code published with it.
/// See docs/models/leitner.md.
struct LeitnerEquations {
  static constexpr std::string_view id = "leitner";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr bool trainable = false;
  static constexpr std::array specs{
      ParamSpec{"right", "1", 1.0, 0.0, 10.0, 1.0, "boxes up at a right answer"},
      ParamSpec{"wrong", "1", -1.0, -10.0, 0.0, 1.0, "boxes up (below 0: down) at a wrong answer"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};

  static constexpr double farthest_box = 1e6;
  static constexpr double shortest = 1.0 / 96.0;  ///< days (15 minutes)
  static constexpr double longest = 274.0;        ///< days
  static constexpr std::array state_fields{StateSpec{"box", "1", -farthest_box, farthest_box}};

  template <class T>
  struct Params {
    T right, wrong;
  };
  template <class T>
  struct State {
    T box;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade grade) {
    return {is_success(grade) ? w.right : w.wrong};
  }

  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    using math::exp;
    return exp(T(-std::numbers::ln2) * days / half_life(s));
  }

  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T&, Grade grade) {
    return {math::clamp<T>(s.box + (is_success(grade) ? w.right : w.wrong), -farthest_box, farthest_box)};
  }

  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    using math::log;
    return T(-1.0 / std::numbers::ln2) * log(target) * half_life(s);
  }

  /// Half-life in days. The box is clamped before it becomes a power, so that nothing overflows.
  template <class T>
  static T half_life(const State<T>& s) {
    using math::exp;
    return math::clamp<T>(exp(T(std::numbers::ln2) * math::clamp(s.box, -10.0, 10.0)), shortest, longest);
  }
};

using Leitner = Model<LeitnerEquations>;
static_assert(MemoryModel<Leitner>);

}  // namespace perdure::inline PERDURE_ABI::models
