#include <perdure/core/probability.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace perdure;
using namespace perdure::literals;

TEST(Quantity, KeepsItsUnitThroughArithmetic) {
  const Days week = 3_d + 4_d;
  EXPECT_EQ(week.value(), 7.0);
  EXPECT_EQ((week - 0.5_d).value(), 6.5);
  EXPECT_EQ((2.0 * week / 7.0).value(), 2.0);
  EXPECT_EQ(week / 3.5_d, 2.0);
  EXPECT_LT(3_d, 4_d);
}

TEST(Probability, MakeReportsWhatIsOutside) {
  EXPECT_EQ(Probability::make(0.25)->value(), 0.25);
  for (const double bad : {-1e-300, 1.5, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const auto made = Probability::make(bad);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Errc::out_of_domain);
    EXPECT_NE(made.error().what.find("[0, 1]"), std::string::npos);
  }
  EXPECT_EQ(Probability::make(1.5).error().what, "probability must be in [0, 1], got 1.5");
}

TEST(Probability, SaturateNeverLeavesTheUnitInterval) {
  EXPECT_EQ(Probability::saturate(1.0 + 1e-16).value(), 1.0);
  EXPECT_EQ(Probability::saturate(-0.1).value(), 0.0);
  EXPECT_EQ(Probability::saturate(std::numeric_limits<double>::quiet_NaN()).value(), 0.0);
  EXPECT_EQ(Probability::saturate(0.3).value(), 0.3);
}

TEST(Result, ValueThrowsTheErrorThatWasNotLookedAt) {
  Result<int> bad = Error{Errc::bad_record, "row 7 has no item", 7};
  ASSERT_FALSE(bad);
  try {
    static_cast<void>(std::move(bad).value());
    FAIL() << "value() of an error must throw";
  } catch (const Exception& e) {
    EXPECT_STREQ(e.what(), "row 7 has no item");
    EXPECT_EQ(e.error().where, 7U);
  }
  EXPECT_EQ(Result<int>{3}.value(), 3);
}

}  // namespace
