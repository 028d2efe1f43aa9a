#include <perdure/core/parallel.hpp>
#include <perdure/plan/bound.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr std::size_t block = 512;  ///< learners that one task looks at
constexpr double unreachable = std::numeric_limits<double>::infinity();

/// What the days of a learner earn under an entry's prices: of asking, whatever the budget, or of the place alone, and the budget's worth.
double earned(const Library& library, std::size_t learner, const Entry& entry) {
  const Problem& p = library.problem();
  const Attendance a = library.attendance_of(learner);
  const auto under = [&](const std::vector<double>& price) {
    std::vector<double> worth(price.size());
    double sum = 0.0;
    for (std::size_t t = 0; t < worth.size(); ++t) {
      worth[t] = a.open[t] != 0 ? a.questions_per_session * price[t] - library.session_price()[t] : 0.0;
      if (!a.given.empty()) sum += a.given[t] * price[t];
    }
    return sum + best_session_days(p.askable, worth, a.limits).worth;
  };
  const std::uint32_t budget = p.caps[p.cap[learner]].questions_in_all;
  const double without = under(entry.asking);
  if (budget == LearnerCaps::unlimited) return without;
  return std::min(without, under(entry.place) + entry.budget * static_cast<double>(budget));
}

/// What a learner's days earn under all entries of its section: the same for learners with the same calendar, caps and room.
class Earnings {
 public:
  explicit Earnings(const Library& library, unsigned threads) : of_(library.problem().learners()) {
    const Problem& p = library.problem();
    std::map<std::array<std::size_t, 4>, std::size_t> seen;
    std::vector<std::size_t> first;
    for (std::size_t u = 0; u < p.learners(); ++u) {
      const auto section = static_cast<std::size_t>(&library.section_of(u) - library.sections().data());
      const auto [found, fresh] =
          seen.emplace(std::array<std::size_t, 4>{p.calendar[u], p.cap[u], library.room_of(u), section}, first.size());
      if (fresh) first.push_back(u);
      of_[u] = static_cast<std::uint32_t>(found->second);
    }
    earned_.resize(first.size());
    parallel_for(first.size(), threads, [&](std::size_t i) {
      for (const Entry& e : library.section_of(first[i]).entries)
        earned_[i].push_back(e.found ? earned(library, first[i], e) : unreachable);
    });
  }
  [[nodiscard]] const std::vector<double>& of(std::size_t learner) const { return earned_[of_[learner]]; }

 private:
  std::vector<std::uint32_t> of_;
  std::vector<std::vector<double>> earned_;
};

}  // namespace

Bound upper_bound(const Library& library, const BoundOptions& options) {
  const Problem& p = library.problem();
  const std::size_t classes = p.classes.size();
  std::vector<std::unique_ptr<QuestionValues>> values(classes);
  parallel_for(classes, options.threads, [&](std::size_t c) { values[c] = library.values_on(c, options.resolution); });
  struct Task {
    std::size_t c, entry;
  };
  std::vector<Task> tasks;
  std::vector<std::vector<QuestionValues::Table>> tables(classes);
  for (std::size_t c = 0; c < classes; ++c) {
    const auto& entries = library.sections()[library.section_of_class(c)].entries;
    tables[c].resize(entries.size());
    for (std::size_t m = 0; m < entries.size(); ++m) {
      if (entries[m].found) tasks.push_back({c, m});
    }
  }
  std::vector<double> residual(tasks.size());
  const std::size_t points = options.residual_points / std::max<std::size_t>(tasks.size(), 1) + 1;
  parallel_for(tasks.size(), options.threads, [&](std::size_t i) {
    const auto [c, m] = tasks[i];
    std::vector<double> asking = library.sections()[library.section_of_class(c)].entries[m].asking;
    for (double& price : asking) price += options.question_cost;
    tables[c][m] = values[c]->bound(asking);
    residual[i] = values[c]->residual(tables[c][m], asking, points, i);
  });

  Bound bound;
  if (!residual.empty()) bound.residual = std::ranges::max(residual);
  bound.learner.resize(p.learners());
  const Earnings earnings{library, options.threads};
  struct Part {
    double goals = 0.0, no_review = 0.0;
  };
  std::vector<Part> parts((p.learners() + block - 1) / block);
  parallel_for(parts.size(), options.threads, [&](std::size_t b) {
    std::vector<double> sum;
    for (std::size_t u = b * block; u < std::min((b + 1) * block, p.learners()); ++u) {
      sum = earnings.of(u);
      for (std::uint64_t q = p.first[u]; q < p.first[u + 1]; ++q) {
        const std::size_t c = p.question_class[q];
        const State state = p.state_of(q);
        const Grid& grid = values[c]->grid();
        const Place place = grid.place(state);
        const std::size_t row = values[c]->row_of(p.last_day[q]);
        for (std::size_t m = 0; m < sum.size(); ++m) {
          if (sum[m] < unreachable) sum[m] += static_cast<double>(grid.at(tables[c][m].row(row), place));
        }
        const Goal& goal = p.classes[c].goal;
        parts[b].goals += goal.at_end + goal.on_average;
        parts[b].no_review += values[c]->unasked(state, p.last_day[q]);
      }
      bound.learner[u] = p.first[u] == p.first[u + 1] ? 0.0 : std::ranges::min(sum);
    }
  });
  for (const Part& part : parts) {
    bound.goals += part.goals;
    bound.no_review += part.no_review;
  }
  for (std::size_t t = 0; t < p.capacity.size(); ++t) bound.capacity += library.session_price()[t] * static_cast<double>(p.capacity[t]);
  bound.value = bound.capacity;
  for (const double b : bound.learner) bound.value += b;
  return bound;
}

}  // namespace perdure::inline PERDURE_ABI::plan
