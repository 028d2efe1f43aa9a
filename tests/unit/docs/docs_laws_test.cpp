// The C++ lines of docs/concepts/laws.md, compiled and run. tests/python/test_docs_examples.py compares the page with this file.
#include <perdure/core/math.hpp>
#include <perdure/models/model.hpp>
#include <perdure/testing/model_suite.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <string_view>

using perdure::Grade;
namespace models = perdure::models;
namespace math = perdure::math;

/// Hyperbolic forgetting; a success multiplies the time scale, a failure divides it.
struct Hyperbolic {
  static constexpr std::string_view id = "hyperbolic";
  static constexpr std::string_view profile = "mine";
  static constexpr std::string_view elapsed_rule = "exact";
  static constexpr double rounding = 0.0;
  static constexpr std::array specs{
      models::ParamSpec{"start", "days", 5.0, 0.1, 100.0, 5.0, "time scale after the first answer"},
      models::ParamSpec{"factor", "1", 2.0, 1.0, 5.0, 1.0, "growth at a success, loss at a failure"},
  };
  static constexpr std::array<std::size_t, 0> ordered{};
  static constexpr std::array state_fields{models::StateSpec{"scale", "days", 0.01, 36500.0}};

  template <class T>
  struct Params {
    T start, factor;
  };
  template <class T>
  struct State {
    T scale;
  };

  template <class T>
  static State<T> first(const Params<T>& w, Grade) {
    return {w.start};
  }
  template <class T>
  static T recall(const Params<T>&, const State<T>& s, const T& days) {
    return T(1.0) / (T(1.0) + days / s.scale);
  }
  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T&, Grade grade) {
    return {math::clamp<T>(is_success(grade) ? s.scale * w.factor : s.scale / w.factor, 0.01, 36500.0)};
  }
  template <class T>
  static T interval(const Params<T>&, const State<T>& s, const T& target) {
    return s.scale * (T(1.0) / target - T(1.0));
  }
};
static_assert(models::MemoryModel<Hyperbolic>);

using Mine = ::testing::Types<Hyperbolic>;
namespace perdure::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Mine, ModelLaws, Mine, ModelName);
}

TEST(DocsLaws, OneLawWithoutAFramework) {
  for (const std::string& found : perdure::testing::recall_never_rises<Hyperbolic>(perdure::testing::sample<Hyperbolic>(1))) {
    ADD_FAILURE() << found;
  }
}

TEST(DocsLaws, TheSameEquationsAsAnObject) {
  const models::Model<Hyperbolic> model;
  EXPECT_EQ(model.recall(model.first(Grade::good), perdure::Days{5.0}), 0.5);
}
