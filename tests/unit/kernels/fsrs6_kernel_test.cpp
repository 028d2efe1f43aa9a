#include "unit/kernels/fsrs6_cases.hpp"

#include <perdure/batch/kernels.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/model_name.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace perdure;
namespace cases = perdure::testing::fsrs6;
using cases::Reach;

/// What a step may be off: 7e-6 by the count in src/kernels/fsrs6_update.hpp, and half the last decimal that a profile rounds to, at the lowest
/// stability.
template <class M>
constexpr double step_tolerance = 7e-6 + M::rounding / 0.001;
constexpr double curve_tolerance =
    3e-6;  ///< recall and interval: 1e-6 of an exponent that is at most 27 * 0.8 ln 2 at the ends of the bounds

template <class M>
class Fsrs6Kernel : public ::testing::Test {
 protected:
  /// Calls `test(kernels, parameters)` for every instruction set of this machine.
  template <class Test>
  static void each_set(const Test& test) {
    for (const batch::Isa isa : batch::available()) {
      SCOPED_TRACE(std::string{batch::name(isa)});
      const batch::Kernels* kernels = batch::find_kernels(M::id, M::profile, isa);
      ASSERT_NE(kernels, nullptr);
      test(*kernels);
    }
  }
};
using Profiles = ::testing::Types<models::Fsrs6, models::Fsrs6As<models::fsrs6::PyFsrs631>, models::Fsrs6As<models::fsrs6::PyFsrs632>,
                                  models::Fsrs6As<models::fsrs6::FsrsRs>, models::Fsrs6As<models::fsrs6::TsFsrs5>>;
TYPED_TEST_SUITE(Fsrs6Kernel, Profiles, perdure::testing::ModelName);

template <class M>
void expect_close(const cases::Worst& worst) {
  EXPECT_LE(worst.stability, step_tolerance<M>);
  EXPECT_LE(worst.difficulty, 2e-6 + M::rounding);  // two products and a sum of numbers up to 14
  EXPECT_LE(worst.due, step_tolerance<M> + 1e-7);
  EXPECT_LE(worst.recall, curve_tolerance);
  EXPECT_LE(worst.interval, curve_tolerance);
}

TYPED_TEST(Fsrs6Kernel, EqualsTheTemplateOnUsualRows) {
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<TypeParam>(Reach::usual, 0);
    expect_close<TypeParam>(cases::compare<TypeParam>(kernels, w, cases::rows(Reach::usual, 100'003, 1), 0.9F));
  });
}

TYPED_TEST(Fsrs6Kernel, EqualsTheTemplateAtTheEndsOfEveryRange) {
  this->each_set([](const batch::Kernels& kernels) {
    cases::Worst worst;
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
      const auto w = cases::parameters<TypeParam>(Reach::edges, seed);
      worst.join(cases::compare<TypeParam>(kernels, w, cases::rows(Reach::edges, 777, seed, true), seed % 2 == 0 ? 0.97F : 0.5F));
    }
    expect_close<TypeParam>(worst);
  });
}

// Every tail, at every distance from an aligned address, in place and not: the same bits as one long column.
TYPED_TEST(Fsrs6Kernel, RowsDoNotDependOnLengthAlignmentOrPlace) {
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<TypeParam>(Reach::usual, 0);
    constexpr std::size_t longest = 3000;
    constexpr std::size_t room = longest + 16;
    const cases::Rows r = cases::rows(Reach::usual, longest, 3, true);
    std::vector<float> s(longest), d(longest), due(longest), recall(longest);
    const std::array<const float*, 2> in{r.stability.data(), r.difficulty.data()};
    const std::array<float*, 2> out{s.data(), d.data()};
    kernels.review(w.data(), longest, in.data(), r.grade.data(), r.elapsed.data(), out.data(), 0.9F, due.data(), nullptr);
    kernels.recall(w.data(), longest, in.data(), r.elapsed.data(), recall.data(), nullptr);
    const auto check = [&](std::size_t n, std::size_t offset) {
      std::vector<float> stability(room), difficulty(room), elapsed(room), days(room), chance(room);
      std::vector<std::uint8_t> grade(room);
      std::copy_n(r.stability.begin(), n, stability.begin() + offset);
      std::copy_n(r.difficulty.begin(), n, difficulty.begin() + offset);
      std::copy_n(r.elapsed.begin(), n, elapsed.begin() + offset);
      std::copy_n(r.grade.begin(), n, grade.begin() + offset);
      const std::array<float*, 2> columns{stability.data() + offset, difficulty.data() + offset};
      kernels.recall(w.data(), n, columns.data(), elapsed.data() + offset, chance.data() + offset, nullptr);
      kernels.review(w.data(), n, columns.data(), grade.data() + offset, elapsed.data() + offset, columns.data(), 0.9F,
                     n % 2 == 0 ? days.data() + offset : nullptr, nullptr);
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(stability[offset + i], s[i]) << n << ' ' << offset << ' ' << i;
        ASSERT_EQ(difficulty[offset + i], d[i]) << n << ' ' << offset << ' ' << i;
        ASSERT_EQ(chance[offset + i], recall[i]) << n << ' ' << offset << ' ' << i;
        ASSERT_EQ(days[offset + i], n % 2 == 0 ? due[i] : 0.0F) << n << ' ' << offset << ' ' << i;
      }
      for (const auto* column : {&stability, &difficulty, &days, &chance}) {  // nothing before, nothing behind
        for (std::size_t i = 0; i < offset; ++i) ASSERT_EQ((*column)[i], 0.0F);
        for (std::size_t i = offset + n; i < room; ++i) ASSERT_EQ((*column)[i], 0.0F);
      }
    };
    for (std::size_t n = 0; n <= 67; ++n) {
      for (std::size_t offset = 0; offset < 16; ++offset) check(n, offset);
    }
    for (const std::size_t n : {255U, 256U, 257U, 511U, 512U, 2047U, 2048U, 2999U, 3000U}) {
      for (std::size_t offset = 0; offset < 16; offset += 3) check(n, offset);
    }
  });
}

