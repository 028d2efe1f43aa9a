#include <perdure/core/random.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/plan/grid.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace perdure::inline PERDURE_ABI::plan {

Grid::Grid(std::vector<Axis> axes) : axes_{std::move(axes)} {
  if (axes_.empty() || axes_.size() > most_fields)
    throw Exception{{Errc::out_of_domain, "a grid has 1 to " + to_text(most_fields) + " axes, got " + to_text(axes_.size())}};
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const auto& [nodes, logarithmic] = axes_[i];
    const bool climbs = std::ranges::adjacent_find(nodes, std::greater_equal{}) == nodes.end();
    if (nodes.size() < 2 || !std::ranges::all_of(nodes, [](double x) { return std::isfinite(x); }) || !climbs ||
        (logarithmic && !(nodes.front() > 0.0)))
      throw Exception{
          {Errc::out_of_domain, "axis " + to_text(i) + " must have at least 2 nodes that ascend, from above 0 if it is logarithmic", i}};
    for (const double x : nodes) coordinate_[i].push_back(logarithmic ? std::log(x) : x);
  }
  nodes_ = cells_ = 1;
  for (std::size_t i = axes_.size(); i-- > 0;) {
    stride_[i] = nodes_;
    nodes_ *= axes_[i].nodes.size();
    cells_ *= axes_[i].nodes.size() - 1;
  }
  for (std::uint32_t corner = 0; corner < (1U << axes_.size()); ++corner) {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < axes_.size(); ++i) offset += (corner >> i & 1U) * stride_[i];
    offsets_.push_back(static_cast<std::uint32_t>(offset));
  }
  padding_ = offsets_.back() + 1;
}

double Grid::between(std::size_t axis, std::size_t node, double inside) const {
  const auto& [nodes, logarithmic] = axes_[axis];
  if (inside == 0.0) return nodes[node];
  return logarithmic ? nodes[node] * std::pow(nodes[node + 1] / nodes[node], inside)
                     : nodes[node] + inside * (nodes[node + 1] - nodes[node]);
}

State Grid::state(std::size_t node) const {
  State s{};
  for (std::size_t i = 0; i < axes_.size(); ++i) s[i] = axes_[i].nodes[node / stride_[i] % axes_[i].nodes.size()];
  return s;
}

State Grid::state(std::size_t cell, std::span<const double> inside) const {
  State s{};
  for (std::size_t i = axes_.size(); i-- > 0;) {
    s[i] = between(i, cell % (axes_[i].nodes.size() - 1), inside[i]);
    cell /= axes_[i].nodes.size() - 1;
  }
  return s;
}

std::uint32_t Grid::corner(std::size_t cell) const {
  std::size_t node = 0;
  for (std::size_t i = axes_.size(); i-- > 0;) {
    node += cell % (axes_[i].nodes.size() - 1) * stride_[i];
    cell /= axes_[i].nodes.size() - 1;
  }
  return static_cast<std::uint32_t>(node);
}

Place Grid::place(const State& state) const {
  Place p;
  std::size_t node = 0;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const auto& nodes = axes_[i].nodes;
    constexpr double rounding = 1e-9;  // relative: a state on the edge is on the grid
    const double slack = rounding * (nodes.back() - nodes.front());
    if (!(state[i] >= nodes.front() - slack && state[i] <= nodes.back() + slack)) return {static_cast<std::uint32_t>(nodes_), {}};
    const double x = std::clamp(state[i], nodes.front(), nodes.back());
    const auto& at = coordinate_[i];
    const double u = axes_[i].logarithmic ? std::log(x) : x;
    const auto above = std::upper_bound(at.begin() + 1, at.end() - 1, u);
    const auto cell = static_cast<std::size_t>(above - at.begin()) - 1;
    node += cell * stride_[i];
    p.weight[i] = static_cast<float>(std::clamp((u - at[cell]) / (at[cell + 1] - at[cell]), 0.0, 1.0));
  }
  p.corner = static_cast<std::uint32_t>(node);
  return p;
}

