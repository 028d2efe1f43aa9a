#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/random.hpp>
#include <perdure/models/fsrs6.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

/// Rows for kernels of FSRS-6, and what the template in double makes of them.
namespace perdure::inline PERDURE_ABI::testing::fsrs6 {

/// Where parameters and rows come from.
enum class Reach {
  usual,  ///< default parameters; states and times that cohorts show
  edges,  ///< parameters anywhere in their bounds, half of them at a bound; states and times at the ends of their ranges as often as inside
};

struct Rows {
  std::vector<float> stability, difficulty, elapsed, target;
  std::vector<std::uint8_t> grade;
};

template <class M>
[[nodiscard]] std::array<double, 21> parameters(Reach reach, std::uint32_t seed) {
  random::Stream stream{{.seed = 6, .learner = seed, .item = 1, .step = 0}};
  std::array<double, 21> w{};
  for (std::size_t k = 0; k < w.size(); ++k) {
    const models::ParamSpec& spec = M::specs[k];
    const double end = stream.next() < 0.5 ? spec.lower : spec.upper;
    const double inside = spec.lower + (spec.upper - spec.lower) * stream.next();
    w[k] = reach == Reach::usual ? spec.init : stream.next() < 0.5 ? end : inside;
  }
  std::sort(w.begin(), w.begin() + 4);
  return w;
}

/// Rows with grades 1 to 4, or 0 to 4.
[[nodiscard]] inline Rows rows(Reach reach, std::size_t count, std::uint32_t seed, bool unanswered = false) {
  random::Stream stream{{.seed = 6, .learner = seed, .item = 2, .step = 0}};
  const auto pick = [&stream](std::initializer_list<double> ends, double inside) {
    const double u = stream.next();
    return u < 0.5 ? ends.begin()[static_cast<std::size_t>(2.0 * u * static_cast<double>(ends.size()))] : inside;
  };
  Rows r;
  for (std::size_t i = 0; i < count; ++i) {
    double s = std::exp(8.0 * stream.next() - 1.0);
    double d = 1.0 + 9.0 * stream.next();
    double t = stream.next() < 0.15 ? stream.next() : s * 3.0 * stream.next();
    if (reach == Reach::edges) {
      s = pick({0.001, 36500.0, 1.0, 0.0015, 36499.0}, 0.001 * std::pow(36.5e6, stream.next()));
      d = pick({1.0, 10.0}, d);
      t = pick({0.0, 1.0, 0.99999994, 1.0000001, 1e5, 1e-6}, 1e-3 * std::pow(1e8, stream.next()));
    }
    r.stability.push_back(static_cast<float>(s));
    r.difficulty.push_back(static_cast<float>(d));
    r.elapsed.push_back(static_cast<float>(t));
    r.target.push_back(
        static_cast<float>(reach == Reach::edges ? pick({0.3, 0.999, 0.9, 1.0}, 0.3 + 0.69 * stream.next()) : 0.7 + 0.29 * stream.next()));
    r.grade.push_back(static_cast<std::uint8_t>(unanswered ? stream.below(5) : 1 + stream.below(4)));
  }
  return r;
}

/// Largest relative differences from the template in double.
struct Worst {
  double stability = 0.0, difficulty = 0.0, due = 0.0, recall = 0.0, interval = 0.0;
  void join(const Worst& other) {
    stability = std::max(stability, other.stability);
    difficulty = std::max(difficulty, other.difficulty);
    due = std::max(due, other.due);
    recall = std::max(recall, other.recall);
    interval = std::max(interval, other.interval);
  }
};

/// NaN where only one of the two is finite.
[[nodiscard]] inline double relative(float got, double expected) {
  const auto x = static_cast<double>(got);
  if (std::isinf(static_cast<float>(expected))) return std::isinf(x) ? 0.0 : std::nan("");
  return expected == 0.0 ? std::abs(x) : std::abs(x / expected - 1.0);
}

template <class M>
[[nodiscard]] typename M::template Params<double> params(const std::array<double, 21>& w) {
  return models::assemble<M, double>(std::span<const double, 21>{w});
}

/// Runs review, recall and interval of `Kernels` over the rows. An unlike NaN makes a field NaN.
template <class M, class Kernels>
[[nodiscard]] Worst compare(const Kernels& kernels, const std::array<double, 21>& w, const Rows& r, float target) {
  const std::size_t n = r.stability.size();
  const auto p = params<M>(w);
  std::vector<float> s(n), d(n), due(n), recall(n), interval(n);
  const std::array<const float*, 2> in{r.stability.data(), r.difficulty.data()};
  const std::array<float*, 2> out{s.data(), d.data()};
  kernels.review(w.data(), n, in.data(), r.grade.data(), r.elapsed.data(), out.data(), target, due.data(), nullptr);
  kernels.recall(w.data(), n, in.data(), r.elapsed.data(), recall.data(), nullptr);
  kernels.interval(w.data(), n, in.data(), r.target.data(), interval.data());
  Worst worst;
  const auto note = [](double& field, double difference) { field = difference <= field ? field : difference; };
  for (std::size_t i = 0; i < n; ++i) {
    const typename M::template State<double> state{static_cast<double>(r.stability[i]), static_cast<double>(r.difficulty[i])};
    const auto t = static_cast<double>(r.elapsed[i]);
    const auto next = r.grade[i] == 0 ? state : M::review(p, state, t, static_cast<Grade>(r.grade[i]));
    note(worst.stability, relative(s[i], next.stability));
    note(worst.difficulty, relative(d[i], next.difficulty));
    note(worst.due, relative(due[i], M::interval(p, next, static_cast<double>(target))));
    note(worst.recall, relative(recall[i], M::recall(p, state, t)));
    note(worst.interval, relative(interval[i], M::interval(p, state, static_cast<double>(r.target[i]))));
  }
  return worst;
}

}  // namespace perdure::inline PERDURE_ABI::testing::fsrs6
