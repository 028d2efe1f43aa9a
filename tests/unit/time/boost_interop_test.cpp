#include "support.hpp"

#include <perdure/time/boost_interop.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace {

using namespace std::chrono_literals;
using perdure::time::from_boost;
using perdure::time::to_boost;
namespace greg = boost::gregorian;
namespace posix = boost::posix_time;

TEST(BoostInterop, EveryDayIsTheSameDay) {
  greg::date expected{1400, 1, 1};
  for (auto d = perdure::time::first_date; d <= perdure::time::last_date; d += std::chrono::days{1}) {
    ASSERT_EQ(to_boost(d), expected);
    ASSERT_EQ(from_boost(expected).value(), d);
    if (d < perdure::time::last_date) expected += greg::days{1};
  }
  EXPECT_EQ(expected, greg::date(9999, 12, 31));
}

TEST(BoostInterop, InstantsKeepTheirMilliseconds) {
  for (const char* text : {"1400-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "2026-09-01T08:30:00.123Z", "9999-12-31T23:59:59.999Z"}) {
    const auto t = perdure_test::instant(text);
    EXPECT_EQ(from_boost(to_boost(t)).value(), t) << text;
  }
  const posix::ptime expected{greg::date{2026, 9, 1}, posix::time_duration{8, 30, 0} + posix::milliseconds{123}};
  EXPECT_EQ(to_boost(perdure_test::instant("2026-09-01T08:30:00.123Z")), expected);
  EXPECT_EQ(from_boost(expected + posix::microseconds{999}).value(), perdure_test::instant("2026-09-01T08:30:00.123Z"));
}

TEST(BoostInterop, SpecialValuesAndForeignYearsAreRefused) {
  EXPECT_FALSE(from_boost(greg::date{boost::date_time::not_a_date_time}));
  EXPECT_FALSE(from_boost(posix::ptime{boost::date_time::pos_infin}));
  EXPECT_THROW((void)to_boost(perdure::time::last_date + std::chrono::days{1}), perdure::Exception);
  EXPECT_THROW((void)to_boost(perdure::time::first_instant - 1ms), perdure::Exception);
}

}  // namespace
