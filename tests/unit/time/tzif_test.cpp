#include "support.hpp"

#include <perdure/time/zone.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// TZif files made here, cut at every length and damaged at every byte.
namespace {

using namespace std::chrono_literals;
using perdure::time::Instant;
using perdure::time::Zone;
using perdure_test::instant;
using perdure_test::zone_file;
using testing::HasSubstr;

using Bytes = std::vector<std::byte>;

/// Writes a TZif block: counts, transitions of (time, type), types of offset.
class Writer {
 public:
  Writer& text(std::string_view text) {
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
    return *this;
  }
  Writer& number(std::int64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) bytes_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
    return *this;
  }
  Writer& header(char version, std::int64_t leaps, std::int64_t times, std::int64_t types, std::int64_t chars) {
    text("TZif").number(version, 1).text(std::string(15, '\0'));
    return number(0, 4).number(0, 4).number(leaps, 4).number(times, 4).number(types, 4).number(chars, 4);
  }
  Writer& type(std::int64_t offset, int daylight, int abbreviation) {
    return number(offset, 4).number(daylight, 1).number(abbreviation, 1);
  }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

perdure::Result<Zone> read(const Bytes& bytes) { return Zone::from_tzif("Test/Zone", bytes); }

/// Offset 0, and one hour from 2000-01-01 on.
Writer version_1() {
  Writer out;
  out.header('\0', 0, 1, 2, 4).number(946'684'800, 4).number(1, 1).type(0, 0, 0).type(3600, 0, 0).text({"ABC\0", 4});
  return out;
}

Writer version_2(std::string_view footer, char version = '2') {
  Writer out;
  out.header(version, 0, 0, 1, 1).type(0, 0, 0).text({"\0", 1});
  out.header(version, 0, 1, 2, 4).number(946'684'800, 8).number(1, 1).type(0, 0, 0).type(3600, 0, 0).text({"ABC\0", 4});
  out.text("\n").text(footer).text("\n");
  return out;
}

/// Looks at a zone that came out of damaged bytes: no crash, and offsets within the bounds.
void exercise(const Zone& z) {
  for (const std::string_view text : {"1400-01-01T00:00:00Z", "1901-12-13T20:45:52Z", "2026-03-29T01:00:00Z", "2037-10-25T01:00:00Z",
                                      "2500-07-01T00:00:00Z", "9999-12-31T23:00:00Z"}) {
    const Instant t = instant(text);
    ASSERT_LT(z.offset(t), 26h);
    ASSERT_GT(z.offset(t), -25h);
    const auto resolved = z.to_instant(perdure::time::Local{t.time_since_epoch()});
    ASSERT_LE(resolved.instant, resolved.last);
  }
}

TEST(Tzif, ReadsVersions1To4) {
  const Zone first = read(version_1().bytes()).value();
  EXPECT_EQ(first.offset(instant("1999-12-31T23:59:59Z")), 0h);
  EXPECT_EQ(first.offset(instant("2000-01-01T00:00:00Z")), 1h);
  EXPECT_EQ(first.offset(instant("2500-07-01T00:00:00Z")), 1h);
  for (const char version : {'2', '3', '4'}) {
    const Zone z = read(version_2("CET-1CEST,M3.5.0,M10.5.0/3", version).bytes()).value();
    EXPECT_EQ(z.offset(instant("1999-12-31T23:59:59Z")), 0h);
    EXPECT_EQ(z.offset(instant("2000-01-01T00:00:00Z")), 1h);
    EXPECT_EQ(z.offset(instant("2500-07-01T00:00:00Z")), 2h);
  }
  EXPECT_EQ(read(version_2("").bytes()).value().offset(instant("2500-07-01T00:00:00Z")), 1h);
}

TEST(Tzif, TheRuleBeginsAtTheLastTransition) {
  // In July 2000 the rule is in force; the transition of January 2000 is the last of the file.
  const Zone z = read(version_2("CET-1CEST,M3.5.0,M10.5.0/3").bytes()).value();
  EXPECT_EQ(z.offset(instant("2000-03-26T00:59:59Z")), 1h);
  EXPECT_EQ(z.offset(instant("2000-03-26T01:00:00Z")), 2h);
}

TEST(Tzif, TransitionsOutsideTheRangeOfYearsAreFolded) {
  Writer out;
  out.header('2', 0, 0, 1, 1).type(0, 0, 0).text({"\0", 1});
  out.header('2', 0, 3, 3, 4);
  out.number(std::int64_t{-1} << 59, 8).number(0, 8).number(std::int64_t{1} << 59, 8);
  out.number(1, 1).number(2, 1).number(0, 1).type(-60, 0, 0).type(60, 0, 0).type(120, 0, 0).text({"ABC\0", 4}).text("\nXXX-5\n");
  const Zone z = read(out.bytes()).value();
  EXPECT_EQ(z.offset(instant("1400-01-01T00:00:00Z")), 60s);
  EXPECT_EQ(z.offset(instant("9999-12-31T23:59:59Z")), 120s);  // the rule would begin after the range
}

TEST(Tzif, RefusesWhatDoesNotHoldTogether) {
  const auto error = [](const Bytes& bytes) {
    const auto z = read(bytes);
    return z ? std::string{"no error"} : z.error().what;
  };
  EXPECT_THAT(error({}), HasSubstr("time zone \"Test/Zone\": the file is cut off in a header"));
  EXPECT_THAT(error(Writer{}.text("TZiX" + std::string(60, '\0')).bytes()), HasSubstr("does not begin with TZif"));
  EXPECT_THAT(error(Writer{}.text("# tzdb links " + std::string(60, ' ')).bytes()), HasSubstr("does not begin with TZif"));
  EXPECT_THAT(error(Writer{}.header('x', 0, 0, 1, 1).bytes()), HasSubstr("unknown version"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 0, 0, 1).text(" ").bytes()), HasSubstr("no local time types"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 0xffffffff, 0xffffffff, 0xffffffff).bytes()), HasSubstr("cut off in its data"));
  EXPECT_THAT(error(Writer{}.header('2', 0, 0xffffffff, 0xffffffff, 0xffffffff).bytes()), HasSubstr("cut off in its first block"));
  EXPECT_THAT(error(Writer{}.header('\0', 1, 0, 1, 1).type(0, 0, 0).text(" ").number(0, 8).bytes()), HasSubstr("leap seconds"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 0, 1, 1).type(94'000, 0, 0).text(" ").bytes()), HasSubstr("offset of 94000 s"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 0, 1, 1).type(0, 2, 0).text(" ").bytes()), HasSubstr("daylight flag"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 0, 1, 1).type(0, 0, 1).text(" ").bytes()), HasSubstr("abbreviation"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 1, 1, 1).number(0, 4).number(1, 1).type(0, 0, 0).text(" ").bytes()),
              HasSubstr("local time type that"));
  EXPECT_THAT(error(Writer{}.header('\0', 0, 2, 1, 1).number(5, 4).number(5, 4).number(0, 2).type(0, 0, 0).text(" ").bytes()),
              HasSubstr("out of order"));
  EXPECT_THAT(error(version_2("CET-1CEST").bytes()), HasSubstr("is not a POSIX TZ rule"));
  EXPECT_THAT(error(version_2("\x01").bytes()), HasSubstr("not plain text"));
}

