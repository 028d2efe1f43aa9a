#pragma once

#include <perdure/core/abi.hpp>
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
  /// Runs a law over `samples` samples and fails with the first few things it found.
  template <class Law>
  void holds(const Law& law, std::uint32_t samples) {
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < samples && shown < 5; ++i) {
      for (const std::string& violation : law(sample<M>(i))) {
        ADD_FAILURE() << M::id << ", sample " << i << ": " << violation;
        if (++shown == 5) break;
      }
    }
  }
};

TYPED_TEST_SUITE_P(ModelLaws);

TYPED_TEST_P(ModelLaws, RecallStartsAtOneAndNeverRises) { this->holds(recall_never_rises<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, IntervalInvertsRecall) { this->holds(interval_inverts_recall<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, SuccessNeverForgetsFasterThanFailure) { this->holds(success_never_forgets_faster<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, StatesStayInBounds) { this->holds(states_stay_in_bounds<TypeParam>, 5000); }
TYPED_TEST_P(ModelLaws, PackEqualsScalar) { this->holds(pack_equals_scalar<TypeParam>, 1000); }
TYPED_TEST_P(ModelLaws, DualGradientEqualsDifference) { this->holds(dual_gradient_equals_difference<TypeParam>, 500); }

REGISTER_TYPED_TEST_SUITE_P(ModelLaws, RecallStartsAtOneAndNeverRises, IntervalInvertsRecall, SuccessNeverForgetsFasterThanFailure,
                            StatesStayInBounds, PackEqualsScalar, DualGradientEqualsDifference);

}  // namespace perdure::inline PERDURE_ABI::testing
