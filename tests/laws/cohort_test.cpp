// Laws of the cohort model over random states and random parameters inside their bounds: forgetting never turns round, and a better answer
// never leaves a worse outlook. Parameters beyond a bound must be seen to break them.
#include <perdure/cohort/parameters.hpp>
#include <perdure/cohort/scale.hpp>
#include <perdure/cohort/state.hpp>
#include <perdure/cohort/step.hpp>
#include <perdure/core/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <ostream>
#include <span>
#include <string>

namespace {

using namespace perdure;
using namespace perdure::cohort;

constexpr std::uint32_t cases = 100'000;
constexpr double epsilon = std::numeric_limits<double>::epsilon();

class Draw {
 public:
  explicit Draw(std::uint32_t number) : stream_{{.seed = 5, .learner = number}} {}

  double between(double low, double high) { return low + (high - low) * stream_.next(); }
  double by_scale(double low, double high) { return std::exp(between(std::log(low), std::log(high))); }
  bool chance(double p) { return stream_.next() < p; }
  std::uint32_t below(std::uint32_t n) { return stream_.below(n); }

 private:
  random::Stream stream_;
};

/// Half of the vectors lie around the defaults, half anywhere in the box.
std::array<double, parameter_count> random_values(Draw& draw) {
  const bool near = draw.chance(0.5);
  std::array<double, parameter_count> values{};
  for (std::size_t i = 0; i < parameter_count; ++i) {
    const auto& [spec, scale] = specs[i];
    if (spec.lower == spec.upper) {
      values[i] = spec.lower;
    } else if (near) {
      const double x = to_scale(scale, spec.init) + draw.between(-4.0, 4.0) * spec.prior_sd;
      values[i] = std::clamp(from_scale(scale, x), spec.lower, spec.upper);
    } else {
      values[i] = scale == Scale::plain ? draw.between(spec.lower, spec.upper) : draw.by_scale(spec.lower, spec.upper);
    }
  }
  return values;
}

constexpr std::size_t places = 2;  ///< learners, and items
constexpr std::size_t skill_places = 4;

/// Two learners, two items, four skills, and all that the learners have made of them.
template <class S>
struct World {
  CohortState<S> cohort;
  std::array<LearnerState<S>, places> learners;
  std::array<MaterialState<S>, places> items;
  std::array<MaterialState<S>, skill_places> skills;
  std::array<std::array<MemoryState<S>, places>, places> memories;
  std::array<std::array<MemoryState<S>, skill_places>, places> skill_memories;
};

struct Tag {
  std::size_t skill;
  double weight;
};

/// Which skills an item asks for, and how easily it is guessed.
struct Item {
  std::array<Tag, 3> tags{};
  std::size_t tagged = 0;
  double guess = -1.0;
};

/// A question as one call needs it: the scene points into the world and into this.
template <class S>
struct Question {
  std::array<SkillPart<double, S>, 3> parts{};
  Recollection<double> recollection;

