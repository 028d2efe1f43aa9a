// Two hundred simulated logs: stated intervals must hold the truth as often as they say.
#include "fit_cases.hpp"

#include <perdure/batch/fit_engine.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace {

using namespace perdure;
using models::Fsrs6;

TEST(Coverage, IntervalsOfWellIdentifiedParametersHoldTheTruthAsOftenAsTheySay) {
  constexpr std::size_t n = Fsrs6::specs.size();
  constexpr std::uint32_t repetitions = 200;
  auto params = models::default_params<Fsrs6>();
  params.first_stability_good = 4.0;
  params.decay = 0.3;
  params.growth = 1.6;
  params.growth_saturation = 0.25;
  params.same_day = 0.8;
  const auto truth = std::bit_cast<std::array<double, n>>(params);
  std::array<std::uint32_t, n> identified{};
  std::array<std::uint32_t, n> covered{};
  for (std::uint32_t seed = 0; seed < repetitions; ++seed) {
    const auto report = fit::pooled(fit::facts<Fsrs6>(), batch::fit_engine<Fsrs6>(),
                                    fit_cases::simulated<Fsrs6>(params, 16000, 1000 + seed), models::defaults<Fsrs6>(), {.threads = 2});
    ASSERT_NE(report.status, fit::Status::no_data);
    for (std::size_t i = 0; i < n; ++i) {
      if (!(report.learned[i] > 0.9)) continue;
      ++identified[i];
      covered[i] += report.low[i] <= truth[i] && truth[i] <= report.high[i] ? 1 : 0;
    }
  }
  std::size_t judged = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (identified[i] < repetitions) continue;
    ++judged;
    const double share = static_cast<double>(covered[i]) / repetitions;
    EXPECT_GE(share, 0.90) << Fsrs6::specs[i].name;
    EXPECT_LE(share, 0.99) << Fsrs6::specs[i].name;
  }
  EXPECT_GE(judged, 4U);
}

}  // namespace
