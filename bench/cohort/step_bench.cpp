#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/prequential.hpp>
#include <perdure/cohort/rows.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>
#include <perdure/core/random.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// What an answer costs: predicted and learned from one at a time over float32 states, and in passes over a log with and without derivatives.
/// Items are answers. Argument: skills of an item.
namespace {

using namespace perdure::cohort;

constexpr std::uint32_t learners = 500, answers_each = 100, items = 200, skills = 40;

/// A learner's answers go to items at random, minutes to weeks apart; seven in ten are right.
struct Log {
  explicit Log(std::size_t skills_each) {
    learner_begin.push_back(0);
    skill_begin.push_back(0);
    for (std::uint32_t learner = 0; learner < learners; ++learner) {
      perdure::random::Stream stream{{.seed = 1, .learner = learner}};
      double time = 0.0;
      for (std::uint32_t k = 0; k < answers_each; ++k) {
        time += std::exp(10.0 * stream.next() - 7.0);
        answered.push_back(time);
        score.push_back(stream.next() < 0.7 ? 1.0F : 0.0F);
        item.push_back(stream.below(items));
        for (std::size_t s = 0; s < skills_each; ++s) skill.push_back(static_cast<std::uint32_t>((item.back() + 7 * s) % skills));
        skill_begin.push_back(skill.size());
      }
      learner_begin.push_back(answered.size());
    }
    guess.assign(answered.size(), -1.0F);
    weight.assign(skill.size(), skills_each == 0 ? 0.0F : 1.0F / static_cast<float>(skills_each));
  }

  [[nodiscard]] perdure_cohort_rows view() const {
    perdure_cohort_rows rows{};
    rows.learners = learners;
    rows.learner_begin = learner_begin.data();
    rows.answered = rows.shown = answered.data();
    rows.score = score.data();
    rows.guess = guess.data();
    rows.item = rows.memory = item.data();
    rows.skill_begin = skill_begin.data();
    rows.skill = rows.skill_memory = skill.data();
    rows.weight = weight.data();
    rows.items = rows.shared_items = rows.memories = items;
    rows.skills = rows.skill_memories = skills;
    return rows;
  }

  std::vector<std::size_t> learner_begin, skill_begin;
  std::vector<double> answered;
  std::vector<float> score, guess, weight;
  std::vector<std::uint32_t> item, skill;
};

void count(benchmark::State& state, const Log& log) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.answered.size()));
}

/// The learners' memories all stay, as in a service: 500 x 240 of them.
void answer(benchmark::State& state) {
  const Log log{static_cast<std::size_t>(state.range(0))};
  const auto p = assemble<double>(defaults());
  const Step<double> step{p};
  std::vector<LearnerState<float>> people(learners);
  std::vector<MaterialState<float>> of_items(items), of_skills(skills);
  std::vector<MemoryState<float>> memories(std::size_t{learners} * items), skill_memories(std::size_t{learners} * skills);
  std::array<SkillPart<double, float>, most_skills> parts;
  Recollection<double> recollection;
  for (auto _ : state) {
    state.PauseTiming();
    CohortState<float> cohort;
    step.begin(cohort);
    for (auto& u : people) step.begin(u);
    for (auto& i : of_items) step.begin_item(i);
    for (auto& s : of_skills) step.begin_skill(s);
    for (auto& m : memories) step.begin_item(m);
    for (auto& m : skill_memories) step.begin_skill(m);
    state.ResumeTiming();
    double sum = 0.0;
    for (std::size_t learner = 0; learner < learners; ++learner) {
      for (std::size_t r = log.learner_begin[learner]; r < log.learner_begin[learner + 1]; ++r) {
        std::size_t n = 0;
        for (std::size_t k = log.skill_begin[r]; k < log.skill_begin[r + 1]; ++k, ++n) {
          parts[n].skill = &of_skills[log.skill[k]];
          parts[n].memory = &skill_memories[learner * skills + log.skill[k]];
          parts[n].weight = static_cast<double>(log.weight[k]);
        }
        Scene<double, float> scene{
            cohort, people[learner], of_items[log.item[r]], memories[learner * items + log.item[r]], {parts.data(), n}, recollection};
        const Outlook<double> expected = step.outlook(scene, log.answered[r]);
        step.learn(scene, expected, log.answered[r], static_cast<double>(log.score[r]));
        sum += expected.probability;
      }
    }
    benchmark::DoNotOptimize(sum);
  }
  count(state, log);
}
BENCHMARK(answer)->Arg(0)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

void pass(benchmark::State& state, bool with_gradient) {
  const Log log{static_cast<std::size_t>(state.range(0))};
  const auto values = defaults();
  std::vector<double> gradient(parameter_count), fisher(parameter_count * parameter_count);
  for (auto _ : state) {
    perdure_cohort_sums sums{0.0, with_gradient ? gradient.data() : nullptr, with_gradient ? fisher.data() : nullptr, 0, 0};
    add_prequential(values.data(), log.view(), sums);
    benchmark::DoNotOptimize(sums.loss);
  }
  count(state, log);
}
BENCHMARK_CAPTURE(pass, loss, false)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pass, gradient, true)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

}  // namespace