  Scene<double, S> scene(World<S>& world, const Item& item, std::size_t learner, std::size_t number) {
    for (std::size_t k = 0; k < item.tagged; ++k) {
      parts[k].skill = &world.skills[item.tags[k].skill];
      parts[k].memory = &world.skill_memories[learner][item.tags[k].skill];
      parts[k].weight = item.tags[k].weight;
    }
    return {world.cohort,
            world.learners[learner],
            world.items[number],
            world.memories[learner][number],
            {parts.data(), item.tagged},
            recollection,
            item.guess};
  }
};

/// A time when everything that is drawn has happened.
constexpr double after_all = 1000.0;

template <class S>
Effect<S> effect(Draw& draw, double size) {
  return {S(draw.between(-size, size)), S(draw.chance(0.1) ? 0.0 : draw.by_scale(1e-6, 5.0 * size))};
}

template <class S>
MaterialState<S> material(Draw& draw, double size) {
  return {effect<S>(draw, 3.0 * size), effect<S>(draw, size), effect<S>(draw, 0.2 * size)};
}

template <class S>
MemoryState<S> memory(Draw& draw, double size) {
  MemoryState<S> m;
  m.level = effect<S>(draw, size);
  if (draw.chance(0.3)) return m;
  m.form = S(draw.between(-size, size));
  m.exposures = S(draw.chance(0.3) ? 1 + draw.below(4) : 0);
  if (m.exposures == S(0.0) || draw.chance(0.7)) {
    m.answers = S(std::floor(draw.by_scale(1.0, 1e4)));
    m.right = S(std::floor(draw.between(0.0, 1.0) * static_cast<double>(m.answers + S(1.0))));
    if (draw.chance(0.2)) m.right = S(draw.between(0.0, static_cast<double>(m.answers)));
    m.wrong = m.answers - m.right;
    m.carry = S(draw.chance(0.2) ? 0.0 : draw.between(0.0, 20.0));
  }
  m.scale = S(draw.by_scale(least_scale, most_scale));
  m.backlog = S(m.exposures > S(0.0) ? draw.by_scale(1e-6, 1e3) : 0.0);
  m.last = draw.between(0.0, after_all);
  return m;
}

template <class S>
World<S> random_world(Draw& draw) {
  const double size = draw.chance(0.1) ? 100.0 : 1.0;  // some are far beyond what any answers leave
  World<S> w;
  w.cohort = {effect<S>(draw, size), effect<S>(draw, size), effect<S>(draw, size),      effect<S>(draw, 0.2 * size),
              effect<S>(draw, size), effect<S>(draw, size), effect<S>(draw, 0.2 * size)};
  for (LearnerState<S>& u : w.learners) {
    u = {effect<S>(draw, 3.0 * size), effect<S>(draw, size),        effect<S>(draw, size),
         effect<S>(draw, 0.2 * size), S(draw.between(-size, size)), S(std::floor(draw.by_scale(0.5, 1e5))),
         draw.between(0.0, after_all)};
  }
  for (MaterialState<S>& i : w.items) i = material<S>(draw, size);
  for (MaterialState<S>& s : w.skills) s = material<S>(draw, size);
  for (auto& row : w.memories) {
    for (MemoryState<S>& m : row) m = memory<S>(draw, size);
  }
  for (auto& row : w.skill_memories) {
    for (MemoryState<S>& m : row) m = memory<S>(draw, size);
  }
  return w;
}

Item random_item(Draw& draw) {
  Item item;
  item.tagged = draw.below(4);
  double sum = 0.0;
  const std::size_t first = draw.below(skill_places);
  for (std::size_t k = 0; k < item.tagged; ++k) {
    item.tags[k] = {(first + k) % skill_places, draw.between(0.05, 1.0)};
    sum += item.tags[k].weight;
  }
  for (std::size_t k = 0; k < item.tagged; ++k) item.tags[k].weight /= sum;
  if (draw.chance(0.5)) item.guess = std::array{0.0, 0.25, 0.5, 0.999, 1.0}[draw.below(5)];
  return item;
}

/// What rounding may do to a probability when one of the numbers behind it moves by less than a rounding step. Sums, products, quotients and
/// square roots round monotonically. Logarithms need not: each may be off by one ulp, so that what it is multiplied with moves the log-odds by
/// an ulp of that product; the probability by a quarter of that. The exponential of the logistic function and the last sums add two ulp of 1.
template <class S>
double rounding(const Parameters<double>& p, const Scene<double, S>& s) {
  const auto of_logarithms = [](const MemoryParameters<double>& level, const Recollection<double>& r, const MemoryState<S>& m) {
    if (!r.exists) return 0.0;
    return std::abs(level.wins) * std::log1p(static_cast<double>(m.right)) +
           std::abs(level.losses) * std::log1p(static_cast<double>(m.wrong)) + r.forgetting;
  };
  double log_odds = of_logarithms(p.item, s.recollection, s.memory);
  for (const SkillPart<double, S>& part : s.skills) log_odds += part.weight * of_logarithms(p.skill, part.recollection, *part.memory);
  return epsilon * (2.0 + log_odds / 4.0);
}

struct Count {
  std::size_t checked = 0, violations = 0, strict = 0;
  double worst = 0.0;  ///< beyond what rounding may do
  std::string first;

