#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/question_values.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace perdure::inline PERDURE_ABI::plan {
namespace {

/// More than rounding loses in one row: a sum of a few products of floats below 2.
constexpr float rounding = 1e-6F;

void require(bool holds, const std::string& what) {
  if (!holds) throw Exception{{Errc::out_of_domain, what}};
}

}  // namespace

QuestionValues::QuestionValues(const Memory& memory, Grid grid, Timeline timeline, Goal goal, std::vector<std::int32_t> starts)
    : memory_{&memory},
      grid_{std::move(grid)},
      timeline_{std::move(timeline)},
      goal_{goal},
      starts_{starts.size()},
      days_{std::move(starts)} {
  require(timeline_.end >= 1, "a plan must be at least a day long, got " + to_text(timeline_.end));
  const auto climbs = [](const std::vector<std::int32_t>& days) {
    return std::ranges::adjacent_find(days, std::greater_equal{}) == days.end();
  };
  const auto& askable = timeline_.askable;
  require(climbs(askable) && (askable.empty() || askable.front() >= 0), "askable days must ascend from 0 on");
  require(climbs(days_) && (days_.empty() || days_.back() < 0), "starts must be ascending days before 0");
  const auto weight = [](double w) { return std::isfinite(w) && w >= 0.0; };
  require(weight(goal_.at_end) && weight(goal_.on_average) && goal_.at_end + goal_.on_average > 0.0,
          "weights of a goal must be finite, not negative, and not all 0");
  require(grid_.axes().size() == memory.fields().size(), "a grid must have one axis a state variable");
  days_.insert(days_.end(), askable.begin(), std::ranges::lower_bound(askable, timeline_.end));
  if (timeline_.group_session >= 0) {
    require(timeline_.group_session < timeline_.end, "a group session must be before day " + to_text(timeline_.end));
    gathered_ = row_of(timeline_.group_session);
  }
  longest_ = days_.empty() ? timeline_.end : timeline_.end - std::min(days_.front(), 0);
  std::vector<State> states(grid_.nodes());
  for (std::size_t j = 0; j < states.size(); ++j) states[j] = grid_.state(j);
  nodes_ = outcomes(states);
}

std::size_t QuestionValues::row_of(std::int32_t day) const {
  const auto found = std::ranges::lower_bound(days_, day);
  require(found != days_.end() && *found == day, "day " + to_text(day) + " is neither a start nor askable");
  return static_cast<std::size_t>(found - days_.begin());
}

QuestionValues::Outcomes QuestionValues::outcomes(std::span<const State> states) const {
  Outcomes o;
  const std::size_t n = o.states = states.size();
  const auto gaps = static_cast<std::size_t>(longest_) + 1;
  o.recall.resize(gaps * n);
  o.sum.resize(gaps * n);
  std::vector<bool> asked(gaps);
  for (std::size_t r = 0; r < days_.size(); ++r) {
    for (std::size_t t = std::max(r + 1, starts_); t < days_.size(); ++t) asked[static_cast<std::size_t>(days_[t] - days_[r])] = true;
  }
  o.right.resize(gaps * n);
  o.wrong.resize(gaps * n);
  for (std::size_t gap = 1; gap < gaps; ++gap) {
    const auto days = static_cast<double>(gap);
    for (std::size_t i = 0; i < n; ++i) {
      const double recall = memory_->recall(states[i], days);
      o.recall[gap * n + i] = static_cast<float>(recall);
      o.sum[gap * n + i] = o.sum[(gap - 1) * n + i] + static_cast<float>(recall);
      if (!asked[gap]) continue;
      o.right[gap * n + i] = grid_.place(memory_->after(states[i], days, true));
      o.wrong[gap * n + i] = grid_.place(memory_->after(states[i], days, false));
    }
  }
  return o;
}

/// Days of the average that come after a row's last answer, up to `until`.
float QuestionValues::counted_days(std::size_t row, std::int32_t until) const {
  return static_cast<float>(until - std::max(days_[row], -1));
}

