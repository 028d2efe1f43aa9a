#include <perdure/core/parallel.hpp>
#include <perdure/plan/policy_tables.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr double unlikely = 0.1;  ///< share of learners that makes a day no day of theirs

/// Bytes of what a policy looks up for one class and entry.
double bytes_of(const QuestionValues& values) {
  const auto rows = static_cast<double>(values.rows());
  const auto starts = static_cast<double>(values.starts());
  const double pairs = 0.5 * (rows - starts) * (rows + starts);
  return 4.0 * pairs * static_cast<double>(values.grid().nodes() + values.grid().padding());
}

/// By section and askable day: whether a learner of it may count on a session.
std::vector<std::vector<std::uint8_t>> days_of_sections(const Library& library, const SessionSchedule& schedule) {
  const Problem& p = library.problem();
  const std::size_t sections = library.sections().size();
  std::vector<std::vector<std::uint8_t>> days(sections, std::vector<std::uint8_t>(p.askable.size(), 1));
  if (schedule.by_day()) return days;
  std::vector<std::vector<std::size_t>> held(sections, std::vector<std::size_t>(p.askable.size()));
  std::vector<std::size_t> learners(sections);
  for (std::size_t u = 0; u < p.learners(); ++u) {
    const auto s = static_cast<std::size_t>(&library.section_of(u) - library.sections().data());
    ++learners[s];
    for (std::size_t t = 0; t < p.askable.size(); ++t) held[s][t] += schedule.has(u, t) ? 1U : 0U;
    for (const GivenSession& given : p.calendars[p.calendar[u]].given) ++held[s][p.position_of(given.day)];
  }
  for (std::size_t s = 0; s < sections; ++s) {
    for (std::size_t t = 0; t < p.askable.size(); ++t)
      days[s][t] = static_cast<double>(held[s][t]) >= unlikely * static_cast<double>(learners[s]) ? 1 : 0;
  }
  return days;
}

}  // namespace

PolicyTables::PolicyTables(const Library& library, const SessionSchedule& schedule, const TableOptions& options)
    : library_{&library}, schedule_{&schedule}, question_cost_{options.question_cost} {
  const Problem& p = library.problem();
  const std::size_t classes = p.classes.size();
  const auto entries = [&library](std::size_t c) -> const std::vector<Entry>& {
    return library.sections()[library.section_of_class(c)].entries;
  };
  values_.resize(classes);
  policies_.resize(classes);
  Resolution resolution = options.resolution;
  for (;; resolution.most_nodes = resolution.most_nodes * 7 / 10) {
    double bytes = 0.0;
    parallel_for(classes, options.threads, [&](std::size_t c) { values_[c] = library.values_on(c, resolution); });
    for (std::size_t c = 0; c < classes; ++c) bytes += bytes_of(*values_[c]) * static_cast<double>(entries(c).size());
    if (bytes <= static_cast<double>(options.most_bytes) || resolution.most_nodes < 100) break;
  }
  const auto days = days_of_sections(library, schedule);
  std::vector<std::pair<std::size_t, std::size_t>> tables;
  for (std::size_t c = 0; c < classes; ++c) {
    policies_[c].resize(entries(c).size());
    for (std::size_t m = 0; m < policies_[c].size(); ++m) tables.emplace_back(c, m);
  }
  parallel_for(tables.size(), options.threads, [&](std::size_t i) {
    const auto [c, m] = tables[i];
    std::vector<double> asking = entries(c)[m].asking;
    for (double& price : asking) price += question_cost_;
    policies_[c][m] = values_[c]->policy(asking, days[library.section_of_class(c)]);
  });
}

}  // namespace perdure::inline PERDURE_ABI::plan
