#pragma once

#include <perdure/time/date.hpp>
#include <perdure/time/zone.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <ios>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

/// Short spellings for the tests of the time layer. A failure to read is a failure of the test: `value()` throws.
namespace perdure_test {

inline perdure::time::Date date(std::string_view text) { return perdure::time::parse_date(text).value(); }
inline perdure::time::Instant instant(std::string_view text) { return perdure::time::parse_instant(text).value(); }
inline perdure::time::Local local(std::string_view text) { return perdure::time::parse_local(text).value(); }
inline perdure::time::Zone zone(std::string_view name) { return perdure::time::Zone::load(name).value(); }

/// The bytes of a zone of the system's database.
inline std::vector<std::byte> zone_file(std::string_view name) {
  for (const std::string& folder : perdure::time::default_zone_paths()) {
    std::ifstream in{folder + "/" + std::string{name}, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    if (text.empty()) continue;
    std::vector<std::byte> bytes;
    for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
    return bytes;
  }
  ADD_FAILURE() << "the tz database of the system has no " << name << "; the tests need the package tzdata";
  return {};
}

}  // namespace perdure_test
