// Migration against fsrs-rs (check_and_fill_parameters and memory_state_from_sm2 of PyPI's fsrs-rs-python 0.9.3, which computes in float32) and
// against tools/golden_fsrs.py, which evaluates the equations with 60 digits.
#include <perdure/models/fsrs4_5.hpp>
#include <perdure/models/fsrs5.hpp>
#include <perdure/models/migrate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace {

using namespace perdure;
using models::Fsrs45;
using models::Fsrs5;
using models::Fsrs6;
using models::Fsrs7;
namespace migrate = models::migrate;

TEST(MigrateGolden, SeventeenParameters) {
  const auto got = migrate::to_fsrs6(models::defaults<Fsrs45>()).value();
  constexpr migrate::Fsrs6Values expected{0.4872, 1.4003, 3.7145, 13.8206, 7.6214, 0.51510154750149939,
                                          1.3975, 0.031,  1.6474, 0.1367,  1.0461, 2.1072,
                                          0.0793, 0.3246, 1.587,  0.2272,  2.8755, 0.0,
                                          0.0,    0.0,    0.5};
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15) << i;
}

TEST(MigrateGolden, NineteenParametersGiveFsrs5) {
  const auto given = models::defaults<Fsrs5>();
  const auto got = migrate::to_fsrs6(given).value();
  EXPECT_TRUE(std::equal(given.begin(), given.end(), got.begin()));
  EXPECT_EQ(got[19], 0.0);
  EXPECT_EQ(got[20], 0.5);
  // The same model, but for the floor under a same-day Hard: the two may differ by roundings of their different formulas of one curve.
  const auto later = Fsrs6::make(got).value();
  const Fsrs5 earlier;
  auto a = earlier.first(Grade::good);
  auto b = later.first(Grade::good);
  for (const double days : {0.1, 2.0, 9.0, 0.5, 40.0, 100.0}) {
    const Grade grade = days == 9.0 ? Grade::again : days < 1.0 ? Grade::good : Grade::hard;
    EXPECT_NEAR(earlier.recall(a, Days{days}), later.recall(b, Days{days}), 1e-14);
    a = earlier.review(a, Days{days}, grade);
    b = later.review(b, Days{days}, grade);
    EXPECT_NEAR(a.stability, b.stability, 1e-13 * a.stability);
    EXPECT_NEAR(a.difficulty, b.difficulty, 1e-13);
  }
}

TEST(MigrateGolden, TwentyOneParametersStay) {
  const auto given = models::defaults<Fsrs6>();
  EXPECT_EQ(migrate::to_fsrs6(given).value(), given);
}

TEST(MigrateGolden, ErrorsNameTheParameter) {
  EXPECT_EQ(migrate::to_fsrs6(std::array{1.0, 2.0}).error().what,
            "parameters of FSRS-4.5, FSRS-5 or FSRS-6 are 17, 19 or 21 numbers, got 2");
  auto w = models::defaults<Fsrs45>();
  w[4] = 9.0;
  const auto beyond = migrate::to_fsrs6(w);
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().what, "migrated from 17 parameters, fsrs6 parameter 4 (first_difficulty) must be in [1, 10], got 11.4596");
  EXPECT_EQ(beyond.error().where, 4U);
  EXPECT_EQ(migrate::to_fsrs6(w, migrate::Beyond::clip).value()[4], 10.0);
  w[5] = -0.5;
  EXPECT_EQ(migrate::to_fsrs6(w).error().what, "parameter 5 must be above -1/3, got -0.5");
  w[7] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(migrate::to_fsrs6(w, migrate::Beyond::clip).error().where, 7U);
}

struct Case {
  migrate::Sm2Memory sm2;
  Fsrs6::Memory fsrs6;
  Fsrs7::Memory fsrs7;
};

TEST(MigrateGolden, Sm2WithSixtyDigits) {
  constexpr double close = 1e-14;
  for (const Case& c : {
           Case{{2.5, 10.0, 0.9}, {10.0, 6.914055235771551}, {8.5072483864185049, 5.0, 6.8057987091348036}},
           Case{{1.3, 100.0, 0.85}, {52.454169750526688, 10.0}, {22.243669237700317, 5.0, 17.794935390160255}},
           Case{{3.1, 3.0, 0.95}, {7.4523294607549744, 1.0}, {11.959772659639805, 5.0, 9.5678181277118437}},
           Case{{2.5, 1.0, 0.7}, {0.10766683491688686, 10.0}, {0.31924874115673835, 5.0, 0.2553989929253907}},
       }) {
    const auto six = migrate::memory_from_sm2<Fsrs6>(models::default_params<Fsrs6>(), c.sm2).value();
    EXPECT_NEAR(six.stability, c.fsrs6.stability, close * 100.0);
    EXPECT_NEAR(six.difficulty, c.fsrs6.difficulty, close * 100.0);
    const auto seven = migrate::memory_from_sm2<Fsrs7>(models::default_params<Fsrs7>(), c.sm2).value();
    // A rounding of recall over its slope by ln S, which is 0.03 or more here.
    EXPECT_NEAR(seven.stability, c.fsrs7.stability, close * c.fsrs7.stability / 0.03);
    EXPECT_EQ(seven.difficulty, 5.0);
    EXPECT_NEAR(seven.stability_fast, c.fsrs7.stability_fast, close * c.fsrs7.stability_fast / 0.03);
  }
}

TEST(MigrateGolden, RecallAfterTheIntervalIsTheRetention) {
  const auto kept = [](auto model, double days, double retention) {
    using M = decltype(model);
    const auto memory = migrate::memory_from_sm2<M>(model.values(), {2.5, days, retention}).value();
    EXPECT_NEAR(model.recall(memory, Days{days}), retention, 1e-12) << M::id << ", " << days << " days";
  };
  for (const double days : {0.5, 7.0, 365.0}) {
    for (const double retention : {0.75, 0.9, 0.95}) {
      kept(Fsrs45{}, days, retention);
      kept(Fsrs5{}, days, retention);
      kept(Fsrs6{}, days, retention);
      kept(Fsrs7{}, days, retention);
    }
  }
}

TEST(MigrateGolden, ExtremesStayMemories) {
  const auto w = models::default_params<Fsrs7>();
  EXPECT_NEAR(migrate::memory_from_sm2<Fsrs7>(w, {2.5, 1e6, 0.999}).value().stability, Fsrs7::highest_stability, 1e-6);
  EXPECT_NEAR(migrate::memory_from_sm2<Fsrs7>(w, {2.5, 0.0, 0.001}).value().stability, Fsrs7::lowest_stability, 1e-12);
  EXPECT_EQ(migrate::memory_from_sm2<Fsrs6>(models::default_params<Fsrs6>(), {1.0, 1e6, 1.0 - 1e-16}).value().stability, 1e9);
}

TEST(MigrateGolden, ErrorsOfSm2NameTheValue) {
  const auto error = [](const migrate::Sm2Memory& sm2) {
    return migrate::memory_from_sm2<Fsrs6>(models::default_params<Fsrs6>(), sm2).error().what;
  };
  EXPECT_EQ(error({2500.0, 1.0, 0.9}), "ease must be in [1, 10] (2.5, not 2500), got 2500");
  EXPECT_EQ(error({2.5, -1.0, 0.9}), "interval must be in [0, 1e6] days, got -1");
  EXPECT_EQ(error({2.5, 1.0, 1.0}), "retention must be in (0, 1), got 1");
}

}  // namespace
