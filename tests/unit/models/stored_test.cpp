#include <perdure/catalog/models.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/model.hpp>
#include <perdure/models/stored.hpp>
#include <perdure/testing/model_samples.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace perdure;
using models::Fsrs6;
using models::HalfLife;
using models::Stored;

static_assert(sizeof(Stored<Fsrs6>) == 8 && sizeof(Stored<HalfLife>) == 4);

template <std::size_t n>
std::string hex(const std::array<std::byte, n>& bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) >> 4U];
    text += "0123456789abcdef"[std::to_integer<unsigned>(byte) & 0xfU];
  }
  return text;
}

TEST(Stored, IsPlainDataForEveryModel) {
  catalog::Profiles::for_each([]<class M>() {
    static_assert(std::is_trivially_copyable_v<Stored<M>> && std::is_standard_layout_v<Stored<M>>);
    static_assert(sizeof(Stored<M>) == 4 * M::state_fields.size() && alignof(Stored<M>) == 4);
    static_assert(Stored<M>::byte_count == sizeof(Stored<M>));
  });
}

// A member moves by half a unit in the last place of float32: 2^-24 of itself, or 2^-150 where float32 is subnormal. What comes back stays.
TEST(Stored, RoundTripsOfEveryModel) {
  catalog::Profiles::for_each([]<class M>() {
    constexpr std::size_t fields = M::state_fields.size();
    for (std::uint32_t index = 0; index < 200; ++index) {
      const auto memory = perdure::testing::sample<M>(index).state;
      const auto members = std::bit_cast<std::array<double, fields>>(memory);
      const auto stored = Stored<M>::of(memory);
      const auto back = stored.memory();
      ASSERT_TRUE(back) << M::id << " " << M::profile << ": " << back.error().what;
      const auto returned = std::bit_cast<std::array<double, fields>>(*back);
      for (std::size_t k = 0; k < fields; ++k) {
        const double most = std::max(0x1p-24 * std::abs(members[k]), 0x1p-150);
        EXPECT_LE(std::abs(returned[k] - members[k]), most) << M::id << " " << M::state_fields[k].name;
      }
      EXPECT_EQ(Stored<M>::of(*back), stored);
      const auto bytes = stored.to_bytes();
      EXPECT_EQ(Stored<M>::from_bytes(bytes).value(), stored);
      if constexpr (std::endian::native == std::endian::little) {
        EXPECT_EQ(std::bit_cast<typename Stored<M>::Bytes>(stored), bytes);
      }
    }
  });
}

// Bounds need not be float32 numbers: 1e-6 days rounds to a little less, and yet a memory at the bound comes back within it.
TEST(Stored, RoundingDoesNotLeadOutOfBounds) {
  catalog::Profiles::for_each([]<class M>() {
    constexpr std::size_t fields = M::state_fields.size();
    for (const bool upper : {false, true}) {
      std::array<double, fields> members;
      for (std::size_t k = 0; k < fields; ++k) members[k] = upper ? M::state_fields[k].upper : M::state_fields[k].lower;
      const auto stored = Stored<M>::of(std::bit_cast<typename Stored<M>::Memory>(members));
      const auto back = stored.memory();
      ASSERT_TRUE(back) << back.error().what;
      const auto returned = std::bit_cast<std::array<double, fields>>(*back);
      for (std::size_t k = 0; k < fields; ++k) {
        const models::StateSpec& field = M::state_fields[k];
        EXPECT_TRUE(returned[k] >= field.lower && returned[k] <= field.upper) << M::id << " " << field.name;
      }
      EXPECT_EQ(Stored<M>::of(*back), stored);
    }
  });
  EXPECT_LT(double{Stored<HalfLife>::of({1e-6}).value[0]}, 1e-6);
}

// Python: struct.pack("<2f", 2.3065, 2.118103970459016).hex()
TEST(Stored, BytesAreLittleEndianFloat32InFieldOrder) {
  const Fsrs6 model;
  const auto stored = Stored<Fsrs6>::of(model.first(Grade::good));
  EXPECT_EQ(hex(stored.to_bytes()), "b29d1340048f0740");
  const auto again = Stored<Fsrs6>::from_bytes(stored.to_bytes()).value().memory().value();
  EXPECT_EQ(again.stability, double{2.3065F});
  EXPECT_EQ(again.difficulty, double{2.118103970459016F});
}

