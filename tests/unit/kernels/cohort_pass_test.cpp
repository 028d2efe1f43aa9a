#include "../cohort/cohort_cases.hpp"

#include <perdure/batch/cohort_pass.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/cohort/prequential.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using namespace perdure;
using cohort::parameter_count;

struct Sums {
  std::vector<double> gradient = std::vector<double>(parameter_count), fisher = std::vector<double>(parameter_count * parameter_count);
  perdure_cohort_sums of_loss{}, of_all{0.0, gradient.data(), fisher.data(), 0, 0};

  template <class P>
  Sums(const P& pass, const std::array<double, parameter_count>& values, const perdure_cohort_rows& rows) {
    pass(values.data(), rows, of_loss);
    pass(values.data(), rows, of_all);
  }
  Sums(const Sums&) = delete;
  Sums& operator=(const Sums&) = delete;
};

TEST(CohortPass, IsThereForEverySetOfTheMachine) {
  for (const batch::Isa isa : {batch::Isa::baseline, batch::Isa::avx2, batch::Isa::avx512}) {
    const auto sets = batch::available();
    EXPECT_EQ(batch::cohort_pass(isa) != nullptr, std::find(sets.begin(), sets.end(), isa) != sets.end()) << batch::name(isa);
  }
}

/// Instruction sets differ in the rounding of single operations. About 200 of them make an answer; a filter forgets errors rather than blow them
/// up, so that after n answers a log-odds, and a slope of it, is off by at most 200 n roundings of its size, of which sums have no more. Sizes:
/// of the loss itself; of a gradient the root of Fisher information times answers (Cauchy-Schwarz; a residual over its standard deviation is
/// below 4 here); of an entry of the Fisher matrix the roots of its two diagonal entries.
TEST(CohortPass, AgreesWithTheTemplate) {
  const perdure::test::Rows rows{perdure::test::small_cohort(), 20};
  for (const std::uint32_t number : {0U, 1U, 2U}) {
    const auto values = number == 0 ? cohort::defaults() : perdure::test::lively_values(number);
    const Sums wanted{&cohort::add_prequential, values, rows.view()};
    const auto answers = static_cast<double>(wanted.of_all.answers);
    const double rounding = 200.0 * answers * std::numeric_limits<double>::epsilon();
    for (const batch::Isa isa : batch::available()) {
      const Sums found{batch::cohort_pass(isa), values, rows.view()};
      EXPECT_EQ(found.of_loss.answers, wanted.of_loss.answers);
      EXPECT_EQ(found.of_all.answers, wanted.of_all.answers);
      EXPECT_NEAR(found.of_loss.loss, wanted.of_loss.loss, rounding * wanted.of_loss.loss) << batch::name(isa);
      EXPECT_NEAR(found.of_all.loss, wanted.of_all.loss, rounding * wanted.of_all.loss) << batch::name(isa);
      const auto size = [&wanted](std::size_t i) { return std::sqrt(wanted.fisher[i * parameter_count + i]); };
      for (std::size_t i = 0; i < parameter_count; ++i) {
        EXPECT_GT(size(i), 0.0) << cohort::specs[i].spec.name;
        EXPECT_NEAR(found.gradient[i], wanted.gradient[i], rounding * 4.0 * std::sqrt(answers) * size(i))
            << batch::name(isa) << ' ' << cohort::specs[i].spec.name;
        for (std::size_t j = 0; j < parameter_count; ++j) {
          const std::size_t at = i * parameter_count + j;
          EXPECT_NEAR(found.fisher[at], wanted.fisher[at], rounding * size(i) * size(j))
              << batch::name(isa) << ' ' << cohort::specs[i].spec.name << ' ' << cohort::specs[j].spec.name;
        }
      }
    }
  }
}

}  // namespace