float QuestionValues::stop(const Outcomes& o, std::size_t row, std::size_t i) const {
  const auto at = [&](std::int32_t day) { return static_cast<std::size_t>(day - days_[row]) * o.states + i; };
  const auto share = static_cast<float>(goal_.on_average / timeline_.end);
  const float before = days_[row] < 0 ? o.sum[at(-1)] : 0.0F;
  return static_cast<float>(goal_.at_end) * o.recall[at(timeline_.end)] + share * (o.sum[at(timeline_.end - 1)] - before);
}

float QuestionValues::ask(const Outcomes& o, std::size_t row, std::size_t later, std::size_t i, const float* then, float price) const {
  const std::size_t at = static_cast<std::size_t>(days_[later] - days_[row]) * o.states + i;
  const float r = o.recall[at];
  float value = r * grid_.at(then, o.right[at]) + (1.0F - r) * grid_.at(then, o.wrong[at]) - price;
  if (goal_.on_average > 0.0) {
    const float before = days_[row] < 0 ? o.sum[static_cast<std::size_t>(-1 - days_[row]) * o.states + i] : 0.0F;
    value += static_cast<float>(goal_.on_average / timeline_.end) * (o.sum[at] - before);
  }
  return value;
}

/// What becomes of a question that is not asked by choice.
float QuestionValues::otherwise(const Outcomes& o, std::size_t row, std::size_t i, const Table& table) const {
  return row < gathered_ ? ask(o, row, gathered_, i, table.row(gathered_), 0.0F) : stop(o, row, i);
}

void QuestionValues::best(const Outcomes& o, std::size_t row, const Table& table, std::span<const float> price,
                          std::span<float> values) const {
  for (std::size_t i = 0; i < o.states; ++i) values[i] = otherwise(o, row, i, table);
  for (std::size_t later = std::max(row + 1, starts_); later < choices_end(row); ++later) {
    const float* then = table.row(later);
    const float cost = price[later - starts_];
    for (std::size_t i = 0; i < o.states; ++i) values[i] = std::max(values[i], ask(o, row, later, i, then, cost));
  }
}

std::vector<float> QuestionValues::checked(std::span<const double> price) const {
  require(price.size() == timeline_.askable.size(),
          "prices must be one an askable day, " + to_text(timeline_.askable.size()) + ", got " + to_text(price.size()));
  std::vector<float> found;
  for (const double p : price) {
    require(std::isfinite(p) && p >= 0.0, "a price must be finite and not negative, got " + to_text(p));
    found.push_back(static_cast<float>(p));
  }
  return found;
}

std::vector<State> QuestionValues::inner_states() const {
  // Points of a cell's lower faces and middle: the upper faces are the lower ones of its neighbours. Finer along the first axis of two, where
  // states are far apart.
  const std::size_t axes = grid_.axes().size();
  const std::size_t fine = axes == 3 ? 2 : 4;
  std::vector<State> states;
  for (std::size_t cell = 0; cell < grid_.cells(); ++cell) {
    for (std::size_t k = 1; k < fine * (1U << (axes - 1)); ++k) {  // 0 is the node itself
      const std::array inside{static_cast<double>(k % fine) / static_cast<double>(fine), (k / fine & 1U) != 0 ? 0.5 : 0.0,
                              (k / fine & 2U) != 0 ? 0.5 : 0.0};
      states.push_back(grid_.state(cell, inside));
    }
  }
  return states;
}

