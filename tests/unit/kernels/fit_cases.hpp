#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/dual.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/fit/step_group.hpp>
#include <perdure/models/concept.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Random groups of steps for kernels that fit, and what the template of a model, with dual numbers in double, makes of them.
namespace perdure::inline PERDURE_ABI::testing::fit_cases {

/// Where parameters and steps come from.
enum class Reach {
  usual,  ///< default parameters; times and grades that cohorts show
  edges,  ///< parameters anywhere in their bounds, half of them at a bound; times at the ends of their range as often as inside
};

/// Parameters in spec order. Those that must not fall from one to the next (M::ordered) do not.
template <class M>
[[nodiscard]] std::array<double, M::specs.size()> parameters(Reach reach, std::uint32_t seed) {
  random::Stream stream{{.seed = 8, .learner = seed, .item = 1, .step = 0}};
  std::array<double, M::specs.size()> w{};
  for (std::size_t k = 0; k < w.size(); ++k) {
    const models::ParamSpec& spec = M::specs[k];
    const double end = stream.next() < 0.5 ? spec.lower : spec.upper;
    const double inside = spec.lower + (spec.upper - spec.lower) * stream.next();
    w[k] = reach == Reach::usual ? spec.init : stream.next() < 0.5 ? end : inside;
  }
  if constexpr (requires { M::ordered; }) {
    for (std::size_t a = 1; a < M::ordered.size(); ++a) w[M::ordered[a]] = std::max(w[M::ordered[a]], w[M::ordered[a - 1]]);
  }
  return w;
}

/// What a group looks like.
struct Shape {
  Reach reach = Reach::usual;
  std::size_t live = 64;  ///< lanes with a card
  std::size_t rows = 12;  ///< of the longest card
  bool ragged = true;     ///< cards have 1 to `rows` answers, else all have `rows`
  bool weighted = false;
};

/// A group that owns its columns.
struct Group {
  std::vector<float> days, weight;
  std::vector<std::uint8_t> code, active;
  std::size_t rows = 0, lanes = 0;