TYPED_TEST(Fsrs6Kernel, AnAnswerOfGradeZeroLeavesTheState) {
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<TypeParam>(Reach::usual, 0);
    cases::Rows r = cases::rows(Reach::edges, 1000, 5, true);
    std::fill(r.grade.begin() + 300, r.grade.begin() + 700, std::uint8_t{0});
    std::vector<float> s = r.stability, d = r.difficulty, due(1000);
    const std::array<float*, 2> columns{s.data(), d.data()};
    kernels.review(w.data(), 1000, columns.data(), r.grade.data(), r.elapsed.data(), columns.data(), 0.9F, due.data(), nullptr);
    for (std::size_t i = 0; i < 1000; ++i) {
      if (r.grade[i] != 0) continue;
      EXPECT_EQ(s[i], r.stability[i]);
      EXPECT_EQ(d[i], r.difficulty[i]);
      EXPECT_NEAR(due[i], s[i], 1e-6F * s[i]);  // at 0.9 the interval is the stability
    }
  });
}

TYPED_TEST(Fsrs6Kernel, RecallIsOneAtZeroAndNeverAbove) {
  this->each_set([](const batch::Kernels& kernels) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
      const auto w = cases::parameters<TypeParam>(Reach::edges, seed);
      constexpr std::size_t n = 4096;
      std::vector<float> s(n), t(n), recall(n);
      for (std::size_t i = 0; i < n; ++i) {
        s[i] = static_cast<float>(std::exp(static_cast<double>(i) / 240.0 - 6.9));
        t[i] = i % 2 == 0 ? 0.0F : s[i] * static_cast<float>(std::exp2(-static_cast<double>(i % 97) / 3.0));
      }
      const std::array<const float*, 2> in{s.data(), s.data()};
      kernels.recall(w.data(), n, in.data(), t.data(), recall.data(), nullptr);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_LE(recall[i], 1.0F);
        EXPECT_TRUE(t[i] > 0.0F || recall[i] == 1.0F);
      }
    }
  });
}

TYPED_TEST(Fsrs6Kernel, StatesThatAreNotThereStayNotThere) {
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<TypeParam>(Reach::usual, 0);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (std::uint8_t g = 0; g <= 4; ++g) {
      for (const float days : {0.0F, 30.0F}) {
        const std::array<float, 1> t{days}, target{0.9F};
        const std::array<std::uint8_t, 1> grade{g};
        std::array<float, 1> s{nan}, d{nan}, x{};
        const std::array<float*, 2> columns{s.data(), d.data()};
        kernels.recall(w.data(), 1, columns.data(), t.data(), x.data(), nullptr);
        EXPECT_TRUE(std::isnan(x[0]));
        kernels.interval(w.data(), 1, columns.data(), target.data(), x.data());
        EXPECT_TRUE(std::isnan(x[0]));
        kernels.review(w.data(), 1, columns.data(), grade.data(), t.data(), columns.data(), 0.9F, x.data(), nullptr);
        EXPECT_TRUE(std::isnan(s[0]) && std::isnan(d[0]) && std::isnan(x[0]));
      }
    }
  });
}

TYPED_TEST(Fsrs6Kernel, FirstAnswersAreLookedUp) {
  using M = TypeParam;
  this->each_set([](const batch::Kernels& kernels) {
    for (std::uint32_t seed = 0; seed < 30; ++seed) {
      const auto w = cases::parameters<M>(seed == 0 ? Reach::usual : Reach::edges, seed);
      const auto p = cases::params<M>(w);
      for (std::size_t n = 0; n <= 67; ++n) {
        std::vector<std::uint8_t> grade(n);
        for (std::size_t i = 0; i < n; ++i) grade[i] = static_cast<std::uint8_t>(i % 5);
        std::vector<float> s(n), d(n);
        const std::array<float*, 2> out{s.data(), d.data()};
        kernels.first(w.data(), n, grade.data(), out.data());
        for (std::size_t i = 0; i < n; ++i) {
          if (grade[i] == 0) {
            EXPECT_TRUE(std::isnan(s[i]) && std::isnan(d[i]));
            continue;
          }
          const auto state = M::first(p, static_cast<Grade>(grade[i]));
          EXPECT_NEAR(s[i], state.stability, 1e-7 * state.stability + M::rounding);
          EXPECT_NEAR(d[i], state.difficulty, 1e-6 + M::rounding);
        }
      }
    }
  });
}

}  // namespace
