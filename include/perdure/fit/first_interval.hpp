#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/fit/facts.hpp>
#include <perdure/fit/first_gaps.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// First stabilities from first gaps alone, as the peers start their fits. Source: fsrs 6.6.2, src/parameter_initialization.rs; FSRS-Optimizer
/// does the same (initialize_parameters).
namespace perdure::inline PERDURE_ABI::fit {

/// Exponent of forgetting, by default, of a model whose first four parameters are first stabilities by grade; none for other models and for those
/// whose recall is no power curve of time over stability.
[[nodiscard]] inline std::optional<double> first_interval_decay(const ModelFacts& facts) {
  constexpr std::array<std::string_view, 4> names{"first_stability_again", "first_stability_hard", "first_stability_good",
                                                  "first_stability_easy"};
  constexpr double fixed_decay = 0.5;  // of FSRS-4.5 and FSRS-5
  if (facts.size() < names.size()) return std::nullopt;
  for (std::size_t g = 0; g < names.size(); ++g) {
    if (facts.specs[g].name != names[g]) return std::nullopt;
  }
  for (const models::ParamSpec& spec : facts.specs) {
    if (spec.name == "decay") return spec.init;
  }
  if (facts.id == "fsrs4.5" || facts.id == "fsrs5") return fixed_decay;
  return std::nullopt;
}

/// First stabilities by grade, 0 where the log has no answers for one, with how many answers each rests on.
struct FirstStabilities {
  std::array<double, 4> days{};  ///< of Again, Hard, Good, Easy
  std::array<std::size_t, 4> answers{};
};

namespace detail {

/// Log loss of the first predicted answers of one grade at a stability, plus a pull towards the usual one of 1/16 nat a day. Success rates are
/// smoothed by one more answer at the log's average.
class FirstIntervalLoss {
 public:
  FirstIntervalLoss(std::span<const FirstGap> gaps, double average, double usual, double decay) : usual_{usual}, decay_{decay} {
    for (const FirstGap& gap : gaps) {
      const auto n = static_cast<double>(gap.answers);
      const double recall = (static_cast<double>(gap.right) + average) / (n + 1.0);
      terms_.push_back({factor() * static_cast<double>(gap.days), n * recall, n * (1.0 - recall)});
    }
  }

  [[nodiscard]] double operator()(double stability) const {
    constexpr double pull = 1.0 / 16.0;
    double sum = 0.0;
    for (const Term& term : terms_) {
      const double log_recall = -decay_ * std::log1p(term.reach / stability);
      const double log_lapse = std::log(std::max(-std::expm1(log_recall), least_lapse));
      sum -= term.right * log_recall + term.wrong * log_lapse;
    }
    return sum + pull * std::abs(stability - usual_);
  }

 private:
  static constexpr double least_lapse = 1e-16;  ///< at a gap of zero days recall is 1 and nothing can be learned: keep it finite
  struct Term {
    double reach, right, wrong;
  };
  [[nodiscard]] double factor() const { return std::pow(0.9, -1.0 / decay_) - 1.0; }

  double usual_, decay_;
  std::vector<Term> terms_;
};

/// Where a function with one valley is lowest in [low, high], by thirds.
template <class Function>
[[nodiscard]] double lowest(const Function& f, double low, double high) {
  constexpr double narrow = 1e-9;  // days; far below the float32 that the peers keep
  while (high - low > narrow * std::max(1.0, low)) {
    const double third = (high - low) / 3.0;
    if (f(low + third) < f(high - third)) {
      high -= third;
    } else {
      low += third;
    }
  }
  return 0.5 * (low + high);
}

}  // namespace detail

/// Stability of best fit for each first grade that occurs in `gaps` (sorted by grade). `average` is the success rate of all predicted answers.
[[nodiscard]] inline FirstStabilities raw_first_stabilities(const ModelFacts& facts, double decay, std::span<const FirstGap> gaps,
                                                            double average) {
  FirstStabilities found;
  for (std::size_t from = 0, to = 0; from < gaps.size(); from = to) {
    const std::size_t g = gaps[from].grade - 1U;
    for (to = from; to < gaps.size() && gaps[to].grade == gaps[from].grade; ++to) found.answers[g] += gaps[to].answers;
    const models::ParamSpec& spec = facts.specs[g];
    found.days[g] =
        detail::lowest(detail::FirstIntervalLoss{gaps.subspan(from, to - from), average, spec.init, decay}, spec.lower, spec.upper);
  }
  return found;
}

/// Makes stabilities rise with the grade, the one that rests on fewer answers giving way, and fills in grades without answers: by the usual
/// ratio where there is one grade, else from two others on the log scale. Nothing without any answer.
[[nodiscard]] inline std::optional<std::array<double, 4>> filled_first_stabilities(const ModelFacts& facts, FirstStabilities found) {
  constexpr double hard_share = 0.41;  // where Hard lies between Good and Again, on the log scale: S_hard = S_again^0.41 S_good^0.59
  constexpr double good_share = 0.54;  // where Good lies between Hard and Easy: S_good = S_hard^0.46 S_easy^0.54
  constexpr std::array<std::pair<std::size_t, std::size_t>, 6> pairs{{{0, 1}, {1, 2}, {2, 3}, {0, 2}, {1, 3}, {0, 3}}};
  const auto known = [&found](std::size_t g) { return found.answers[g] > 0; };
  for (const auto& [low, high] : pairs) {
    if (!known(low) || !known(high) || found.days[low] <= found.days[high]) continue;
    if (found.answers[low] > found.answers[high]) {
      found.days[high] = found.days[low];
    } else {
      found.days[low] = found.days[high];
    }
  }
  const auto [again, hard, good, easy] = std::array{known(0), known(1), known(2), known(3)};
  const int count = int{again} + int{hard} + int{good} + int{easy};
  if (count == 0) return std::nullopt;
  std::array<double, 4>& s = found.days;
  // S_a^(1 - share) S_b^share, with a share outside [0, 1] beyond either
  const auto between = [](double a, double b, double share) { return std::pow(a, 1.0 - share) * std::pow(b, share); };
  const auto hard_of = [&] { return between(s[2], s[0], hard_share); };
  const auto good_of = [&] { return between(s[1], s[3], good_share); };
  const auto again_of = [&] { return between(s[2], s[1], 1.0 / hard_share); };
  const auto easy_of = [&] { return between(s[1], s[2], 1.0 / good_share); };
  if (count == 1) {
    const std::size_t g = again ? 0 : hard ? 1 : good ? 2 : 3;
    const double ratio = s[g] / facts.specs[g].init;
    for (std::size_t k = 0; k < 4; ++k) s[k] = facts.specs[k].init * ratio;
    std::sort(s.begin(), s.end());
  } else if (!hard && !good) {
    const double both = hard_share + good_share - hard_share * good_share;
    const double first = s[0];
    s[1] = between(s[3], first, hard_share / both);
    s[2] = between(first, s[3], good_share / both);
  } else {
    if (!hard) s[1] = again ? hard_of() : between(s[3], s[2], 1.0 / (1.0 - good_share));
    if (!good) s[2] = easy ? good_of() : between(s[0], s[1], 1.0 / (1.0 - hard_share));
    if (!again) s[0] = again_of();
    if (!easy) s[3] = easy_of();
  }
  for (std::size_t g = 0; g < 4; ++g) s[g] = std::clamp(s[g], facts.specs[g].lower, facts.specs[g].upper);
  return s;
}

}  // namespace perdure::inline PERDURE_ABI::fit