namespace {

/// Courses of answers that say where a memory may come to.
constexpr std::size_t courses = 2000;

struct Span {
  double low, high;
  void take(double x) {
    low = std::min(low, x);
    high = std::max(high, x);
  }
};

/// Calls f for the states of a course of answers up to `longest` days from its start: answers at every distance, right as often as they are
/// expected to be and, for the courses that are not likely, as often as not.
template <class F>
void each_of_course(const Memory& memory, State state, std::int32_t longest, random::Stream& draw, const F& f) {
  const double widest = static_cast<double>(longest);
  for (double day = 0.0; day < widest;) {
    const double gap = std::max(1.0, std::floor(std::pow(widest, draw.next())));
    const double right = 0.75 * memory.recall(state, gap) + 0.125;
    state = memory.after(state, gap, draw.next() < right);
    day += gap;
    f(state);
  }
}

/// Calls f for the corners, edges and middles of a box.
template <class F>
void each_of_box(std::span<const Span> box, const std::vector<bool>& logarithmic, const F& f) {
  std::size_t count = 1;
  for (std::size_t i = 0; i < box.size(); ++i) count *= 3;
  for (std::size_t k = 0; k < count; ++k) {
    State s{};
    std::size_t rest = k;
    for (std::size_t i = 0; i < box.size(); ++i, rest /= 3) {
      const double middle = logarithmic[i] ? std::sqrt(box[i].low * box[i].high) : 0.5 * (box[i].low + box[i].high);
      s[i] = std::array{box[i].low, middle, box[i].high}[rest % 3];
    }
    f(s);
  }
}

/// Nodes even over the likely range, from there on with steps that double, to the ends of the whole.
Axis axis_over(const Span& likely, const Span& whole, bool logarithmic, const Resolution& resolution) {
  const auto to = [&](double x) { return logarithmic ? std::log(x) : x; };
  const auto from = [&](double u) { return logarithmic ? std::exp(u) : u; };
  const double least_width = 1e-6 * std::max(1.0, std::abs(likely.high));
  const double low = to(likely.low);
  const double high = std::max(to(likely.high), low + least_width);  // a number that never changes has two nodes
  const double steps = logarithmic ? std::ceil((high - low) / std::log(resolution.ratio)) : static_cast<double>(resolution.linear) - 1.0;
  const double step = (high - low) / std::max(1.0, steps);
  Axis axis{{}, logarithmic};
  const auto outward = [&](double end, double direction) {
    std::vector<double> found;
    const double start = direction < 0.0 ? low : high;
    double at = start;
    for (double width = 2.0 * step; direction * (end - at) > 1e-9; width *= 2.0) {
      at = direction * std::min(direction * (at + direction * width), direction * end);
      found.push_back(from(at));
    }
    if (!found.empty()) found.back() = direction < 0.0 ? whole.low : whole.high;
    return found;
  };
  const auto below = outward(to(whole.low), -1.0);
  axis.nodes.assign(below.rbegin(), below.rend());
  for (double k = 0.0; k < std::max(1.0, steps); k += 1.0) axis.nodes.push_back(k == 0.0 ? likely.low : from(low + k * step));
  axis.nodes.push_back(from(high));
  const auto above = outward(to(whole.high), 1.0);
  axis.nodes.insert(axis.nodes.end(), above.begin(), above.end());
  return axis;
}

}  // namespace

Grid grid_around(const Memory& memory, std::span<const State> starts, std::int32_t longest, const Resolution& resolution) {
  const auto fields = memory.fields();
  if (fields.empty() || fields.size() > most_fields)
    throw Exception{{Errc::out_of_domain,
                     "a plan needs a memory of 1 to " + to_text(most_fields) + " state variables, got one of " + to_text(fields.size())}};
  if (starts.empty()) throw Exception{{Errc::out_of_domain, "a grid needs a state to begin with"}};
  std::vector<bool> logarithmic;
  for (const models::StateSpec& field : fields) logarithmic.push_back(field.lower > 0.0 && field.upper > 1e3 * field.lower);

  std::vector<Span> likely;
  for (std::size_t i = 0; i < fields.size(); ++i) likely.push_back({starts[0][i], starts[0][i]});
  const auto widen = [&fields](std::vector<Span>& box, const State& s) {
    for (std::size_t i = 0; i < box.size(); ++i) {
      if (!(s[i] >= fields[i].lower && s[i] <= fields[i].upper))
        throw Exception{{Errc::out_of_domain, "state " + std::string{fields[i].name} + " must be in [" + to_text(fields[i].lower) + ", " +
                                                  to_text(fields[i].upper) + "], got " + to_text(s[i])}};
      box[i].take(s[i]);
    }
  };
  random::Stream draw{{}};
  for (const State& s : starts) {
    widen(likely, s);
    for (std::size_t course = 0; course < std::max<std::size_t>(1, courses / starts.size()); ++course)
      each_of_course(memory, s, longest, draw, [&](const State& then) { widen(likely, then); });
  }
  // Answers widen the box until they stay inside it; a learner cannot answer more often than on every day.
  auto whole = likely;
  for (std::int32_t round = 0; round < longest; ++round) {
    const auto before = whole;
    each_of_box(before, logarithmic, [&](const State& s) {
      for (double gap = 1.0; gap < 2.0 * longest; gap *= 2.0) {
        for (const bool right : {true, false}) widen(whole, memory.after(s, std::min<double>(gap, longest), right));
      }
    });
    const auto same = [](const Span& a, const Span& b) { return a.low == b.low && a.high == b.high; };
    if (std::ranges::equal(before, whole, same)) break;
  }

  for (Resolution r = resolution;; r.ratio *= r.ratio < 2.0 ? 1.05 : 1.3, r.linear = std::max<std::size_t>(3, r.linear - 1)) {
    std::vector<Axis> axes;
    std::size_t all = 1;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      axes.push_back(axis_over(likely[i], whole[i], logarithmic[i], r));
      all *= axes.back().nodes.size();
    }
    if (all <= resolution.most_nodes || r.ratio > 1e6) return Grid{std::move(axes)};
  }
}

}  // namespace perdure::inline PERDURE_ABI::plan
