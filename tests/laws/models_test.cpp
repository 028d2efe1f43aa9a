#include <perdure/catalog/models.hpp>
#include <perdure/testing/model_suite.hpp>

using Shipped = perdure::catalog::Profiles::apply<::testing::Types>;

namespace perdure::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Shipped, ModelLaws, Shipped, ModelName);
}
