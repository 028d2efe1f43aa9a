// The laws on every model and profile of the catalog; CMake compiles this file once per part of it.
#include <perdure/catalog/models.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/testing/model_suite.hpp>

using Shipped = perdure::Shard<perdure::catalog::Profiles, PERDURE_TEST_PART, PERDURE_TEST_PARTS>::apply<::testing::Types>;

namespace perdure::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Shipped, ModelLaws, Shipped, ModelName);
}