  [[nodiscard]] fit::StepGroup view() const {
    return {days.data(), code.data(), weight.empty() ? nullptr : weight.data(), active.data(), rows, lanes};
  }
};

namespace detail {

inline float days(random::Stream& stream, Reach reach) {
  const double u = stream.next();
  if (reach == Reach::usual) return static_cast<float>(u < 0.15 ? stream.next() : 1.0 + std::exp(5.0 * stream.next()));
  constexpr std::array ends{0.0, 1.0, 0.99999994, 1.0000001, 1e6, 1e-6};
  if (u < 0.5) return static_cast<float>(ends[stream.below(ends.size())]);
  return static_cast<float>(1e-3 * std::pow(1e8, stream.next()));
}

/// Grade and marks of a step after the first: most are predicted and update; some do one of the two alone, as answers at the same time do.
inline std::uint8_t code(random::Stream& stream) {
  const double u = stream.next();
  const auto grade = static_cast<std::uint8_t>(u < 0.2 ? 1 : u < 0.35 ? 2 : u < 0.85 ? 3 : 4);
  const double role = stream.next();
  if (role < 0.15) return grade;
  const auto right = static_cast<std::uint8_t>(grade > 1 ? fit::step::right : 0);
  return static_cast<std::uint8_t>(fit::step::predicted | right | (role < 0.25 ? 0 : grade));
}

}  // namespace detail

[[nodiscard]] inline Group group(const Shape& shape, std::uint32_t seed) {
  random::Stream stream{{.seed = 8, .learner = seed, .item = 2, .step = 0}};
  std::vector<std::size_t> length(shape.live, shape.rows);
  if (shape.ragged) {
    for (std::size_t& l : length) l = 1 + stream.below(static_cast<std::uint32_t>(shape.rows));
    length[0] = shape.rows;
    std::sort(length.rbegin(), length.rend());
  }
  Group g;
  g.rows = shape.rows;
  g.lanes = (shape.live + fit::step::lane_step - 1) / fit::step::lane_step * fit::step::lane_step;
  g.days.resize(g.rows * g.lanes);
  g.code.resize(g.rows * g.lanes);
  if (shape.weighted) g.weight.resize(g.rows * g.lanes);
  for (std::size_t row = 0; row < g.rows; ++row) {
    std::size_t active = 0;
    while (active < shape.live && length[active] > row) ++active;
    g.active.push_back(static_cast<std::uint8_t>(active));
    for (std::size_t lane = 0; lane < active; ++lane) {
      const std::size_t at = row * g.lanes + lane;
      g.code[at] = row == 0 ? static_cast<std::uint8_t>(1 + stream.below(4)) : detail::code(stream);
      if (row == 0) continue;
      g.days[at] = detail::days(stream, shape.reach);
      if (shape.weighted) g.weight[at] = static_cast<float>(stream.next() < 0.1 ? 0.0 : 2.0 * stream.next());
    }
  }
  return g;
}

[[nodiscard]] inline std::vector<fit::StepGroup> views(const std::vector<Group>& groups) {
  std::vector<fit::StepGroup> all;
  for (const Group& g : groups) all.push_back(g.view());
  return all;
}

/// Groups of many shapes: full and ragged, one lane and 64, one row and `rows`.
[[nodiscard]] inline std::vector<Group> groups(Reach reach, std::size_t rows, bool weighted, std::uint32_t seed) {
  std::vector<Group> all;
  std::uint32_t number = 100 * seed;
  for (const std::size_t live : {64U, 1U, 17U, 33U, 48U, 64U}) {
    all.push_back(group({.reach = reach, .live = live, .rows = rows, .ragged = number % 3 != 0, .weighted = weighted}, number));
    ++number;
  }
  all.push_back(group({.reach = reach, .live = 5, .rows = 1, .weighted = weighted}, number));
  all.push_back(group({.reach = reach, .live = 40, .rows = 2, .ragged = false, .weighted = weighted}, number + 1));
  return all;
}

/// Sums over groups, as fit::Engine says. `size` and `scale` are what errors are measured against: sums of the absolute values of what was
/// added.
template <std::size_t N>
struct Sums {
  double loss = 0.0;
  std::array<double, N> gradient{};
  std::array<double, N * N> fisher{};
  double answers = 0.0;          ///< predicted ones, each as often as it weighs
  std::array<double, N> size{};  ///< of the gradient
};

/// The sums of the engine.
template <std::size_t N>
[[nodiscard]] Sums<N> run(const fit::Engine& engine, const std::array<double, N>& w, std::span<const fit::StepGroup> groups,
                          fit::Order order) {
  std::size_t rows = 0;
  for (const fit::StepGroup& g : groups) rows = std::max(rows, g.rows);
  std::vector<float> scratch(engine.scratch(rows));
  Sums<N> sums;
  engine.add(w.data(), groups.data(), groups.size(), static_cast<int>(order), &sums.loss, sums.gradient.data(), sums.fisher.data(),
             scratch.data());
  return sums;
}

/// Visits every predicted answer with its recall, by the template of M with numbers of type T.
template <class M, class T, class Visit>
void walk(const typename M::template Params<T>& w, const fit::StepGroup& g, const Visit& visit) {
  for (std::size_t lane = 0; lane < g.active[0]; ++lane) {
    auto state = M::first(w, static_cast<Grade>(g.code[lane]));
    for (std::size_t row = 1; row < g.rows && lane < g.active[row]; ++row) {
      const std::size_t at = row * g.lanes + lane;
      const T days(static_cast<double>(g.days[at]));
      const unsigned grade = g.code[at] & fit::step::grade;
      const double weight = g.weight == nullptr ? 1.0 : static_cast<double>(g.weight[at]);
      if ((g.code[at] & fit::step::predicted) != 0) visit(M::recall(w, state, days), (g.code[at] & fit::step::right) != 0, weight);
      if (grade != 0) state = M::review(w, state, days, static_cast<Grade>(grade));
    }
  }
}

/// The same sums by dual numbers.
template <class M>
[[nodiscard]] Sums<M::specs.size()> reference(const std::array<double, M::specs.size()>& values, std::span<const fit::StepGroup> groups) {
  constexpr std::size_t n = M::specs.size();
  using D = Dual<n>;
  std::array<D, n> seeds;
  for (std::size_t i = 0; i < n; ++i) seeds[i] = D::seed(values[i], i);
  const auto w = models::assemble<M, D>(std::span<const D, n>{seeds});
  Sums<n> sums;
  const double floor = fit::probability_floor;
  for (const fit::StepGroup& g : groups) {
    walk<M, D>(w, g, [&](const D& recall, bool right, double weight) {
      const double p = std::clamp(recall.v, floor, 1.0 - floor);
      sums.loss -= weight * std::log(right ? p : 1.0 - p);
      sums.answers += weight;
      if (!(recall.v > floor && recall.v < 1.0 - floor)) return;
      for (std::size_t i = 0; i < n; ++i) {
        const double slope = weight * recall.d[i] / (right ? -p : 1.0 - p);
        sums.gradient[i] += slope;
        sums.size[i] += std::abs(slope);
        for (std::size_t j = 0; j <= i; ++j) sums.fisher[n * i + j] += weight * recall.d[i] * recall.d[j] / (p * (1.0 - p));
      }
    });
  }
  return sums;
}

/// The loss alone, by plain numbers: for central differences.
template <class M>
[[nodiscard]] double loss(const std::array<double, M::specs.size()>& values, std::span<const fit::StepGroup> groups) {
  constexpr std::size_t n = M::specs.size();
  const auto w = models::assemble<M, double>(std::span<const double, n>{values});
  double sum = 0.0;
  for (const fit::StepGroup& g : groups) {
    walk<M, double>(w, g, [&](double recall, bool right, double weight) {
      const double p = std::clamp(recall, fit::probability_floor, 1.0 - fit::probability_floor);
      sum -= weight * std::log(right ? p : 1.0 - p);
    });
  }
  return sum;
}

/// The lane `lane` of a group, alone.
[[nodiscard]] inline Group alone(const Group& from, std::size_t lane) {
  Group g;
  g.rows = from.rows;
  g.lanes = fit::step::lane_step;
  g.days.resize(g.rows * g.lanes);
  g.code.resize(g.rows * g.lanes);
  if (!from.weight.empty()) g.weight.resize(g.rows * g.lanes);
  for (std::size_t row = 0; row < g.rows; ++row) {
    g.active.push_back(from.active[row] > lane ? 1 : 0);
    g.days[row * g.lanes] = from.days[row * from.lanes + lane];
    g.code[row * g.lanes] = from.code[row * from.lanes + lane];
    if (!from.weight.empty()) g.weight[row * g.lanes] = from.weight[row * from.lanes + lane];
  }
  return g;
}

/// Takes the marks from cards whose derivatives jump when the parameters move by a millionth within their bounds, so that they predict
/// nothing; returns the share of cards that keep theirs. There, a state ties with a bound, or a bound with another (a lapse at its ceiling
/// undoes a same-day Good that started at the lowest stability), and rounding decides which derivative is taken. Either is right.
template <class M>
double without_ties(std::vector<Group>& groups, const std::array<double, M::specs.size()>& w, double nearness = 1e-6) {
  constexpr std::size_t n = M::specs.size();
  std::size_t cards = 0;
  std::size_t kept = 0;
  for (Group& g : groups) {
    for (std::size_t lane = 0; lane < g.active[0]; ++lane) {
      const Group one = alone(g, lane);
      const std::array view{one.view()};
      const Sums<n> here = reference<M>(w, view);
      bool smooth = true;
      for (std::uint32_t way = 0; way < 4 && smooth; ++way) {
        const double turn = way % 2 == 0 ? nearness : -nearness;  // there and back: a parameter may be at a bound
        random::Stream stream{{.seed = 8, .learner = way / 2, .item = 3, .step = 0}};
        auto near = w;
        for (std::size_t i = 0; i < n; ++i) {
          near[i] = std::clamp(w[i] + (w[i] == 0.0 ? M::specs[i].upper : w[i]) * turn * (2.0 * stream.next() - 1.0), M::specs[i].lower,
                               M::specs[i].upper);
        }
        const Sums<n> there = reference<M>(near, view);
        for (std::size_t i = 0; i < n; ++i) {
          const double size = std::max(here.size[i], there.size[i]);
          smooth = smooth && std::abs(here.gradient[i] - there.gradient[i]) <= 1e-3 * size && std::isfinite(size);
        }
      }
      ++cards;
      kept += smooth ? 1 : 0;
      for (std::size_t row = 0; row < g.rows && !smooth; ++row) g.code[row * g.lanes + lane] &= fit::step::grade;
    }
  }
  return static_cast<double>(kept) / static_cast<double>(cards);
}

}  // namespace perdure::inline PERDURE_ABI::testing::fit_cases