TEST(Tzif, CutAtEveryLengthItIsAnError) {
  std::vector<Bytes> files{version_1().bytes(), version_2("CET-1CEST,M3.5.0,M10.5.0/3").bytes()};
  for (const std::string_view name : {"Europe/Paris", "America/Nuuk", "Asia/Kolkata", "Australia/Lord_Howe"})
    files.push_back(zone_file(name));
  for (const Bytes& file : files) {
    ASSERT_TRUE(read(file));
    for (std::size_t length = 0; length < file.size(); ++length) {
      const Bytes cut(file.begin(),
                      file.begin() + static_cast<std::ptrdiff_t>(length));  // its own allocation, so that a sanitizer sees its end
      ASSERT_FALSE(read(cut)) << length;
    }
  }
}

TEST(Tzif, DamagedAtEveryByteItNeverCrashes) {
  std::vector<Bytes> files{version_1().bytes(), version_2("CET-1CEST,M3.5.0,M10.5.0/3").bytes(), zone_file("Asia/Kolkata"),
                           zone_file("Pacific/Apia")};
  for (const Bytes& file : files) {
    for (std::size_t at = 0; at < file.size(); ++at) {
      for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
        Bytes damaged = file;
        damaged[at] ^= static_cast<std::byte>(flip);
        if (const auto z = read(damaged)) exercise(*z);
      }
    }
  }
}

TEST(Tzif, AZoneThatCountsLeapSecondsIsRefused) {
  const auto z = Zone::load("right/Europe/Paris");
  if (z || z.error().code == perdure::Errc::not_found) {
    EXPECT_FALSE(z);
    GTEST_SKIP() << "this system has no right/ zones";
  }
  EXPECT_THAT(z.error().what, HasSubstr("leap seconds"));
}

}  // namespace
