#include <perdure/catalog/models.hpp>
#include <perdure/models/model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;

TEST(Model, ParametersAreCheckedByNameAndValue) {
  auto values = models::defaults<Fsrs6>();
  ASSERT_TRUE(Fsrs6::make(values));
  values[20] = 0.9;
  EXPECT_EQ(Fsrs6::make(values).error().what, "fsrs6 parameter 20 (decay) must be in [0.1, 0.8], got 0.9");
  values[20] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(Fsrs6::make(values));
  EXPECT_EQ(Fsrs6::make(std::vector<double>(3)).error().what, "fsrs6 takes 21 parameters, got 3");
}

TEST(Model, PublicCallsRefuseWhatHasNoMeaning) {
  const Fsrs6 model;
  const auto memory = model.first(Grade::good);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(model.recall(memory, Days{-1.0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(model.recall(memory, Days{nan})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(model.review(memory, Days{std::numeric_limits<double>::infinity()}, Grade::good)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(model.interval(memory, 0.0)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(model.interval(memory, 1.1)), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(model.interval(memory, nan)), std::invalid_argument);
}

// FSRS-6's stability is the time until recall is 0.9; FSRS-7's columns are not (docs/models/fsrs7.md has these intervals).
TEST(Model, TheTimeToNineInTenIsAskedForByName) {
  const models::Fsrs6 six;
  const auto memory = six.first(Grade::good);
  EXPECT_NEAR(six.s90(memory).value(), memory.stability, 1e-9 * memory.stability);
  const models::Fsrs7 seven;
  EXPECT_NEAR(seven.s90(seven.first(Grade::good)).value(), 4.8, 0.05);
  EXPECT_GT(std::abs(seven.s90(seven.first(Grade::good)).value() - seven.first(Grade::good).stability), 0.5);
}

TEST(Model, AMemoryThatAStoreHasDamagedIsRefused) {
  const Fsrs6 model;
  for (const Fsrs6::Memory& bad : {Fsrs6::Memory{0.0, 5.0}, Fsrs6::Memory{-1.0, 5.0}, Fsrs6::Memory{5.0, 11.0},
                                   Fsrs6::Memory{std::numeric_limits<double>::quiet_NaN(), 5.0}}) {
    EXPECT_THROW(static_cast<void>(model.recall(bad, Days{3.0})), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(model.review(bad, Days{3.0}, Grade::good)), std::invalid_argument);
    EXPECT_THROW(static_cast<void>(model.interval(bad, 0.9)), std::invalid_argument);
  }
}

TEST(Catalog, IdsProfilesAndNamesAreUnique) {
  std::set<std::string> models;
  catalog::Profiles::for_each([&models]<class M>() {
    EXPECT_TRUE(models.insert(std::string{M::id} + "/" + std::string{M::profile}).second);
    std::set<std::string_view> names;
    for (const auto& spec : M::specs) {
      EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
      EXPECT_LT(spec.lower, spec.upper);
      EXPECT_TRUE(spec.init >= spec.lower && spec.init <= spec.upper) << spec.name;
      EXPECT_GT(spec.prior_sd, 0.0);
      EXPECT_FALSE(spec.doc.empty());
    }
  });
  EXPECT_EQ(models.size(), catalog::Profiles::size);
}

}  // namespace
