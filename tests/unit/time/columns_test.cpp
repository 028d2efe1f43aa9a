#include "support.hpp"

#include <perdure/time/columns.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string_view>
#include <vector>

namespace {

using perdure::time::ClockKind;
using perdure::time::ElapsedRule;
using perdure::time::Instant;
using perdure::time::Local;
using perdure::time::Zone;
using perdure_test::zone;
using std::chrono::milliseconds;
using testing::HasSubstr;

/// Random milliseconds over the whole range of years, sorted or not, with a stretch around switches.
std::vector<std::int64_t> some_times(bool sorted) {
  std::mt19937_64 bits{11};
  std::vector<std::int64_t> times;
  const auto first = perdure::time::first_instant.time_since_epoch().count();
  const auto span = static_cast<std::uint64_t>((perdure::time::last_instant - perdure::time::first_instant).count());
  for (int i = 0; i < 3000; ++i) times.push_back(first + static_cast<std::int64_t>(bits() % span));
  const auto march = perdure_test::instant("2026-03-29T00:00:00Z").time_since_epoch().count();
  for (int i = 0; i < 3000; ++i) times.push_back(march + static_cast<std::int64_t>(bits() % (240ULL * 86'400'000)));
  if (sorted) std::ranges::sort(times);
  return times;
}

TEST(Columns, AgreeWithTheScalars) {
  for (const std::string_view name : {"Europe/Paris", "America/Nuuk", "Pacific/Apia", "UTC"}) {
    const Zone z = zone(name);
    for (const bool sorted : {true, false}) {
      const std::vector<std::int64_t> times = some_times(sorted);
      std::vector<std::int64_t> local(times.size()), utc(times.size());
      std::vector<std::uint8_t> status(times.size());
      std::vector<std::int32_t> day(times.size());
      ASSERT_EQ(utc_to_local(z, times, local).value(), times.size());
      ASSERT_EQ(local_dates(z, times, 4, day).value(), times.size());
      perdure::time::ClockCounts expected;
      for (std::size_t i = 0; i < times.size(); ++i) {
        const Instant t{milliseconds{times[i]}};
        ASSERT_EQ(local[i], z.to_local(t).time_since_epoch().count());
        ASSERT_EQ(day[i], local_date(z, t, 4).time_since_epoch().count());
      }
      const auto counts = local_to_utc(z, times, utc, status);
      for (std::size_t i = 0; i < times.size(); ++i) {
        const auto resolved = z.to_instant(Local{milliseconds{times[i]}});
        ASSERT_EQ(utc[i], resolved.instant.time_since_epoch().count());
        ASSERT_EQ(status[i], static_cast<std::uint8_t>(resolved.kind));
        expected.gaps += resolved.kind == ClockKind::gap ? 1U : 0U;
        expected.overlaps += resolved.kind == ClockKind::overlap ? 1U : 0U;
      }
      EXPECT_EQ(counts.value(), expected);
    }
  }
}

TEST(Columns, ElapsedAgreesWithTheRule) {
  const perdure::time::Calendar calendar{perdure::time::weekdays({std::chrono::Sunday})};
  const Zone paris = zone("Europe/Paris");
  const std::vector<std::int64_t> from = some_times(false);
  std::vector<std::int64_t> to = from;
  std::ranges::reverse(to);
  std::vector<double> days(from.size());
  for (const ElapsedRule& rule : {ElapsedRule::exact(), ElapsedRule::whole_days(), ElapsedRule::calendar_days(paris, 4),
                                  ElapsedRule::study_days(calendar, paris, 4)}) {
    ASSERT_EQ(elapsed_days(rule, from, to, days).value(), from.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
      ASSERT_EQ(days[i], rule.elapsed(Instant{milliseconds{from[i]}}, Instant{milliseconds{to[i]}}).value()) << rule.id();
    }
  }
}

TEST(Columns, MayWorkInPlace) {
  const Zone paris = zone("Europe/Paris");
  std::vector<std::int64_t> times{0, 1'000'000'000'000};
  ASSERT_TRUE(utc_to_local(paris, times, times));
  EXPECT_EQ(times, (std::vector<std::int64_t>{3'600'000, 1'000'007'200'000}));
}

TEST(Columns, NameTheRowThatIsOutOfRange) {
  const Zone utc = Zone::utc();
  const std::vector<std::int64_t> times{0, std::numeric_limits<std::int64_t>::min()};
  std::vector<std::int64_t> out(2);
  std::vector<std::uint8_t> status(2);
  std::vector<std::int32_t> days(2);
  std::vector<double> elapsed(2);
  const auto error = local_to_utc(utc, times, out, status).error();
  EXPECT_EQ(error.where, 1U);
  EXPECT_THAT(error.what, HasSubstr("local_ms row 1 is -9223372036854775808 ms since 1970-01-01; expected the years 1400 to 9999"));
  EXPECT_EQ(utc_to_local(utc, times, out).error().where, 1U);
  EXPECT_EQ(local_dates(utc, times, 0, days).error().where, 1U);
  EXPECT_EQ(elapsed_days(ElapsedRule{}, times, out, elapsed).error().where, 1U);
}

TEST(Columns, LengthsAndRolloverAreChecked) {
  const Zone utc = Zone::utc();
  const std::vector<std::int64_t> times(2);
  std::vector<std::int64_t> out(3);
  std::vector<std::uint8_t> status(2);
  std::vector<std::int32_t> days(2);
  EXPECT_THROW((void)local_to_utc(utc, times, out, status), perdure::Exception);
  EXPECT_THROW((void)utc_to_local(utc, times, out), perdure::Exception);
  EXPECT_THROW((void)local_dates(utc, times, 24, days), perdure::Exception);
}

}  // namespace
