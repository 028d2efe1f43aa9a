// A law that a broken model passes is no law: each model here breaks exactly one, and that law must say so.
#include <perdure/models/half_life.hpp>
#include <perdure/testing/model_laws.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace {

using perdure::Grade;
using perdure::models::HalfLife;
namespace testing_laws = perdure::testing;

/// Everything of HalfLife; a broken model hides one function.
struct Sound : HalfLife {};

struct RisingRecall : HalfLife {
  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    const T honest = HalfLife::recall(w, s, days);
    return perdure::math::choose(
        days > T(30.0), [&] { return T(1.0) - honest; }, [&] { return honest; });
  }
};

struct StartsBelowOne : HalfLife {
  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    return T(0.999) * HalfLife::recall(w, s, days);
  }
};

struct WrongInterval : HalfLife {
  template <class T>
  static T interval(const Params<T>& w, const State<T>& s, const T& target) {
    return T(1.001) * HalfLife::interval(w, s, target);
  }
};

/// Says of an interval that exists that it does not.
struct NeverFalls : HalfLife {
  template <class T>
  static T interval(const Params<T>&, const State<T>&, const T&) {
    return T(std::numeric_limits<double>::infinity());
  }
};

/// Says that recall is at the target at once.
struct AlwaysBelow : HalfLife {
  template <class T>
  static T interval(const Params<T>&, const State<T>&, const T&) {
    return T(0.0);
  }
};

struct RewardsFailure : HalfLife {
  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    return HalfLife::review(w, s, days, grade == Grade::again ? Grade::good : Grade::again);
  }
};

struct Unbounded : HalfLife {
  template <class T>
  static State<T> review(const Params<T>& w, const State<T>& s, const T& days, Grade grade) {
    return {T(1e12) * HalfLife::review(w, s, days, grade).half_life};
  }
};

/// Adds to scalars what it does not add to packs.
struct ScalarOnly : HalfLife {
  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    const T r = HalfLife::recall(w, s, days);
    if constexpr (std::is_same_v<T, double>) return r * 0.999;
    return r;
  }
};

/// Computes through a plain number, which drops the derivative.
struct LostDerivative : HalfLife {
  template <class T>
  static T recall(const Params<T>& w, const State<T>& s, const T& days) {
    if constexpr (requires { s.half_life.v; }) return T(HalfLife::recall(w, s, days).v);
    return HalfLife::recall(w, s, days);
  }
};

template <class Law>
std::size_t violations(const Law& law) {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < 50; ++i) count += law(i).size();
  return count;
}

#define PERDURE_LAW(law, model) [](std::uint32_t i) { return testing_laws::law<model>(testing_laws::sample<model>(i)); }

TEST(BrokenModel, RisingRecallIsFound) { EXPECT_GT(violations(PERDURE_LAW(recall_never_rises, RisingRecall)), 0U); }
TEST(BrokenModel, StartBelowOneIsFound) { EXPECT_GT(violations(PERDURE_LAW(recall_starts_at_one, StartsBelowOne)), 0U); }
TEST(BrokenModel, IntervalThatNeverEndsIsFound) { EXPECT_GT(violations(PERDURE_LAW(interval_inverts_recall, NeverFalls)), 0U); }
TEST(BrokenModel, IntervalOfNothingIsFound) { EXPECT_GT(violations(PERDURE_LAW(interval_inverts_recall, AlwaysBelow)), 0U); }
TEST(BrokenModel, WrongIntervalIsFound) { EXPECT_GT(violations(PERDURE_LAW(interval_inverts_recall, WrongInterval)), 0U); }
TEST(BrokenModel, RewardedFailureIsFound) { EXPECT_GT(violations(PERDURE_LAW(success_never_forgets_faster, RewardsFailure)), 0U); }
TEST(BrokenModel, UnboundedStateIsFound) { EXPECT_GT(violations(PERDURE_LAW(states_stay_in_bounds, Unbounded)), 0U); }
TEST(BrokenModel, PackThatDiffersIsFound) { EXPECT_GT(violations(PERDURE_LAW(pack_equals_scalar, ScalarOnly)), 0U); }
TEST(BrokenModel, LostDerivativeIsFound) { EXPECT_GT(violations(PERDURE_LAW(dual_gradient_equals_difference, LostDerivative)), 0U); }

TEST(BrokenModel, SoundModelPassesEveryLaw) {
  EXPECT_EQ(violations(PERDURE_LAW(recall_starts_at_one, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(recall_never_rises, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(interval_inverts_recall, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(success_never_forgets_faster, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(states_stay_in_bounds, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(pack_equals_scalar, Sound)), 0U);
  EXPECT_EQ(violations(PERDURE_LAW(dual_gradient_equals_difference, Sound)), 0U);
}

}  // namespace
