#pragma once

#include <perdure/batch/kernels.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/traits.hpp>
#include <perdure/testing/model_samples.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

/// Columns of reachable states with edges among them, what kernels make of them, and how that compares with the template in double.
namespace perdure::laws {

using Violations = std::vector<std::string>;

/// Target of the fused interval.
inline constexpr float due_target = 0.85F;

/// Days with their edges: none, just under and at a day, a century and more, and otherwise from a second to thirty years.
[[nodiscard]] inline float some_days(random::Stream& stream) {
  constexpr std::array edges{0.0F, 1e-6F, 0.99999994F, 1.0F, 1.0000001F, 36500.0F, 1e5F};
  if (stream.next() < 0.1) return edges[stream.below(edges.size())];
  return static_cast<float>(std::exp(std::log(1e-5) + stream.next() * std::log(1e9)));
}

/// Lawful parameters: number 0 the defaults, the others drawn around them.
template <class M>
[[nodiscard]] std::array<double, M::specs.size()> parameters(std::uint32_t set) {
  return std::bit_cast<std::array<double, M::specs.size()>>(testing::sample<M>(set).params);
}

/// Rows of inputs for every kernel, all under one set of parameters.
template <class M>
struct Rows {
  static constexpr std::size_t fields = M::state_fields.size();

  Rows(std::uint32_t set, std::size_t n) : w{parameters<M>(set)}, params{testing::sample<M>(set).params}, grade(n), elapsed(n), target(n) {
    for (auto& column : state) column.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      random::Stream stream{{.seed = 77, .learner = set, .item = static_cast<std::uint32_t>(i), .step = 0}};
      const auto some_grade = [&] { return static_cast<Grade>(1 + stream.below(4)); };
      auto reached = M::first(params, some_grade());
      for (std::uint32_t k = stream.below(12); k > 0; --k) {
        reached = M::review(params, reached, static_cast<double>(some_days(stream)), some_grade());
      }
      const auto numbers = std::bit_cast<std::array<double, fields>>(reached);
      for (std::size_t k = 0; k < fields; ++k) state[k][i] = static_cast<float>(numbers[k]);
      grade[i] = static_cast<std::uint8_t>(some_grade());
      elapsed[i] = some_days(stream);
      target[i] = stream.next() < 0.05 ? 1.0F : static_cast<float>(0.05 + 0.94 * stream.next());
    }
  }

  [[nodiscard]] std::size_t size() const { return grade.size(); }
  [[nodiscard]] typename M::template State<double> state_at(std::size_t i) const {
    std::array<double, fields> numbers;
    for (std::size_t k = 0; k < fields; ++k) numbers[k] = static_cast<double>(state[k][i]);
    return std::bit_cast<typename M::template State<double>>(numbers);
  }

  std::array<double, M::specs.size()> w;
  typename M::template Params<double> params;
  std::array<std::vector<float>, fields> state;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed, target;
};

/// What all kernels make of some rows.
struct Made {
  Made(std::size_t fields, std::size_t rows)
      : state(fields, std::vector<float>(rows)), first(state), due(rows), recall(rows), interval(rows) {}
  std::vector<std::vector<float>> state, first;
  std::vector<float> due, recall, interval;
};

template <class Columns>
[[nodiscard]] auto pointers(Columns& columns, std::size_t from = 0) {
  std::vector<decltype(columns[0].data())> all;
  for (auto& column : columns) all.push_back(column.data() + from);
  return all;
}

template <class M>
[[nodiscard]] Made run_all(const Rows<M>& rows, const batch::Kernels& kernels, std::size_t from, std::size_t length) {
  Made made{Rows<M>::fields, length};
  const auto in = pointers(rows.state, from);
  const auto out = pointers(made.state);
  const auto first = pointers(made.first);
  const double* w = rows.w.data();
  kernels.first(w, length, rows.grade.data() + from, first.data());
  kernels.review(w, length, in.data(), rows.grade.data() + from, rows.elapsed.data() + from, out.data(), due_target, made.due.data(),
                 nullptr);
  kernels.recall(w, length, in.data(), rows.elapsed.data() + from, made.recall.data(), nullptr);
  kernels.interval(w, length, in.data(), rows.target.data() + from, made.interval.data());
  return made;
}

/// State columns after a review that writes over its input, without the fused interval.
template <class M>
[[nodiscard]] std::vector<std::vector<float>> review_in_place(const Rows<M>& rows, const batch::Kernels& kernels) {
  std::vector<std::vector<float>> columns(rows.state.begin(), rows.state.end());
  const auto out = pointers(columns);
  const std::vector<const float*> in(out.begin(), out.end());
  kernels.review(rows.w.data(), rows.size(), in.data(), rows.grade.data(), rows.elapsed.data(), out.data(), 1.0F, nullptr, nullptr);
  return columns;
}

