#include <perdure/core/distributions.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/parallel.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/logistic.hpp>
#include <perdure/simulate/cohort.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <utility>

namespace perdure::inline PERDURE_ABI::simulate {
namespace {

using std::chrono::milliseconds;
using ExactDays = std::chrono::duration<double, std::chrono::days::period>;

constexpr milliseconds pause{5'000};               // from an answer to the next question
constexpr milliseconds longest_response{600'000};  // so that a question shown before closing is answered on the same day

/// What is left in a learner of the answers to one item.
template <MemoryFamily F>
struct Trail {
  typename F::State state{};
  time::Instant answered_at{};
  std::uint32_t answers = 0;
};

/// Days that count for memory: elapsed, times the paces of learner and item.
double paced_days(const Traits& traits, std::uint32_t u, std::uint32_t i, time::Instant from, time::Instant to) {
  return ExactDays{to - from}.count() * traits.learners[u].pace * traits.items[i].pace;
}

template <MemoryFamily F>
double probability(const F& family, const CohortOptions& o, const Traits& traits, const Trail<F>& trail, std::uint32_t u, std::uint32_t i,
                   time::Instant at) {
  const double level = traits.level(o, u, i);
  const double known =
      trail.answers == 0 ? models::logistic(level) : family.known(trail.state, level, paced_days(traits, u, i, trail.answered_at, at));
  return traits.right(o, i, known);
}

milliseconds response(const CohortOptions& o, double tempo, bool right, random::Stream& stream) {
  const double seconds =
      o.response_seconds * tempo * (right ? 1.0 : o.wrong_slowdown) * std::exp(random::normal(stream, 0.0, o.response_sd));
  return std::min(longest_response, milliseconds{std::llround(1000.0 * std::min(seconds, 1e6))});
}

/// Score in steps of 1/(2m+1): half for being right, half for parts that succeed with the same probability. Its mean is p.
float drawn_score(std::uint32_t m, double p, bool right, random::Stream& stream) {
  if (m == 0) return right ? 1.0F : 0.0F;
  std::uint32_t points = right ? m + 1 : 0;
  for (std::uint32_t k = 0; k < m; ++k) points += random::bernoulli(stream, p) ? 1 : 0;
  return static_cast<float>(points) / static_cast<float>(2 * m + 1);
}

/// All answers of one learner. A session that the working day ends goes on in the next one; leaving for good ends everything.
template <MemoryFamily F>
Answers run(const F& family, const CohortOptions& o, const Traits& traits, std::uint32_t u, std::span<Trail<F>> trails) {
  Answers answers;
  const LearnerTraits& who = traits.learners[u];
  time::Instant now{course_start(o, u)};
  const double most_days = ExactDays{time::last_instant - now}.count() - 1.0;
  const time::Instant leaves = now + std::chrono::floor<milliseconds>(ExactDays{std::min(who.dropout_days, most_days)});
  for (const Session& session : sessions_of(o, traits, u)) {
    now = std::max(now, session.begins);
    for (const std::uint32_t i : questions_of(o, u, session)) {
      now = working_moment(o.calendar, now);
      if (now >= leaves) return answers;
      Trail<F>& trail = trails[i];
      const double p = probability(family, o, traits, trail, u, i, now);
      random::Stream stream{{.seed = o.seed, .learner = u, .item = i, .step = trail.answers + 1}};
      const bool right = random::bernoulli(stream, p);
      const time::Instant answered = now + response(o, who.tempo, right, stream);
      answers.learner.push_back(u);
      answers.item.push_back(i);
      answers.shown_at.push_back(now.time_since_epoch().count());
      answers.answered_at.push_back(answered.time_since_epoch().count());
      answers.right.push_back(right ? 1 : 0);
      answers.score.push_back(drawn_score(o.score_parts, p, right, stream));
      answers.session.push_back(session.kind);
      answers.probability.push_back(p);
      const double days = paced_days(traits, u, i, trail.answered_at, now);
      trail.state = trail.answers == 0 ? family.first(right) : family.review(trail.state, days, right);
      trail.answered_at = answered;
      ++trail.answers;
      now = answered + pause;
    }
  }
  return answers;
}

template <class T>
void append(std::vector<T>& all, const std::vector<T>& some) {
  all.insert(all.end(), some.begin(), some.end());
}

Answers joined(std::vector<Answers> parts) {
  Answers all;
  for (Answers& part : parts) {
    append(all.learner, part.learner);
    append(all.item, part.item);
    append(all.shown_at, part.shown_at);
    append(all.answered_at, part.answered_at);
    append(all.right, part.right);
    append(all.score, part.score);
    append(all.session, part.session);
    append(all.probability, part.probability);
    part = {};
  }
  return all;
}

template <MemoryFamily F>
void simulate_with(Cohort& cohort, unsigned threads) {
  const F family{};
  const CohortOptions& o = cohort.options;
  std::vector<Trail<F>> trails(static_cast<std::size_t>(o.learners) * o.items);
  std::vector<Answers> parts(o.learners);
  parallel_for(o.learners, threads, [&](std::size_t u) {
    parts[u] = run<F>(family, o, cohort.traits, static_cast<std::uint32_t>(u), std::span{trails}.subspan(u * o.items, o.items));
  });
  cohort.answers = joined(std::move(parts));
  cohort.recall = [family, options = o, traits = cohort.traits, trails = std::move(trails)](std::uint32_t u, std::uint32_t i,
                                                                                            time::Instant at) {
    return probability(family, options, traits, trails[static_cast<std::size_t>(u) * options.items + i], u, i, at);
  };
}

}  // namespace

data::ReviewLog review_log(const Answers& answers) {
  std::vector<std::uint8_t> grade;
  grade.reserve(answers.size());
  for (const std::uint8_t right : answers.right) grade.push_back(static_cast<std::uint8_t>(right != 0 ? Grade::good : Grade::again));
  return data::ReviewLog::import({.learner = answers.learner,
                                  .item = answers.item,
                                  .answered_at = answers.answered_at,
                                  .shown_at = answers.shown_at,
                                  .score = answers.score,
                                  .grade = grade})
      .first;
}

Result<Cohort> cohort(const CohortOptions& options, unsigned threads) {
  if (auto problem = options.validate()) return std::move(*problem);
  Cohort made{.options = options, .traits = Traits::draw(options), .answers = {}, .recall = {}, .known_from = options.start};
  if (auto problem = with_family(options.memory, [&]<class F>() { simulate_with<F>(made, threads); })) return std::move(*problem);
  for (const std::int64_t t : made.answers.answered_at) made.known_from = std::max(made.known_from, time::Instant{milliseconds{t}});
  return made;
}

}  // namespace perdure::inline PERDURE_ABI::simulate
