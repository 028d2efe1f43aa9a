#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/previous_plan.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace perdure::inline PERDURE_ABI::plan {

void check(const PreviousPlan& plan, const Problem& problem) {
  const auto shape = [](const char* what, std::size_t expected, std::size_t got) {
    if (expected != got)
      throw Exception{
          {Errc::shape_mismatch, std::string{"a previous plan must have "} + what + ": " + to_text(expected) + ", got " + to_text(got)}};
  };
  shape("a first question for each learner and one more", problem.learners() + 1, plan.first.size());
  shape("a day for each question", plan.question.size(), plan.day.size());
  if (plan.first.front() != 0 || !std::ranges::is_sorted(plan.first))
    throw Exception{{Errc::out_of_domain, "first questions of a previous plan must ascend from 0"}};
  shape("as many questions as its learners have", static_cast<std::size_t>(plan.first.back()), plan.question.size());
  if (!(plan.margin >= 0.0) || !std::isfinite(plan.margin))
    throw Exception{{Errc::out_of_domain, "the margin of a previous plan must be finite and 0 or more, got " + to_text(plan.margin)}};
  for (std::size_t u = 0; u < problem.learners(); ++u) {
    const std::size_t own = problem.first[u + 1] - problem.first[u];
    for (std::size_t i = plan.first[u]; i < plan.first[u + 1]; ++i) {
      if (plan.question[i] >= own)
        throw Exception{{Errc::out_of_domain,
                         "a previous plan asks learner " + to_text(u) + " question " + to_text(plan.question[i]) + " of " + to_text(own)}};
      if (i > plan.first[u] && plan.day[i] < plan.day[i - 1])
        throw Exception{{Errc::out_of_domain, "days of a previous plan must ascend for learner " + to_text(u)}};
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::plan
