#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/concept.hpp>
#include <perdure/models/model.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace perdure::inline PERDURE_ABI::models {

/// The constant guess: every answer is right with the same probability, whatever happened before and however long ago. It remembers nothing
/// but how many answers there were. It is the baseline that every other model has to beat.
///
/// State: the number of answers. See docs/models/constant.md.
struct ConstantEquations {
  static constexpr std::string_view id = "constant";
  static constexpr std::string_view profile = "perdure";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{ParamSpec{"rate", "1", 0.5, 0.0, 1.0, 0.5, "probability of a right answer"}};
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr std::array waivers{Waiver{Law::recall_starts_at_one, "recall is the same at all times, zero included"}};

  static constexpr double most_answers = 1e6;  ///< counts stop here
  static constexpr std::array state_fields{StateSpec{"answers", "1", 1.0, most_answers}};

  template <class T>
  struct Params {
    T rate;
  };
  template <class T>
  struct State {
    T answers;
  };

  template <class T>
  static State<T> first(const Params<T>&, Grade) {
    return {T(1.0)};
  }

  template <class T>
  static T recall(const Params<T>& w, const State<T>&, const T&) {
    return w.rate;
  }

  template <class T>
  static State<T> review(const Params<T>&, const State<T>& s, const T&, Grade) {
    return {math::min<T>(s.answers + T(1.0), T(most_answers))};
  }

  /// 0 for a target at or above the rate, else infinity.
  template <class T>
  static T interval(const Params<T>& w, const State<T>&, const T& target) {
    using math::select;
    return select(w.rate > target, T(std::numeric_limits<double>::infinity()), T(0.0));
  }
};

using Constant = Model<ConstantEquations>;
static_assert(MemoryModel<Constant>);

}  // namespace perdure::inline PERDURE_ABI::models
