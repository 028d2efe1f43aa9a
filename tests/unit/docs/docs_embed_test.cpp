// The C++ lines of docs/how-to/embed-in-cpp.md, compiled and checked. tests/python/test_docs_examples.py compares the page with this file.
#include <perdure/batch/check.hpp>
#include <perdure/batch/columns.hpp>
#include <perdure/batch/wide.hpp>
#include <perdure/data/histories.hpp>
#include <perdure/data/review_log.hpp>
#include <perdure/fit/pooled.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/stored.hpp>
#include <perdure/time/date.hpp>
#include <perdure/time/elapsed.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace perdure;

TEST(DocsEmbed, OneAnswerAtATime) {
  const models::Fsrs6 model;
  models::Fsrs6::Memory memory = model.first(Grade::good);  // after the first answer
  memory = model.review(memory, Days{6.5}, Grade::again);   // wrong, six and a half days later
  const double recall = model.recall(memory, Days{2.0});
  const Days due = model.interval(memory, 0.85);
  EXPECT_GT(recall, 0.0);
  EXPECT_LT(recall, 1.0);
  EXPECT_GT(due.value(), 0.0);
}

TEST(DocsEmbed, WideKernels) {
  std::vector<float> stability{2.0F, 9.0F};
  std::vector<float> difficulty{5.0F, 6.0F};
  const std::vector<std::uint8_t> grade{3, 1};
  const std::vector<float> elapsed{2.5F, 20.0F};
  std::vector<float> due_days(2);
  const batch::Wide wide = batch::Wide::of<models::Fsrs6>();  // or Wide::make(id, profile, parameters)
  const std::array<std::span<const float>, 2> now{stability, difficulty};
  const std::array<std::span<float>, 2> next{stability, difficulty};      // in place
  wide.review(now, grade, elapsed, next, batch::Due{0.9F, due_days}, 4);  // four threads; or an Executor of your own
  EXPECT_GT(stability[0], 2.0F);
  EXPECT_LT(stability[1], 9.0F);
  EXPECT_NEAR(due_days[0], stability[0], 1e-4F);
}

TEST(DocsEmbed, OwnParameters) {
  const std::vector<double> values(21, 0.5);  // from a file, a database, another program
  const Result<models::Fsrs6> made = models::Fsrs6::make(values);
  if (!made) {
    const std::string why = made.error().what;
    // fsrs6 parameter 4 (first_difficulty) must be in [1, 10], got 0.5
    EXPECT_EQ(why, "fsrs6 parameter 4 (first_difficulty) must be in [1, 10], got 0.5");
  }
  EXPECT_FALSE(made);
}

TEST(DocsEmbed, ACallersMistakeThrows) {
  const models::Fsrs6 model;
  const auto memory = model.first(Grade::good);
  try {
    static_cast<void>(model.recall(memory, Days{-1.0}));
    FAIL();
  } catch (const std::invalid_argument& mistake) {
    // mistake.what(): elapsed days must be finite and >= 0, got -1
    EXPECT_EQ(std::string{mistake.what()}, "elapsed days must be finite and >= 0, got -1");
  }
}

TEST(DocsEmbed, AStoredMemory) {
  const models::Fsrs6 model;
  const auto memory = model.first(Grade::good);
  using State = models::Stored<models::Fsrs6>;
  const State::Bytes row = State::of(memory).to_bytes();  // 8 bytes, for a BLOB
  const std::string tag = State::tag();                   // fsrs6/perdure/106272ad145c1abe, once per table

  const State state = State::from_bytes(row).value();
  const models::Fsrs6::Memory again = state.memory().value();
  EXPECT_EQ(row.size(), 8U);
  EXPECT_EQ(tag, "fsrs6/perdure/106272ad145c1abe");
  EXPECT_EQ(again.stability, static_cast<double>(static_cast<float>(memory.stability)));

  const Result<State> shorter = State::from_bytes(std::span{row}.first(7));
  // stored fsrs6 state has 8 bytes, got 7
  const Result<models::Fsrs6::Memory> damaged = State{{2.5F, 11.0F}}.memory();
  // fsrs6 difficulty must be in [1, 10], got 11
  EXPECT_EQ(shorter.error().what, "stored fsrs6 state has 8 bytes, got 7");
  EXPECT_EQ(damaged.error().what, "fsrs6 difficulty must be in [1, 10], got 11");
}

TEST(DocsEmbed, ElapsedTime) {
  const auto rule = time::ElapsedRule::parse("calendar-days:Europe/Paris:4").value();
  const time::Instant last = time::parse_instant("2026-09-01T10:30:00+02:00").value();
  const time::Instant shown = time::parse_instant("2026-09-04T08:00:00+02:00").value();
  const Days elapsed = rule.elapsed(last, shown);  // 3 days
  EXPECT_EQ(elapsed, Days{3.0});
}

TEST(DocsEmbed, Columns) {
  std::vector<float> stability{2.3F, 8.3F, 0.2F};
  std::vector<float> difficulty{2.1F, 1.0F, 6.4F};
  const std::vector<std::uint8_t> grade{3, 4, 1};
  const std::vector<float> elapsed{2.0F, 9.0F, 1.0F};
  const auto w = models::default_params<models::Fsrs6>();
  if (const auto problem = batch::check_grades(grade)) throw Exception{*problem};
  if (const auto problem = batch::check_elapsed(elapsed)) throw Exception{*problem};
  const batch::StateIn<models::Fsrs6> before{stability.data(), difficulty.data()};
  const batch::StateOut<models::Fsrs6> after{stability.data(), difficulty.data()};  // in place
  batch::review<models::Fsrs6>(w, before, grade, elapsed, after, std::thread::hardware_concurrency());
  const auto alone = models::Fsrs6::review(w, {double{2.3F}, double{2.1F}}, 2.0, Grade::good);
  EXPECT_EQ(stability[0], static_cast<float>(alone.stability));
  EXPECT_EQ(difficulty[0], static_cast<float>(alone.difficulty));
}

TEST(DocsEmbed, Fit) {
  constexpr std::int64_t day = 86'400'000;
  const std::vector<std::uint32_t> learner{0, 0, 0, 1, 1};
  const std::vector<std::uint32_t> item{0, 0, 0, 0, 0};
  const std::vector<std::int64_t> answered_at{0, 3 * day, 30 * day, 0, 45 * day};
  const std::vector<float> score{1, 1, 1, 1, 0};
  const std::vector<std::uint8_t> grade{3, 3, 3, 3, 1};

  const auto [log, report] = data::ReviewLog::import(
      {.learner = learner, .item = item, .answered_at = answered_at, .shown_at = {}, .score = score, .grade = grade});
  const data::Histories histories{log, time::ElapsedRule::parse(models::Fsrs6::elapsed_rule).value()};
  const fit::FitReport fitted = fit::pooled<models::Fsrs6>(histories, models::defaults<models::Fsrs6>(), {.threads = 2});
  if (fitted.status == fit::Status::no_data) throw std::runtime_error{fitted.reason};
  const models::Fsrs6 model = models::Fsrs6::make(fitted.parameters).value();
  EXPECT_TRUE(report.rejected.empty());
  EXPECT_EQ(report.rows(), 5U);
  EXPECT_EQ(fitted.answers, 3U);
  EXPECT_LT(fitted.log_loss, fitted.start_log_loss);
  EXPECT_GT(model.values().decay, 0.0);
}

}  // namespace