QuestionValues::Table QuestionValues::sweep(std::span<const double> price, const Outcomes* inner) const {
  const auto cost = checked(price);
  Table table;
  table.stride_ = grid_.nodes() + grid_.padding();
  table.values_.resize(days_.size() * table.stride_);
  std::vector<float> wanted(inner == nullptr ? 0 : inner->states);
  std::vector<Place> inner_places;
  if (inner != nullptr) {
    for (const State& s : inner_states()) inner_places.push_back(grid_.place(s));
  }
  std::vector<float> raise(grid_.nodes());
  for (std::size_t row = days_.size(); row-- > 0;) {
    float* values = table.writable(row);
    // outside the grid nothing is forgotten
    const float most =
        static_cast<float>(goal_.at_end) + static_cast<float>(goal_.on_average / timeline_.end) * counted_days(row, timeline_.end - 1);
    std::fill(values + grid_.nodes(), values + table.stride_, most);
    best(nodes_, row, table, cost, {values, grid_.nodes()});
    if (inner == nullptr) continue;
    best(*inner, row, table, cost, wanted);
    std::ranges::fill(raise, 0.0F);
    const std::size_t by_cell = inner->states / grid_.cells();
    for (std::size_t cell = 0; cell < grid_.cells(); ++cell) {
      float defect = 0.0F;
      for (std::size_t i = cell * by_cell; i < (cell + 1) * by_cell; ++i)
        defect = std::max(defect, wanted[i] - grid_.at(values, inner_places[i]));
      for (const std::uint32_t offset : grid_.corner_offsets()) {
        float& r = raise[grid_.corner(cell) + offset];
        r = std::max(r, defect);
      }
    }
    for (std::size_t j = 0; j < grid_.nodes(); ++j) values[j] += raise[j] + rounding;
    std::for_each(values + grid_.nodes(), values + table.stride_, [](float& v) { v += rounding; });
  }
  return table;
}

double QuestionValues::unasked(const State& state, std::int32_t day) const {
  double sum = 0.0;
  for (std::int32_t t = std::max(day + 1, 0); goal_.on_average > 0.0 && t < timeline_.end; ++t)
    sum += memory_->recall(state, static_cast<double>(t - day));
  return goal_.at_end * memory_->recall(state, static_cast<double>(timeline_.end - day)) + goal_.on_average / timeline_.end * sum;
}

QuestionValues::Table QuestionValues::solve(std::span<const double> price) const { return sweep(price, nullptr); }

QuestionValues::Table QuestionValues::bound(std::span<const double> price) const {
  const Outcomes inner = outcomes(inner_states());
  return sweep(price, &inner);
}

QuestionValues::Policy QuestionValues::policy(std::span<const double> price, std::span<const std::uint8_t> held) const {
  const auto cost = checked(price);
  require(held.size() == cost.size(),
          "days that are held must be one mark an askable day, " + to_text(cost.size()) + ", got " + to_text(held.size()));
  const double out_of_reach = 2.0 * (goal_.at_end + goal_.on_average);
  std::vector<double> if_held(price.begin(), price.end());
  for (std::size_t t = 0; t < held.size(); ++t) if_held[t] += held[t] != 0 ? 0.0 : out_of_reach;
  const Table table = solve(if_held);
  Policy policy;
  policy.stride_ = table.stride_;
  std::size_t count = 0;
  for (std::size_t day = 0; starts_ + day < days_.size(); ++day) {
    policy.begin_.push_back(count);
    count += starts_ + day;
  }
  policy.index_.assign(count * policy.stride_, BFloat{-1.0F});  // what is outside the grid is never asked again
  policy.demand_.resize(count * policy.stride_);
  const std::size_t nodes = grid_.nodes();
  std::vector<float> demand(days_.size() * table.stride_);  // by row, from its day on
  std::vector<float> best(nodes);
  const auto demand_after = [&](std::size_t row, std::size_t later, std::size_t j) {
    const std::size_t at = static_cast<std::size_t>(days_[later] - days_[row]) * nodes_.states + j;
    const float r = nodes_.recall[at];
    const float* then = demand.data() + later * table.stride_;
    return r * grid_.at(then, nodes_.right[at]) + (1.0F - r) * grid_.at(then, nodes_.wrong[at]);
  };
  for (std::size_t row = days_.size(); row-- > 0;) {
    float* expected = demand.data() + row * table.stride_;
    for (std::size_t j = 0; j < nodes; ++j) {
      best[j] = otherwise(nodes_, row, j, table);
      expected[j] = row < gathered_ ? demand_after(row, gathered_, j) : 0.0F;
    }
    for (std::size_t later = choices_end(row); later-- > std::max(row + 1, starts_);) {
      const std::size_t day = later - starts_;
      const std::size_t slice = (policy.begin_[day] + row) * policy.stride_;
      for (std::size_t j = 0; j < nodes; ++j) {
        const float value = ask(nodes_, row, later, j, table.row(later), cost[day]);
        policy.index_[slice + j] = BFloat{value - best[j]};
        if (held[day] != 0 && value > best[j]) {
          best[j] = value;
          expected[j] = 1.0F + demand_after(row, later, j);
        }
        policy.demand_[slice + j] = BFloat{expected[j]};
      }
    }
  }
  return policy;
}