  void expect_not_above(double lower, double higher, double allowed, std::uint32_t number, const char* where) {
    ++checked;
    strict += lower < higher - allowed;
    if (lower <= higher + allowed) return;  // also false for what is not a number
    worst = std::max(worst, lower - higher - allowed);
    if (violations++ == 0) first = "case " + std::to_string(number) + ", " + where;
  }
};

std::ostream& operator<<(std::ostream& out, const Count& c) {
  return out << c.violations << " of " << c.checked << " violated, by up to " << c.worst << "; first: " << c.first;
}

bool is_probability(double p) { return p >= 0.0 && p <= 1.0; }

template <class S>
class CohortLaws : public testing::Test {};
using Stores = testing::Types<double, float>;
TYPED_TEST_SUITE(CohortLaws, Stores);

TYPED_TEST(CohortLaws, ProbabilityNeverRisesWithTime) {
  Count count;
  std::size_t strange = 0;
  for (std::uint32_t number = 0; number < cases; ++number) {
    Draw draw{number};
    const auto p = assemble<double>(random_values(draw));
    const Step<double> step{p};
    auto world = random_world<TypeParam>(draw);
    Question<TypeParam> question;
    auto scene = question.scene(world, random_item(draw), 0, 0);
    double now = draw.chance(0.1) ? -after_all : draw.between(0.0, after_all);
    double before = step.outlook(scene, now).probability;
    strange += !is_probability(before);
    for (int i = 0; i < 8; ++i) {
      now += draw.by_scale(1e-9, 1e9);
      const double later = step.outlook(scene, now).probability;
      strange += !is_probability(later);
      count.expect_not_above(later, before, rounding(p, scene), number, "time");
      before = later;
    }
  }
  EXPECT_EQ(strange, 0U);
  EXPECT_EQ(count.violations, 0U) << count;
  EXPECT_GT(count.strict, count.checked / 4) << "a law about constants says nothing";
}

/// Answers the first learner's first item twice over, with a lower and a higher score, and compares all that can be asked afterwards.
template <class S>
void compare_scores(const Parameters<double>& p, Draw& draw, std::uint32_t number, Count& count, std::size_t& strange) {
  const Step<double> step{p};
  World<S> low = random_world<S>(draw);
  World<S> high = low;
  const std::array items{random_item(draw), random_item(draw)};
  double a = draw.chance(0.5) ? 0.0 : 0.001 * draw.below(1001);
  double b = draw.chance(0.5) ? 1.0 : 0.001 * draw.below(1001);
  if (b < a) std::swap(a, b);
  const double now = draw.chance(0.1) ? 0.0 : after_all + draw.by_scale(1e-6, 1e6);
  const auto answer = [&](World<S>& world, double score) {
    Question<S> question;
    auto scene = question.scene(world, items[0], 0, 0);
    const Outlook<double> expected = step.outlook(scene, now);
    step.learn(scene, expected, now, score);
  };
  answer(low, a);
  answer(high, b);
  for (std::size_t learner = 0; learner < places; ++learner) {
    for (std::size_t item = 0; item < places; ++item) {
      double then = now + draw.by_scale(1e-9, 1e6);
      Question<S> of_low, of_high;
      auto lower = of_low.scene(low, items[item], learner, item);
      auto higher = of_high.scene(high, items[item], learner, item);
      if (draw.chance(0.2)) {
        step.expose(lower, then);
        step.expose(higher, then);
        then += draw.by_scale(1e-9, 1e6);
      }
      const double after_low = step.outlook(lower, then).probability;
      const double after_high = step.outlook(higher, then).probability;
      strange += !is_probability(after_low) || !is_probability(after_high);
      constexpr std::array<const char*, 4> where{"same pair", "other item", "other learner", "other learner and item"};
      count.expect_not_above(after_low, after_high, std::max(rounding(p, lower), rounding(p, higher)), number, where[2 * learner + item]);
    }
  }
}

TYPED_TEST(CohortLaws, AHigherScoreNeverLeavesALowerProbability) {
  Count count;
  std::size_t strange = 0;
  for (std::uint32_t number = 0; number < cases; ++number) {
    Draw draw{number};
    const auto p = assemble<double>(random_values(draw));
    compare_scores<TypeParam>(p, draw, number, count, strange);
  }
  EXPECT_EQ(strange, 0U);
  EXPECT_EQ(count.violations, 0U) << count;
  EXPECT_GT(count.strict, count.checked / 4) << "a law about constants says nothing";
}

/// Runs of wrong, and of right, answers that no learner gives: nothing may become infinite or vanish on the way.
TYPED_TEST(CohortLaws, ProbabilitiesStayProbabilitiesInEndlessRuns) {
  for (std::uint32_t number = 0; number < 300; ++number) {
    Draw draw{number};
    const auto p = assemble<double>(number == 0 ? defaults() : random_values(draw));
    const Step<double> step{p};
    for (const double score : {0.0, 1.0}) {
      auto world = random_world<TypeParam>(draw);
      const Item item = random_item(draw);
      double now = after_all;
      for (int i = 0; i < 1000; ++i) {
        Question<TypeParam> question;
        auto scene = question.scene(world, item, 0, 0);
        const Outlook<double> expected = step.outlook(scene, now);
        ASSERT_TRUE(is_probability(expected.probability)) << number << ", answer " << i << ", score " << score;
        step.learn(scene, expected, now, score);
        ASSERT_TRUE(is_probability(step.outlook(scene, now).probability)) << number << ", answer " << i << ", score " << score;
        now += draw.chance(0.5) ? 0.0 : draw.by_scale(1e-6, 1e3);
      }
    }
  }
}

/// Violations among 2000 random cases where a parameter is not what its bounds allow.
template <class Change>
std::size_t violations_with(const Change& change) {
  Count count;
  std::size_t strange = 0;
  for (std::uint32_t number = 0; number < 2000; ++number) {
    Draw draw{number};
    auto p = assemble<double>(random_values(draw));
    change(p);
    compare_scores<double>(p, draw, number, count, strange);
  }
  return count.violations;
}

TEST(BrokenCohort, EveryBoundThatTheLawsRestOnIsNeeded) {
  EXPECT_EQ(violations_with([](auto&) {}), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.item.wins = -0.5; }), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.skill.losses = -0.5; }), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.item.failure = 1.5; }), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.item.growth = -0.5; }), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.skill.first_gain = -0.5; }), 0U);
  EXPECT_GT(violations_with([](auto& p) { p.form_gain = -0.5; }), 0U);
}

