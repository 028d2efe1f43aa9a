// The compiled kernels of every model, on every instruction set of this machine, against the model's template in double; CMake compiles this
// file once per part of the catalog.
#include "laws/kernel_rows.hpp"

#include <perdure/batch/kernels.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/core/type_list.hpp>
#include <perdure/testing/model_name.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace perdure;
using perdure::laws::Rows;

template <class M>
class KernelLaws : public ::testing::Test {
 protected:
  /// Calls `check(kernels, name)` for every instruction set that this machine and build have.
  template <class Check>
  static void on_every_isa(const Check& check) {
    for (const batch::Isa isa : batch::available()) {
      const batch::Kernels* kernels = batch::find_kernels(M::id, M::profile, isa);
      ASSERT_NE(kernels, nullptr) << batch::name(isa);
      check(*kernels, std::string{batch::name(isa)});
    }
  }
};

using Shipped = Shard<catalog::Profiles, PERDURE_TEST_PART, PERDURE_TEST_PARTS>::apply<::testing::Types>;
TYPED_TEST_SUITE(KernelLaws, Shipped, perdure::testing::ModelName);

TYPED_TEST(KernelLaws, AgreeWithTheTemplateInDouble) {
  using M = TypeParam;
  constexpr std::uint32_t sets = 4;
  // Tuned by hand: ten million states. From the template: enough to meet every branch.
  constexpr std::size_t states = std::is_same_v<M, models::Fsrs6> ? 10'000'000 / sets : 20'000;
  for (std::uint32_t set = 0; set < sets; ++set) {
    const Rows<M> rows{set, states};
    this->on_every_isa([&](const batch::Kernels& kernels, const std::string& isa) {
      for (const std::string& violation : laws::kernel_violations(rows, kernels)) {
        ADD_FAILURE() << isa << ", parameter set " << set << ": " << violation;
      }
    });
  }
}

// A row's result has the same bits whatever stands beside it: any length, any alignment, in place.
TYPED_TEST(KernelLaws, EveryLengthAndAlignmentGivesTheSameBits) {
  using M = TypeParam;
  const Rows<M> rows{0, 256};
  this->on_every_isa([&](const batch::Kernels& kernels, const std::string& isa) {
    const auto whole = laws::run_all(rows, kernels, 0, rows.size());
    for (std::size_t length = 0; length <= 67; ++length) {
      for (const std::size_t from : {length % 16, (length * 7 + 3) % 16, std::size_t{64}}) {
        EXPECT_TRUE(laws::same_bits(laws::run_all(rows, kernels, from, length), whole, from))
            << isa << ": rows " << from << " to " << from + length;
      }
    }
    EXPECT_TRUE(laws::same_bits(laws::review_in_place(rows, kernels), whole.state)) << isa << ": in place";
  });
}

TYPED_TEST(KernelLaws, GradeZeroLeavesTheState) {
  using M = TypeParam;
  Rows<M> rows{1, 100};
  for (std::size_t i = 0; i < rows.size(); i += 3) rows.grade[i] = 0;
  this->on_every_isa([&](const batch::Kernels& kernels, const std::string& isa) {
    const auto made = laws::run_all(rows, kernels, 0, rows.size());
    for (std::size_t i = 0; i < rows.size(); i += 3) {
      for (std::size_t k = 0; k < made.state.size(); ++k) {
        EXPECT_EQ(made.state[k][i], rows.state[k][i]) << isa << ", row " << i;
        EXPECT_TRUE(std::isnan(made.first[k][i])) << isa << ", row " << i;
      }
    }
  });
}

TYPED_TEST(KernelLaws, ReplayEqualsTheTemplateStepByStep) {
  using M = TypeParam;
  const laws::Histories<M> histories{2, 300};
  this->on_every_isa([&](const batch::Kernels& kernels, const std::string& isa) {
    for (const std::string& violation : laws::replay_violations(histories, kernels)) ADD_FAILURE() << isa << ": " << violation;
  });
}

}  // namespace