double QuestionValues::residual(const Table& table, std::span<const double> price, std::size_t count, std::uint64_t seed) const {
  const auto cost = checked(price);
  double most = 0.0;
  random::Stream draw{{.seed = seed}};
  // few states, each in every row: outcomes are what costs
  const std::size_t rows = std::max<std::size_t>(days_.size(), 1);
  std::vector<State> states((count + rows - 1) / rows);
  for (State& s : states) {
    const std::size_t cell = draw.below(static_cast<std::uint32_t>(grid_.cells()));
    const std::array inside{draw.next(), draw.next(), draw.next()};
    s = grid_.state(cell, inside);
  }
  const Outcomes o = outcomes(states);
  std::vector<float> wanted(states.size());
  for (std::size_t row = 0; row < days_.size(); ++row) {
    best(o, row, table, cost, wanted);
    for (std::size_t i = 0; i < states.size(); ++i)
      most = std::max(most, static_cast<double>(wanted[i]) - static_cast<double>(grid_.at(table.row(row), grid_.place(states[i]))));
  }
  return most;
}

void QuestionValues::add_usage(const Table& table, std::span<const double> price, std::span<const Start> starts,
                               std::span<double> usage) const {
  const auto cost = checked(price);
  require(usage.size() == timeline_.askable.size(), "usage must be one number an askable day");
  const std::size_t stride = table.stride_;
  std::vector<double> mass(days_.size() * stride);
  const auto spread = [&](std::size_t row, const Place& place, double weight) {
    const auto& offsets = grid_.corner_offsets();
    for (std::size_t c = 0; c < offsets.size(); ++c) {
      double share = weight;
      for (std::size_t i = 0; i < grid_.axes().size(); ++i) {
        const auto w = static_cast<double>(place.weight[i]);
        share *= (c >> i & 1U) != 0 ? w : 1.0 - w;
      }
      if (share > 0.0) mass[row * stride + place.corner + offsets[c]] += share;
    }
  };
  for (const Start& s : starts) spread(s.row, s.place, s.weight);
  for (std::size_t row = 0; row < days_.size(); ++row) {
    for (std::size_t j = 0; j < grid_.nodes(); ++j) {  // what is outside the grid is never asked again
      const double m = mass[row * stride + j];
      if (m == 0.0) continue;
      float most = otherwise(nodes_, row, j, table);
      std::size_t chosen = row < gathered_ ? gathered_ : 0;
      for (std::size_t later = std::max(row + 1, starts_); later < choices_end(row); ++later) {
        const float value = ask(nodes_, row, later, j, table.row(later), cost[later - starts_]);
        if (value > most) {
          most = value;
          chosen = later;
        }
      }
      if (chosen == 0) continue;
      if (row >= gathered_ || chosen != gathered_) usage[chosen - starts_] += m;
      const std::size_t at = static_cast<std::size_t>(days_[chosen] - days_[row]) * nodes_.states + j;
      const auto r = static_cast<double>(nodes_.recall[at]);
      spread(chosen, nodes_.right[at], m * r);
      spread(chosen, nodes_.wrong[at], m * (1.0 - r));
    }
  }
}

}  // namespace perdure::inline PERDURE_ABI::plan
