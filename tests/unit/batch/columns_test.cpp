#include <perdure/batch/check.hpp>
#include <perdure/batch/columns.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/testing/model_name.hpp>
#include <perdure/testing/model_samples.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace perdure;

/// Random columns of `n` rows, and the state columns that a call fills.
template <class M>
struct Rows {
  static constexpr std::size_t fields = M::state_fields.size();
  explicit Rows(std::size_t n) : grade(n), elapsed(n), target(n) {
    for (auto& c : state) c.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto s = perdure::testing::sample<M>(static_cast<std::uint32_t>(1000 * n + i));
      const auto numbers = std::bit_cast<std::array<double, fields>>(s.state);
      for (std::size_t k = 0; k < fields; ++k) state[k][i] = static_cast<float>(numbers[k]);
      grade[i] = static_cast<std::uint8_t>(s.grade);
      elapsed[i] = static_cast<float>(s.days);
      target[i] = static_cast<float>(0.5 + 0.49 * std::fmod(s.days, 1.0));
    }
  }
  [[nodiscard]] batch::StateIn<M> in() const {
    batch::StateIn<M> columns{};
    for (std::size_t k = 0; k < fields; ++k) columns[k] = state[k].data();
    return columns;
  }
  [[nodiscard]] batch::StateOut<M> out() {
    batch::StateOut<M> columns{};
    for (std::size_t k = 0; k < fields; ++k) columns[k] = state[k].data();
    return columns;
  }
  std::array<std::vector<float>, fields> state;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed, target;
};

template <class M>
class Batch : public ::testing::Test {};
using Shipped = catalog::Profiles::apply<::testing::Types>;
TYPED_TEST_SUITE(Batch, Shipped, perdure::testing::ModelName);

// A row equals the scalar call, rounded once to float32: for every tail length and number of threads.
TYPED_TEST(Batch, EqualsScalarForEveryTailAndThreadCount) {
  using M = TypeParam;
  const auto w = models::default_params<M>();
  for (std::size_t n = 0; n <= 67; ++n) {
    const Rows<M> rows{n};
    Rows<M> next{n};
    std::vector<float> recall(n);
    std::vector<float> interval(n);
    const unsigned threads = 1 + static_cast<unsigned>(n % 3);
    batch::review<M>(w, rows.in(), rows.grade, rows.elapsed, next.out(), threads);
    batch::recall<M>(w, rows.in(), rows.elapsed, recall.data(), threads);
    batch::interval<M>(w, rows.in(), rows.target, interval.data(), threads);
    for (std::size_t i = 0; i < n; ++i) {
      std::array<double, Rows<M>::fields> numbers{};
      for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = static_cast<double>(rows.state[k][i]);
      const auto state = std::bit_cast<typename M::template State<double>>(numbers);
      const auto expected = std::bit_cast<std::array<double, Rows<M>::fields>>(
          M::review(w, state, static_cast<double>(rows.elapsed[i]), static_cast<Grade>(rows.grade[i])));
      for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(next.state[k][i], static_cast<float>(expected[k]));
      EXPECT_EQ(recall[i], static_cast<float>(M::recall(w, state, static_cast<double>(rows.elapsed[i]))));
      EXPECT_EQ(interval[i], static_cast<float>(M::interval(w, state, static_cast<double>(rows.target[i]))));
    }
  }
}

TYPED_TEST(Batch, MoreRowsThanOneTaskAndInPlace) {
  using M = TypeParam;
  const auto w = models::default_params<M>();
  Rows<M> one{40'000};
  Rows<M> two = one;
  Rows<M> other{40'000};
  batch::review<M>(w, one.in(), one.grade, one.elapsed, other.out(), 1);
  batch::review<M>(w, two.in(), two.grade, two.elapsed, two.out(), 4);
  EXPECT_EQ(other.state, two.state);
}

TEST(BatchChecks, TheFirstRowThatDoesNotFitIsNamed) {
  const std::vector<std::uint8_t> grades{1, 4, 7, 0};
  EXPECT_EQ(batch::check_grades(grades)->what, "grade[2] must be 1, 2, 3 or 4, got 7");
  const std::vector<float> days{0.0F, -1.0F};
  EXPECT_EQ(batch::check_elapsed(days)->where, 1U);
  const std::vector<float> nan{std::numeric_limits<float>::quiet_NaN()};
  EXPECT_TRUE(batch::check_elapsed(nan));
  EXPECT_TRUE(batch::check_targets(nan));
  EXPECT_TRUE(batch::check_targets(std::vector<float>{0.0F}));
  EXPECT_FALSE(batch::check_targets(std::vector<float>{1.0F}));
  EXPECT_TRUE(batch::check_state(nan, models::Fsrs6::state_fields[0]));
  EXPECT_TRUE(batch::check_state(std::vector<float>{10.1F}, models::Fsrs6::state_fields[1]));
  EXPECT_FALSE(batch::check_state(std::vector<float>{10.0F, 1.0F}, models::Fsrs6::state_fields[1]));
}

}  // namespace
