#include "groups.hpp"

#include <perdure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

constexpr std::size_t attendances = 24;  ///< calendars that stand for those of a group
constexpr double like = 1.2;             ///< learners of one group differ in room by this factor at most, where there are few groups
constexpr std::size_t block = 1024;      ///< learners that one task looks at

/// Adds a question to the nodes around its place: its value is that of the nodes, by their shares.
void add_to_nodes(const Grid& grid, const Place& place, double weight, std::span<double> nodes) {
  for (std::size_t c = 0; c < grid.corner_offsets().size(); ++c) {
    double share = weight;
    for (std::size_t i = 0; i < grid.axes().size(); ++i) {
      const auto w = static_cast<double>(place.weight[i]);
      share *= (c >> i & 1U) != 0 ? w : 1.0 - w;
    }
    nodes[place.corner + grid.corner_offsets()[c]] += share;
  }
}

}  // namespace

Library::Groups::Groups(Library& library, const LibraryOptions& options)
    : library_{library},
      problem_{*library.problem_},
      options_{options},
      values_(problem_.classes.size()),
      tightness_(problem_.learners()),
      start_{first_prices({problem_.days, problem_.askable}, 0.02)} {
  parallel_for(values_.size(), options.threads, [&](std::size_t c) { values_[c] = library.values_on(c, options.search); });
  parallel_for((problem_.learners() + block - 1) / block, options.threads, [&](std::size_t b) {
    for (std::size_t u = b * block; u < std::min((b + 1) * block, problem_.learners()); ++u) tightness_[u] = to_gain(u) / room_for(u);
  });
  library.session_price_.resize(problem_.askable.size());
}

/// Questions that the days of a learner have places for.
double Library::Groups::room_for(std::size_t learner) const {
  const LearnerCaps& caps = problem_.caps[problem_.cap[learner]];
  const LearnerDays& days = problem_.calendars[problem_.calendar[learner]];
  const auto open = static_cast<double>(std::ranges::count(days.open, std::uint8_t{1}));
  const double weekly = caps.sessions_per_week == 0 ? 7.0 : static_cast<double>(caps.sessions_per_week);
  const double sessions = std::min(open, weekly * (static_cast<double>(problem_.days) / 7.0 + 1.0));
  return std::max(1.0, std::min(sessions * library_.room_[learner], static_cast<double>(caps.questions_in_all)));
}

/// What is forgotten by the end when nothing is asked.
double Library::Groups::to_gain(std::size_t learner) const {
  double sum = 0.0;
  for (std::uint64_t q = problem_.first[learner]; q < problem_.first[learner + 1]; ++q) {
    const QuestionClass& c = problem_.classes[problem_.question_class[q]];
    const double recall = c.memory->recall(problem_.state_of(q), static_cast<double>(c.end - problem_.last_day[q]));
    sum += (c.goal.at_end + c.goal.on_average) * (1.0 - recall);
  }
  return sum;
}

GroupProblem Library::Groups::problem_of(const Learners& learners) const {
  const std::size_t sample = std::min(learners.size(), options_.sample);
  const double share = 1.0 / static_cast<double>(sample);
  std::vector<std::vector<double>> mass(values_.size());  // by class: nodes of each row
  GroupProblem group;
  double budget = 0.0;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> attendance;  // of calendar and cap: position in the group's
  const std::size_t every = std::max<std::size_t>(sample / attendances, 1);
  double attending = 0.0;
  for (std::size_t i = 0; i < sample; ++i) {
    const std::size_t u = learners[(2 * i + 1) * learners.size() / (2 * sample)];
    for (std::uint64_t q = problem_.first[u]; q < problem_.first[u + 1]; ++q) {
      const std::size_t c = problem_.question_class[q];
      const Grid& grid = values_[c]->grid();
      const std::size_t stride = grid.nodes() + grid.padding();
      mass[c].resize(values_[c]->starts() * stride);
      const std::size_t row = values_[c]->row_of(problem_.last_day[q]);
      add_to_nodes(grid, grid.place(problem_.state_of(q)), share, std::span{mass[c]}.subspan(row * stride, stride));
    }
    const std::uint32_t most = problem_.caps[problem_.cap[u]].questions_in_all;
    budget += most == LearnerCaps::unlimited ? std::numeric_limits<double>::infinity() : share * static_cast<double>(most);
    if (i % every != 0) continue;
    const auto key = std::pair{problem_.calendar[u], problem_.cap[u]};
    const auto [found, fresh] = attendance.emplace(key, group.attendance.size());
    if (fresh) {
      group.attendance.push_back(library_.attendance_of(u));
      group.attendance.back().share = 0.0;
    }
    group.attendance[found->second].share += 1.0;
    attending += 1.0;
  }
  for (Attendance& a : group.attendance) a.share /= attending;
  group.budget = budget;
  for (std::size_t c = 0; c < mass.size(); ++c) {
    const Grid& grid = values_[c]->grid();
    const std::size_t stride = grid.nodes() + grid.padding();
    QuestionPart part{values_[c].get(), {}};
    for (std::size_t i = 0; i < mass[c].size(); ++i) {
      if (mass[c][i] > 0.0) part.questions.push_back({i / stride, {static_cast<std::uint32_t>(i % stride), {}}, mass[c][i]});
    }
    if (!part.questions.empty()) group.parts.push_back(std::move(part));
  }
  return group;
}