[[nodiscard]] inline bool same_bits(const std::vector<float>& part, const std::vector<float>& whole, std::size_t from) {
  return part.empty() || std::memcmp(part.data(), whole.data() + from, part.size() * sizeof(float)) == 0;
}
[[nodiscard]] inline bool same_bits(const std::vector<std::vector<float>>& part, const std::vector<std::vector<float>>& whole,
                                    std::size_t from = 0) {
  for (std::size_t k = 0; k < part.size(); ++k) {
    if (!same_bits(part[k], whole[k], from)) return false;
  }
  return true;
}
[[nodiscard]] inline bool same_bits(const Made& part, const Made& whole, std::size_t from) {
  return same_bits(part.state, whole.state, from) && same_bits(part.first, whole.first, from) && same_bits(part.due, whole.due, from) &&
         same_bits(part.recall, whole.recall, from) && same_bits(part.interval, whole.interval, from);
}

/// Relative error that a kernel may have. In float32 a step chains up to ten exp and log of 2 to 3 units in the last place (6e-8), whose
/// exponents (up to 10, the inverse of the flattest decay) magnify them: 10 x 3 x 6e-8 x 10 = 2e-5. Kernels in double round once.
template <class M>
inline constexpr double tolerance = std::is_same_v<models::KernelReal<M>, double> ? 1e-7 : 2e-5;

/// Whether `got` lies between the smallest and largest of the values that the template gives for inputs moved by a few float32 roundings, up to
/// the tolerance: where a curve or an update has a step, float32 may stand on its other side.
[[nodiscard]] inline bool agrees(float got, std::initializer_list<double> around, double tolerance, double floor) {
  const double low = std::min(around);
  const double high = std::max(around);
  const auto x = static_cast<double>(got);
  if (std::isinf(x)) return x > 0.0 && high * (1.0 + tolerance) >= static_cast<double>(std::numeric_limits<float>::max());
  return x >= low - tolerance * std::max(std::abs(low), floor) && x <= high + tolerance * std::max(std::abs(high), floor);
}

/// Shares by which inputs are moved.
inline constexpr double nudge = 5e-7;

template <class M>
[[nodiscard]] std::array<std::array<double, M::state_fields.size()>, 3> expected_states(const typename M::template Params<double>& w,
                                                                                        const typename M::template State<double>& s,
                                                                                        double days, Grade grade) {
  std::array<std::array<double, M::state_fields.size()>, 3> around;
  std::size_t n = 0;
  for (const double factor : {1.0, 1.0 - nudge, 1.0 + nudge}) {
    around[n++] = std::bit_cast<std::array<double, M::state_fields.size()>>(M::review(w, s, days * factor, grade));
  }
  return around;
}

/// The first few rows in which a kernel differs from the template.
template <class M>
[[nodiscard]] Violations kernel_violations(const Rows<M>& rows, const batch::Kernels& kernels) {
  constexpr double small = 1e-3;  // below this errors count absolutely: a state or a share that nobody can tell from 0
  const Made made = run_all(rows, kernels, 0, rows.size());
  Violations found;
  const auto report = [&](std::size_t i, const std::string& what, float got, double expected) {
    found.push_back(what + "[" + to_text(i) + "] is " + to_text(got) + ", expected " + to_text(expected) + " (grade " +
                    to_text(rows.grade[i]) + ", " + to_text(rows.elapsed[i]) + " days, target " + to_text(rows.target[i]) + ", state " +
                    to_text(rows.state[0][i]) + (Rows<M>::fields > 1 ? " " + to_text(rows.state[1 % Rows<M>::fields][i]) : "") + ")");
  };
  for (std::size_t i = 0; i < rows.size() && found.size() < 5; ++i) {
    const auto s = rows.state_at(i);
    const auto grade = static_cast<Grade>(rows.grade[i]);
    const auto days = static_cast<double>(rows.elapsed[i]);
    const auto target = static_cast<double>(rows.target[i]);
    const auto first = std::bit_cast<std::array<double, Rows<M>::fields>>(M::first(rows.params, grade));
    const auto around = expected_states<M>(rows.params, s, days, grade);
    for (std::size_t k = 0; k < Rows<M>::fields; ++k) {
      const std::string name{M::state_fields[k].name};
      if (!agrees(made.state[k][i], {around[0][k], around[1][k], around[2][k]}, tolerance<M>, small)) {
        report(i, name, made.state[k][i], around[0][k]);
      }
      if (!agrees(made.first[k][i], {first[k]}, tolerance<M>, small)) report(i, "first " + name, made.first[k][i], first[k]);
    }
    const auto recall = [&](double factor) { return M::recall(rows.params, s, days * factor); };
    if (!agrees(made.recall[i], {recall(1.0), recall(1.0 - nudge), recall(1.0 + nudge)}, tolerance<M>, 1.0)) {
      report(i, "recall", made.recall[i], recall(1.0));
    }
    const auto interval = [&](const auto& from, double r, double move) { return M::interval(rows.params, from, std::min(1.0, r + move)); };
    if (!agrees(made.interval[i], {interval(s, target, 0.0), interval(s, target, -nudge), interval(s, target, nudge)}, tolerance<M>,
                small)) {
      report(i, "interval", made.interval[i], interval(s, target, 0.0));
    }
    // The fused interval starts from the state before it is rounded to float32: a tolerance of its own, whatever the kernel computes in.
    std::array<double, Rows<M>::fields> stored;
    for (std::size_t k = 0; k < stored.size(); ++k) stored[k] = static_cast<double>(made.state[k][i]);
    const auto after = std::bit_cast<typename M::template State<double>>(stored);
    const auto goal = static_cast<double>(due_target);
    if (!agrees(made.due[i], {interval(after, goal, 0.0), interval(after, goal, -nudge), interval(after, goal, nudge)}, 4e-5, small)) {
      report(i, "due", made.due[i], interval(after, goal, 0.0));
    }
  }
  return found;
}