/// Gains of wins above those of losses would not be enough: by wins = .6 and losses = -.1 (a gain by wrong answers), one more right answer after
/// nine adds .6 ln(11/10) = .057, a first wrong one .1 ln 2 = .069.
TEST(BrokenCohort, WinsAboveLossesAreNotEnough) {
  auto p = assemble<double>(defaults());
  p.item.wins = 0.6;
  p.item.losses = -0.1;
  // Everything else that tells a right from a wrong answer is taken away; effects without variance learn nothing.
  p.cohort_level_variance = p.item.cohort_offset_variance = p.item.cohort_count_variance = p.item.cohort_decay_variance = 0.0;
  p.item.growth = p.item.first_gain = p.item.form_gain = p.form_gain = 0.0;
  p.item.failure = 1.0;
  const Step<double> step{p};
  const auto after = [&step](double score) {
    World<double> world;
    auto& memory = world.memories[0][0];
    memory.scale = 1.0;
    memory.answers = memory.right = 9.0;
    Question<double> question;
    auto scene = question.scene(world, Item{}, 0, 0);
    step.learn(scene, step.outlook(scene, 0.0), 0.0, score);
    return step.outlook(scene, 0.0).gain;
  };
  EXPECT_NEAR(after(0.0) - after(1.0), 0.1 * std::log(2.0) - 0.6 * std::log(1.1), 1e-14);
  EXPECT_LT(after(1.0), after(0.0));
}

}  // namespace
