#include "unit/kernels/fsrs6_cases.hpp"

#include <perdure/batch/kernels.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/testing/model_name.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
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

template <class M>
class Fsrs6Replay : public ::testing::Test {
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
TYPED_TEST_SUITE(Fsrs6Replay, Profiles, perdure::testing::ModelName);

/// Ragged histories: `length(card)` answers each.
struct Histories {
  template <class Length>
  Histories(std::size_t cards, std::uint32_t seed, const Length& length, bool unanswered = false)
      : offsets(1, 3) {  // three answers of others
    random::Stream stream{{.seed = 7, .learner = seed, .item = 0, .step = 0}};
    for (std::size_t c = 0; c < cards; ++c) offsets.push_back(offsets.back() + static_cast<std::int64_t>(length(c)));
    const auto answers = static_cast<std::size_t>(offsets.back());
    for (std::size_t i = 0; i < answers; ++i) {
      const double u = stream.next();
      grade.push_back(static_cast<std::uint8_t>(unanswered && stream.below(6) == 0 ? 0 : u < 0.15 ? 1 : u < 0.3 ? 2 : u < 0.85 ? 3 : 4));
      elapsed.push_back(static_cast<float>(stream.next() < 0.15 ? stream.next() : std::exp(5.0 * stream.next())));
    }
    for (std::size_t c = 0; c < cards; ++c) {  // a first answer is one, and its elapsed time nothing
      if (offsets[c] == offsets[c + 1]) continue;
      const auto at = static_cast<std::size_t>(offsets[c]);
      grade[at] = std::max<std::uint8_t>(grade[at], 1);
      elapsed[at] = std::numeric_limits<float>::quiet_NaN();
    }
  }
  std::vector<std::int64_t> offsets;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed;
};

/// Replay equals one review after another by the same kernels with the days that replay keeps: float32 without its last three bits.
template <class M>
void expect_stepwise(const batch::Kernels& kernels, const std::array<double, 21>& w, const Histories& h) {
  const std::size_t cards = h.offsets.size() - 1;
  std::vector<float> s(cards, 1.0F), d(cards, 1.0F), s_step(cards), d_step(cards);
  const std::array<float*, 2> out{s.data(), d.data()};
  const std::array<float*, 2> step{s_step.data(), d_step.data()};
  kernels.replay(w.data(), cards, h.offsets.data(), h.grade.data(), h.elapsed.data(), out.data());
  std::int64_t longest = 0;
  for (std::size_t c = 0; c < cards; ++c) longest = std::max(longest, h.offsets[c + 1] - h.offsets[c]);
  std::vector<std::uint8_t> grade(cards);
  std::vector<float> elapsed(cards);
  for (std::int64_t k = 0; k < std::max<std::int64_t>(longest, 1); ++k) {
    for (std::size_t c = 0; c < cards; ++c) {
      const bool answered = k < h.offsets[c + 1] - h.offsets[c];
      const auto at = static_cast<std::size_t>(answered ? h.offsets[c] + k : 0);
      grade[c] = answered ? h.grade[at] : std::uint8_t{0};
      elapsed[c] = answered ? std::bit_cast<float>(std::bit_cast<std::uint32_t>(h.elapsed[at]) & ~7U) : 1.0F;
    }
    if (k == 0) {
      kernels.first(w.data(), cards, grade.data(), step.data());
    } else {
      kernels.review(w.data(), cards, step.data(), grade.data(), elapsed.data(), step.data(), 0.9F, nullptr, nullptr);
    }
  }
  for (std::size_t c = 0; c < cards; ++c) {
    if (h.offsets[c] == h.offsets[c + 1]) {
      ASSERT_TRUE(std::isnan(s[c]) && std::isnan(d[c])) << c;
    } else {
      ASSERT_EQ(s[c], s_step[c]) << c;
      ASSERT_EQ(d[c], d_step[c]) << c;
    }
  }
}

TYPED_TEST(Fsrs6Replay, EqualsOneReviewAfterAnother) {
  using M = TypeParam;
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<M>(Reach::usual, 0);
    for (const std::size_t cards : {0U, 1U, 2U, 7U, 8U, 9U, 63U, 255U, 256U, 257U, 2047U, 2048U, 2049U, 5000U}) {
      const auto seed = static_cast<std::uint32_t>(cards);
      expect_stepwise<M>(kernels, w, Histories{cards, seed, [](std::size_t c) { return c * 7919 % 24; }, cards % 2 == 1});
      if (cards < 300) expect_stepwise<M>(kernels, w, Histories{cards, seed, [](std::size_t) { return 0; }});
      if (cards < 300) expect_stepwise<M>(kernels, w, Histories{cards, seed, [](std::size_t) { return 1; }});
    }
    for (std::size_t length = 0; length <= 67; ++length) {
      expect_stepwise<M>(kernels, w, Histories{19, 1, [length](std::size_t c) { return length + c / 7; }});
    }
  });
}

TYPED_TEST(Fsrs6Replay, TakesVeryLongHistoriesAmongShortOnes) {
  using M = TypeParam;
  this->each_set([](const batch::Kernels& kernels) {
    const auto w = cases::parameters<M>(Reach::usual, 0);
    const auto length = [](std::size_t c) {
      return c == 100 ? 10'000U : c == 200 ? 70'000U : c % 300 == 0 ? 256U + static_cast<unsigned>(c) : 3U;
    };
    expect_stepwise<M>(kernels, w, Histories{900, 2, length});
  });
}

// A replayed state against the template in double. No step enlarges an error of log stability: with the default parameters d log S'/d log S lies
// between -0.3 and 1, because growth falls as stability rises. So the errors of n steps add up at most: 1.8e-6 each, and 1e-6 for the bits
// that the days lose.
TYPED_TEST(Fsrs6Replay, StaysCloseToTheTemplate) {
  using M = TypeParam;
  const auto w = cases::parameters<M>(Reach::usual, 0);
  const auto p = cases::params<M>(w);
  const Histories h{4000, 9, [](std::size_t c) { return 1 + c % 60; }};
  this->each_set([&](const batch::Kernels& kernels) {
    std::vector<float> s(4000), d(4000);
    const std::array<float*, 2> out{s.data(), d.data()};
    kernels.replay(w.data(), 4000, h.offsets.data(), h.grade.data(), h.elapsed.data(), out.data());
    double worst = 0.0;
    for (std::size_t c = 0; c < 4000; ++c) {
      auto at = static_cast<std::size_t>(h.offsets[c]);
      auto state = M::first(p, static_cast<Grade>(h.grade[at]));
      for (++at; at < static_cast<std::size_t>(h.offsets[c + 1]); ++at) {
        state = M::review(p, state, static_cast<double>(h.elapsed[at]), static_cast<Grade>(h.grade[at]));
      }
      worst = std::max({worst, cases::relative(s[c], state.stability), cases::relative(d[c], state.difficulty)});
    }
    EXPECT_LE(worst, 60 * 2.8e-6);
  });
}

}  // namespace
