#include <perdure/cohort/answers.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace perdure::inline PERDURE_ABI::cohort {

void Items::add(std::span<const std::uint32_t> its_skills, std::span<const double> weights, double its_guess) {
  const auto refuse = [this](const std::string& what) {
    throw Exception{{Errc::out_of_domain, "item " + to_text(size()) + ": " + what, size()}};
  };
  if (its_skills.size() > most_skills)
    refuse("has " + to_text(its_skills.size()) + " skills, of which there may be " + to_text(most_skills));
  if (!weights.empty() && weights.size() != its_skills.size())
    refuse("has " + to_text(its_skills.size()) + " skills and " + to_text(weights.size()) + " weights");
  for (std::size_t k = 0; k < its_skills.size(); ++k) {
    if (std::find(its_skills.begin(), its_skills.begin() + static_cast<std::ptrdiff_t>(k), its_skills[k]) !=
        its_skills.begin() + static_cast<std::ptrdiff_t>(k))
      refuse("names skill " + to_text(its_skills[k]) + " twice");
  }
  for (const double w : weights) {
    if (!(w > 0.0 && std::isfinite(w))) refuse("a skill's weight must be finite and above 0, got " + to_text(w));
  }
  if (!(its_guess < 1.0)) refuse("the probability of guessing right must be below 1, got " + to_text(its_guess));
  const double total = weights.empty() ? static_cast<double>(its_skills.size()) : std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!std::isfinite(total)) refuse("the sum of its skills' weights must be finite");
  for (std::size_t k = 0; k < its_skills.size(); ++k) {
    skill.push_back(its_skills[k]);
    weight.push_back(static_cast<float>((weights.empty() ? 1.0 : weights[k]) / total));
    skills = std::max(skills, static_cast<std::size_t>(its_skills[k]) + 1);
  }
  skill_begin.push_back(skill.size());
  guess.push_back(its_guess < 0.0 ? -1.0F : static_cast<float>(its_guess));
}

std::optional<Error> AnswerColumns::problem(std::size_t learners, std::size_t items) const {
  if (learner.size() != size() || answered.size() != size() || shown.size() != size() || score.size() != size()) {
    return Error{Errc::shape_mismatch, "columns of answers must be of one length, got learner " + to_text(learner.size()) + ", item " +
                                           to_text(size()) + ", answered " + to_text(answered.size()) + ", shown " + to_text(shown.size()) +
                                           ", score " + to_text(score.size())};
  }
  for (std::size_t r = 0; r < size(); ++r) {
    const auto refuse = [r](const std::string& what) { return Error{Errc::out_of_domain, "row " + to_text(r) + ": " + what, r}; };
    if (learner[r] >= learners) return refuse("learner must be below " + to_text(learners) + ", got " + to_text(learner[r]));
    if (item[r] >= items) return refuse("item must be below " + to_text(items) + ", got " + to_text(item[r]));
    if (!std::isfinite(answered[r]) || !std::isfinite(shown[r])) return refuse("times must be finite");
    if (!(score[r] <= 1.0F)) return refuse("score must be at most 1, got " + to_text(static_cast<double>(score[r])));
  }
  return std::nullopt;
}

}  // namespace perdure::inline PERDURE_ABI::cohort
