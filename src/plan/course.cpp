#include "learner_course.hpp"

#include <perdure/core/parallel.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/course.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr std::size_t alone = 256;     ///< learners that live a day one after another, so that its tables stay near
constexpr std::size_t sharing = 2048;  ///< learners that share a part of the organisation's capacity
constexpr std::size_t at_a_time = 16;  ///< blocks whose askings wait for those before them

/// Those whose sessions are worth most meet.
void meet_by_worth(std::vector<LearnerCourse>& group, std::size_t day, std::size_t places, std::vector<Asking>& askings) {
  std::vector<std::pair<double, std::size_t>> worth;
  for (std::size_t i = 0; i < group.size(); ++i) {
    const double w = group[i].worth(day);
    if (w > 0.0) worth.emplace_back(-w, i);
  }
  places = std::min(places, worth.size());
  std::partial_sort(worth.begin(), worth.begin() + static_cast<std::ptrdiff_t>(places), worth.end());
  for (std::size_t i = 0; i < places; ++i) group[worth[i].second].meet(day, askings);
}

void check(const Problem& p, const CourseOptions& options) {
  const std::vector<Rule>& rules = options.rule.by_course;
  for (const QuestionClass& c : p.classes) {
    if (!rules.empty() && (c.course < 0 || static_cast<std::size_t>(c.course) >= rules.size()))
      throw Exception{{Errc::out_of_domain, "there is no rule for course " + to_text(c.course) + ": there are " + to_text(rules.size())}};
  }
  if (options.world == nullptr) return;
  if (options.world->memory.size() != p.classes.size())
    throw Exception{{Errc::shape_mismatch, "a world must have a memory a class, " + to_text(p.classes.size()) + ", got " +
                                               to_text(options.world->memory.size())}};
  for (const Memory* memory : options.world->memory) {
    for (std::size_t f = 0; f < memory->fields().size(); ++f) {
      if (options.world->state[f].size() != p.questions())
        throw Exception{{Errc::shape_mismatch, "states of a world must be one a question, " + to_text(p.questions()) + ", got " +
                                                   to_text(options.world->state[f].size())}};
    }
  }
}

}  // namespace

std::vector<LearnerOutcome> run_course(const PolicyTables& tables, std::span<const std::uint32_t> learners, const CourseOptions& options,
                                       const AskingSink& sink) {
  const Problem& p = tables.library().problem();
  check(p, options);
  std::vector<std::uint32_t> all;
  if (learners.empty()) {
    all.resize(p.learners());
    std::iota(all.begin(), all.end(), 0U);
    learners = all;
  }
  std::vector<LearnerOutcome> outcomes(learners.size());
  const SessionSchedule& schedule = options.kept == nullptr ? tables.schedule() : options.kept->schedule;
  const std::size_t block = schedule.by_day() ? sharing : alone;
  const std::size_t blocks = (learners.size() + block - 1) / block;
  std::vector<std::vector<Asking>> askings(std::min(blocks, at_a_time));
  for (std::size_t from = 0; from < blocks; from += at_a_time) {
    const std::size_t many = std::min(at_a_time, blocks - from);
    parallel_for(many, options.threads, [&](std::size_t b) {
      std::vector<Asking>& asked = askings[b];
      asked.clear();
      std::vector<LearnerCourse> group;
      const std::size_t begin = (from + b) * block;
      for (std::size_t i = begin; i < std::min(begin + block, learners.size()); ++i) group.emplace_back(tables, learners[i], options);
      for (std::size_t day = 0; day < p.askable.size(); ++day) {
        if (options.last_day >= 0 && p.askable[day] > options.last_day) break;
        for (LearnerCourse& learner : group) learner.live(day, asked);
        if (!sink) asked.clear();
        if (schedule.by_day()) meet_by_worth(group, day, schedule.share(day, begin, group.size()), asked);
      }
      for (std::size_t i = 0; i < group.size(); ++i) outcomes[begin + i] = group[i].outcome();
      if (sink) std::ranges::stable_sort(asked, {}, [](const Asking& a) { return a.learner; });
    });
    for (std::size_t b = 0; sink && b < many; ++b) sink(askings[b]);
  }
  return outcomes;
}

}  // namespace perdure::inline PERDURE_ABI::plan
