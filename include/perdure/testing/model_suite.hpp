#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/models/traits.hpp>
#include <perdure/testing/model_laws.hpp>
#include <perdure/testing/model_name.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

/// The laws as a GoogleTest suite. For your own models:
///
///     using Mine = ::testing::Types<MyModel>;
///     namespace perdure::testing { INSTANTIATE_TYPED_TEST_SUITE_P(Mine, ModelLaws, Mine, ModelName); }
namespace perdure::inline PERDURE_ABI::testing {

template <class M>
class ModelLaws : public ::testing::Test {
 protected:
  /// Runs a law over `samples` samples and fails with the first few things it found. A law that the model waives must be broken somewhere:
  /// a waiver that is not needed is a false statement.
  template <class Check>
  void holds(models::Law law, const Check& check, std::uint32_t samples) {
    const bool waived = models::waives<M>(law);
    std::size_t found = 0;
    for (std::uint32_t i = 0; i < samples && found < 5; ++i) {
      for (const std::string& violation : check(sample<M>(i))) {
        if (!waived) ADD_FAILURE() << M::id << ", sample " << i << ": " << violation;
        if (++found == 5) break;
      }
    }
    if (waived) {
      EXPECT_GT(found, 0U) << M::id << " waives a law that it keeps";
    }
  }
};

TYPED_TEST_SUITE_P(ModelLaws);

TYPED_TEST_P(ModelLaws, RecallStartsAtOne) { this->holds(models::Law::recall_starts_at_one, recall_starts_at_one<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, RecallNeverRises) { this->holds(models::Law::recall_never_rises, recall_never_rises<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, IntervalInvertsRecall) {
  this->holds(models::Law::interval_inverts_recall, interval_inverts_recall<TypeParam>, 5000);
}
TYPED_TEST_P(ModelLaws, SuccessNeverForgetsFasterThanFailure) {
  this->holds(models::Law::success_never_forgets_faster, success_never_forgets_faster<TypeParam>, 5000);
}
TYPED_TEST_P(ModelLaws, StatesStayInBounds) { this->holds(models::Law::states_stay_in_bounds, states_stay_in_bounds<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, PackEqualsScalar) { this->holds(models::Law::pack_equals_scalar, pack_equals_scalar<TypeParam>, 1000); }
TYPED_TEST_P(ModelLaws, DualGradientEqualsDifference) {
  this->holds(models::Law::gradient, dual_gradient_equals_difference<TypeParam>, 500);
}

REGISTER_TYPED_TEST_SUITE_P(ModelLaws, RecallStartsAtOne, RecallNeverRises, IntervalInvertsRecall, SuccessNeverForgetsFasterThanFailure,
                            StatesStayInBounds, PackEqualsScalar, DualGradientEqualsDifference);

}  // namespace perdure::inline PERDURE_ABI::testing