TEST(Stored, BytesOfAnotherSizeAreRefused) {
  const std::vector<std::byte> bytes(12);
  const auto twelve = Stored<Fsrs6>::from_bytes(bytes);
  ASSERT_FALSE(twelve);
  EXPECT_EQ(twelve.error().code, Errc::shape_mismatch);
  EXPECT_EQ(twelve.error().what, "stored fsrs6 state has 8 bytes, got 12");
  EXPECT_EQ(Stored<Fsrs6>::from_bytes({}).error().what, "stored fsrs6 state has 8 bytes, got 0");
}

TEST(Stored, ValuesOutsideTheirBoundsAreRefused) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  struct Case {
    Stored<Fsrs6> stored;
    std::size_t field;
    std::string what;
  };
  for (const auto& [stored, field, what] :
       {Case{{{0.0F, 5.0F}}, 0, "fsrs6 stability must be in [1e-06, 1e+09], got 0"},
        Case{{{nan, 5.0F}}, 0, "fsrs6 stability must be in [1e-06, 1e+09], got nan"},
        Case{{{infinity, 5.0F}}, 0, "fsrs6 stability must be in [1e-06, 1e+09], got inf"},
        Case{{{2.0F, 11.0F}}, 1, "fsrs6 difficulty must be in [1, 10], got 11"},
        Case{{{2.0F, std::nextafter(10.0F, infinity)}}, 1, "fsrs6 difficulty must be in [1, 10], got 10.000000953674316"}}) {
    const auto memory = stored.memory();
    ASSERT_FALSE(memory);
    EXPECT_EQ(memory.error().code, Errc::out_of_domain);
    EXPECT_EQ(memory.error().what, what);
    EXPECT_EQ(memory.error().where, field);
  }
}

TEST(Stored, AMemoryThatNoModelMakesIsNotStored) {
  EXPECT_THROW(static_cast<void>(Stored<Fsrs6>::of({std::numeric_limits<double>::quiet_NaN(), 5.0})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(Stored<Fsrs6>::of({2.0, 10.5})), std::invalid_argument);
}

// FNV-1a of "fsrs6", "perdure", "stability", "days", "difficulty", "1", each followed by the byte 0xff; worked out in Python.
TEST(Stored, TagsNameTheLayout) {
  EXPECT_EQ(Stored<Fsrs6>::fingerprint, 0x106272ad145c1abeU);
  EXPECT_EQ(Stored<Fsrs6>::tag(), "fsrs6/perdure/106272ad145c1abe");
  std::set<std::string> tags;
  std::set<std::uint64_t> fingerprints;
  catalog::Profiles::for_each([&]<class M>() {
    EXPECT_TRUE(tags.insert(Stored<M>::tag()).second) << Stored<M>::tag();
    EXPECT_TRUE(fingerprints.insert(Stored<M>::fingerprint).second) << Stored<M>::tag();
  });
  EXPECT_EQ(tags.size(), catalog::Profiles::size);
}

// A memory that is stored after each of fifty answers, beside one that is kept in double. Each storing moves a member by up to 6e-8 of itself,
// and later answers change that by a factor below two; fifty of them stay below 1e-5, a second in a day.
TEST(Stored, RoundingDoesNotMoveDueDates) {
  const Fsrs6 model;
  double worst = 0.0;
  for (std::uint32_t card = 0; card < 500; ++card) {
    random::Stream stream{{.seed = 7, .learner = card, .item = 0, .step = 0}};
    const auto grade = [&stream] { return static_cast<Grade>(1 + stream.below(4)); };
    auto exact = model.first(grade());
    auto stored = Stored<Fsrs6>::of(exact);
    for (int k = 0; k < 50; ++k) {
      const Days days{2.0 * stream.next() * exact.stability};
      const Grade answer = grade();
      exact = model.review(exact, days, answer);
      stored = Stored<Fsrs6>::of(model.review(stored.memory().value(), days, answer));
      const double due = model.interval(exact, 0.9).value();
      worst = std::max(worst, std::abs(model.interval(stored.memory().value(), 0.9).value() - due) / due);
    }
  }
  EXPECT_GT(worst, 1e-8);
  EXPECT_LT(worst, 1e-5);
}

}  // namespace
