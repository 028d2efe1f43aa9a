#include <perdure/core/result.hpp>
#include <perdure/plan/certificate.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

/// Learners with questions, at most so many, spread evenly.
std::vector<std::uint32_t> sample_of(const Problem& p, std::size_t most) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t u = 0; u < p.learners(); ++u) {
    if (p.first[u] < p.first[u + 1]) all.push_back(u);
  }
  if (all.size() <= most) return all;
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[(2 * i + 1) * all.size() / (2 * most)]);
  return some;
}

double goals_of(const Problem& p, std::size_t learner) {
  double sum = 0.0;
  for (std::uint64_t q = p.first[learner]; q < p.first[learner + 1]; ++q) {
    const Goal& goal = p.classes[p.question_class[q]].goal;
    sum += goal.at_end + goal.on_average;
  }
  return sum;
}

}  // namespace

PolicyValue value_of(const PolicyTables& tables, const Rule& rule, const ValueOptions& options) {
  const Problem& p = tables.library().problem();
  const auto learners = sample_of(p, std::max<std::size_t>(options.courses, 1));
  const auto times = static_cast<std::uint32_t>((options.courses + learners.size() - 1) / learners.size());
  const auto count = static_cast<double>(learners.size());
  PolicyValue found;
  std::vector<double> goals;
  for (const std::uint32_t u : learners) goals.push_back(goals_of(p, u));
  const double all_goals = std::accumulate(goals.begin(), goals.end(), 0.0);
  std::vector<double> value(learners.size());
  double squares = 0.0;
  for (std::uint32_t r = 0; r < times; ++r) {
    const auto outcomes = run_course(tables, learners,
                                     {.rule = rule,
                                      .seed = options.seed,
                                      .replication = options.sample * times + r,
                                      .world = options.world,
                                      .kept = options.kept,
                                      .threads = options.threads});
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      value[i] += outcomes[i].value / times;
      squares += outcomes[i].value * outcomes[i].value;
      found.questions += outcomes[i].questions / count / times;
      found.sessions += outcomes[i].sessions / count / times;
    }
  }
  found.mean = std::accumulate(value.begin(), value.end(), 0.0) / all_goals;
  // the whole spread of courses: of luck and, for a sample of the learners, of who is in it
  const double mean = found.mean * all_goals / count;
  const double variance = std::max(squares / (count * times) - mean * mean, 0.0);
  found.half_width = 1.96 * std::sqrt(variance / (count * times)) * count / all_goals;
  std::vector<double> recall;
  for (std::size_t i = 0; i < value.size(); ++i) recall.push_back(value[i] / goals[i]);
  std::ranges::sort(recall);
  const std::size_t worst = std::max<std::size_t>(recall.size() / 10, 1);
  found.worst_decile =
      std::accumulate(recall.begin(), recall.begin() + static_cast<std::ptrdiff_t>(worst), 0.0) / static_cast<double>(worst);
  return found;
}

Certificate certify(const PolicyTables& tables, const Bound& bound, std::span<const Rule> rules, const ValueOptions& options) {
  if (rules.empty()) throw Exception{{Errc::out_of_domain, "a plan needs at least one rule to choose from"}};
  Certificate found;
  ValueOptions first = options;
  if (options.choosing > 0) first.courses = options.choosing;
  for (const Rule& rule : rules) found.rules.push_back(value_of(tables, rule, first));
  const Problem& p = tables.library().problem();
  const double cost = tables.question_cost() * static_cast<double>(sample_of(p, p.learners()).size()) / bound.goals;
  const auto best = std::ranges::max_element(found.rules, {}, [cost](const PolicyValue& v) { return v.mean - cost * v.questions; });
  found.chosen = static_cast<std::size_t>(best - found.rules.begin());
  ValueOptions second = options;
  second.sample += 1;
  found.value = value_of(tables, rules[found.chosen], second);
  found.cost = cost * found.value.questions;
  found.upper_bound = bound.value / bound.goals + found.cost;
  found.no_review = bound.no_review / bound.goals;
  found.residual = bound.residual;
  return found;
}

}  // namespace perdure::inline PERDURE_ABI::plan