void Library::Groups::find_session_price() {
  if (problem_.capacity.empty()) return;
  Learners all;
  for (std::uint32_t u = 0; u < problem_.learners(); ++u) {
    if (problem_.first[u] < problem_.first[u + 1]) all.push_back(u);
  }
  if (all.empty()) return;
  std::ranges::stable_sort(all, {}, [this](std::uint32_t u) { return tightness_[u]; });
  GroupProblem group = problem_of(all);
  for (const std::int64_t c : problem_.capacity) group.capacity.push_back(static_cast<double>(c) / static_cast<double>(all.size()));
  start_ = find_prices(group, start_, {.evaluations = 2 * options_.evaluations, .tolerance = 2e-5, .threads = options_.threads});
  library_.session_price_ = start_.session.prices();
}

std::vector<Library::Groups::Learners> Library::Groups::split(Learners learners) const {
  std::ranges::stable_sort(learners, {}, [this](std::uint32_t u) { return tightness_[u]; });
  const double low = std::max(tightness_[learners.front()], 1e-9);
  const double high = std::max(tightness_[learners.back()], low);
  const auto wanted = static_cast<std::size_t>(std::ceil(std::log(high / low) / std::log(like)));
  const std::size_t groups = std::clamp<std::size_t>(wanted, 1, std::min(options_.most_groups, learners.size()));
  std::vector<Learners> parts;
  for (std::size_t g = 0; g < groups; ++g)
    parts.emplace_back(learners.begin() + static_cast<std::ptrdiff_t>(g * learners.size() / groups),
                       learners.begin() + static_cast<std::ptrdiff_t>((g + 1) * learners.size() / groups));
  return parts;
}

void Library::Groups::add_entry(std::size_t section, const PricedGroup& prices, double scale) {
  Entry entry{prices.question.prices(), prices.asking(), scale * prices.budget, scale == 1.0};
  for (double& p : entry.place) p *= scale;
  for (double& p : entry.asking) p *= scale;
  library_.sections_[section].entries.push_back(std::move(entry));
}

void Library::Groups::add_chain(std::size_t section, Learners learners) {
  constexpr double below[] = {0.2, 0.45, 0.75};
  constexpr double above[] = {1.4, 2.2};
  const std::vector<Learners> groups = split(std::move(learners));
  PricedGroup prices = start_;
  std::vector<PricedGroup> found;
  for (const Learners& group : groups) {
    GroupProblem problem = problem_of(group);
    if (!problem_.capacity.empty()) problem.session_cost = library_.session_price_;
    prices = find_prices(problem, prices, {.evaluations = options_.evaluations, .tolerance = 2e-5, .threads = options_.threads});
    found.push_back(prices);
  }
  std::vector<Entry>& entries = library_.sections_[section].entries;
  Chain chain{.begin = entries.size()};
  for (const double scale : below) add_entry(section, found.front(), scale);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (const std::uint32_t u : groups[g]) {
      library_.entry_[u] = static_cast<std::uint16_t>(entries.size());
      library_.chain_[u] = static_cast<std::uint16_t>(library_.chains_.size());
    }
    add_entry(section, found[g], 1.0);
  }
  for (const double scale : above) add_entry(section, found.back(), scale);
  chain.end = entries.size();
  library_.chains_.push_back(chain);
}

void Library::Groups::find_entries() {
  const std::size_t sections = library_.sections_.size();
  std::vector<Learners> free(sections);
  std::vector<Learners> budgeted(sections);
  for (std::uint32_t u = 0; u < problem_.learners(); ++u) {
    if (problem_.first[u] == problem_.first[u + 1]) continue;
    const bool has_budget = problem_.caps[problem_.cap[u]].questions_in_all != LearnerCaps::unlimited;
    (has_budget ? budgeted : free)[library_.section_[u]].push_back(u);
  }
  for (std::size_t s = 0; s < sections; ++s) {
    if (!free[s].empty()) add_chain(s, std::move(free[s]));
    if (!budgeted[s].empty()) add_chain(s, std::move(budgeted[s]));
    if (!library_.sections_[s].entries.empty()) continue;
    add_entry(s, start_, 1.0);  // no learner has its questions
    library_.chains_.push_back({0, 1});
  }
}

}  // namespace perdure::inline PERDURE_ABI::plan