/// Ragged histories: none, one, many answers, and a card of a thousand.
template <class M>
struct Histories {
  Histories(std::uint32_t set, std::size_t cards) : w{parameters<M>(set)}, params{testing::sample<M>(set).params}, offsets{0} {
    for (std::size_t c = 0; c < cards; ++c) {
      random::Stream stream{{.seed = 78, .learner = set, .item = static_cast<std::uint32_t>(c), .step = 0}};
      const std::uint32_t answers = c == cards / 2 ? 1000 : stream.below(c % 5 == 0 ? 3 : 40);
      for (std::uint32_t k = 0; k < answers; ++k) {
        grade.push_back(static_cast<std::uint8_t>(1 + stream.below(4)));
        elapsed.push_back(k == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(std::exp(-4.0 + 9.0 * stream.next())));
      }
      offsets.push_back(static_cast<std::int64_t>(grade.size()));
    }
  }
  std::array<double, M::specs.size()> w;
  typename M::template Params<double> params;
  std::vector<std::int64_t> offsets;
  std::vector<std::uint8_t> grade;
  std::vector<float> elapsed;
};

template <class M>
[[nodiscard]] Violations replay_violations(const Histories<M>& h, const batch::Kernels& kernels) {
  constexpr std::size_t fields = M::state_fields.size();
  constexpr double steps = 10.0;  // errors of many steps add up, and fade as answers follow
  const std::size_t cards = h.offsets.size() - 1;
  std::vector<std::vector<float>> state(fields, std::vector<float>(cards));
  const auto out = pointers(state);
  kernels.replay(h.w.data(), cards, h.offsets.data(), h.grade.data(), h.elapsed.data(), out.data());
  Violations found;
  for (std::size_t c = 0; c < cards && found.size() < 5; ++c) {
    const auto begin = static_cast<std::size_t>(h.offsets[c]);
    const auto end = static_cast<std::size_t>(h.offsets[c + 1]);
    std::array<double, fields> expected;
    expected.fill(std::numeric_limits<double>::quiet_NaN());
    if (begin < end) {
      auto s = M::first(h.params, static_cast<Grade>(h.grade[begin]));
      for (std::size_t i = begin + 1; i < end; ++i)
        s = M::review(h.params, s, static_cast<double>(h.elapsed[i]), static_cast<Grade>(h.grade[i]));
      expected = std::bit_cast<std::array<double, fields>>(s);
    }
    for (std::size_t k = 0; k < fields; ++k) {
      const bool nothing = std::isnan(expected[k]) && std::isnan(state[k][c]);
      if (nothing || agrees(state[k][c], {expected[k]}, steps * tolerance<M>, 1e-3)) continue;
      found.push_back(std::string{M::state_fields[k].name} + " of card " + to_text(c) + " with " + to_text(end - begin) + " answers is " +
                      to_text(state[k][c]) + ", expected " + to_text(expected[k]));
    }
  }
  return found;
}

}  // namespace perdure::laws
