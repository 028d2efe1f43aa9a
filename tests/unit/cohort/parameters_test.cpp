#include <perdure/cohort/parameters.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <numeric>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace perdure::cohort;

std::size_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < parameter_count; ++i) {
    if (specs[i].spec.name == name) return i;
  }
  ADD_FAILURE() << "no parameter " << name;
  return parameter_count;
}

void expect_memory(const MemoryParameters<std::size_t>& p, const std::string& level) {
  const auto expect = [&level](std::size_t found, const std::string& name) { EXPECT_EQ(found, index_of(level + name)) << level << name; };
  expect(p.offset, "_offset");
  expect(p.count, "_count");
  expect(p.wins, "_wins");
  expect(p.losses, "_losses");
  expect(p.decay, "_decay");
  expect(p.scale, "_scale");
  expect(p.carry, "_carry");
  expect(p.first_gain, "_first_gain");
  expect(p.growth, "_growth");
  expect(p.growth_decay, "_growth_decay");
  expect(p.failure, "_failure");
  expect(p.form_keep, "_form_keep");
  expect(p.form_gain, "_form_gain");
  expect(p.count_variance, "_count_variance");
  expect(p.learner_count_variance, "_learner_count_variance");
  expect(p.decay_variance, "_decay_variance");
  expect(p.cohort_offset_variance, "_cohort_offset_variance");
  expect(p.cohort_count_variance, "_cohort_count_variance");
  expect(p.cohort_decay_variance, "_cohort_decay_variance");
}

TEST(CohortParameters, MembersStandInTheOrderOfTheSpecs) {
  std::array<std::size_t, parameter_count> places{};
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto p = assemble<std::size_t>(places);
  const auto expect = [](std::size_t found, std::string_view name) { EXPECT_EQ(found, index_of(name)) << name; };
  expect(p.level, "level");
  expect(p.practice, "practice");
  expect(p.ability_variance, "ability_variance");
  expect(p.item_variance, "item_variance");
  expect(p.skill_variance, "skill_variance");
  expect(p.learner_skill_variance, "learner_skill_variance");
  expect(p.learner_item_variance, "learner_item_variance");
  expect(p.ability_noise, "ability_noise");
  expect(p.ability_noise_rate, "ability_noise_rate");
  expect(p.learner_skill_noise, "learner_skill_noise");
  expect(p.learner_skill_noise_rate, "learner_skill_noise_rate");
  expect(p.form_keep, "form_keep");
  expect(p.form_gain, "form_gain");
  expect(p.learner_decay_variance, "learner_decay_variance");
  expect(p.cohort_level_variance, "cohort_level_variance");
  expect(p.guess, "guess");
  expect(p.slip, "slip");
  expect(p.exposure, "exposure");
  expect_memory(p.skill, "skill");
  expect_memory(p.item, "item");
}

TEST(CohortParameters, NamesDifferAndDefaultsLieInTheirBounds) {
  std::set<std::string_view> names;
  for (const auto& [spec, scale] : specs) {
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_LE(spec.lower, spec.init) << spec.name;
    EXPECT_LE(spec.init, spec.upper) << spec.name;
    EXPECT_GT(spec.prior_sd, 0.0) << spec.name;
    EXPECT_FALSE(spec.doc.empty()) << spec.name;
    if (scale != Scale::plain) {
      EXPECT_GT(spec.lower, 0.0) << spec.name;
    }
    if (scale == Scale::unit) {
      EXPECT_LT(spec.upper, 1.0) << spec.name;
    }
  }
}

/// The bounds that the laws rest on (docs/adr/0023-cohort-model.md).
TEST(CohortParameters, NoBoundAllowsALawToBreak) {
  for (const std::string level : {"skill", "item"}) {
    for (const char* name : {"_wins", "_losses", "_decay", "_first_gain", "_growth", "_growth_decay", "_form_gain"}) {
      EXPECT_GE(specs[index_of(level + name)].spec.lower, 0.0) << level << name;
    }
    EXPECT_LE(specs[index_of(level + "_failure")].spec.upper, 1.0);
  }
  EXPECT_GE(specs[index_of("form_gain")].spec.lower, 0.0);
}

TEST(CohortParameters, DefaultsAreTheSpecs) {
  const auto values = defaults();
  for (std::size_t i = 0; i < parameter_count; ++i) EXPECT_EQ(values[i], specs[i].spec.init);
}

/// The page's table is that of the package: with `%g`, as on the pages of the other models.
TEST(CohortParameters, ThePageHasTheTable) {
  std::ifstream page{PERDURE_TEST_DATA "/../docs/models/cohort.md"};
  ASSERT_TRUE(page);
  std::vector<std::string> found, wanted;
  for (std::string line; std::getline(page, line);) {
    if (std::size_t end = 0; line.starts_with("| `") && (end = line.find('`', 3)) != std::string::npos) {
      const std::string_view name = std::string_view{line}.substr(3, end - 3);
      for (const auto& [spec, scale] : specs) {
        if (spec.name == name) found.push_back(line);
      }
    }
  }
  for (const auto& [spec, scale] : specs) {
    std::ostringstream row;
    row << "| `" << spec.name << "` | " << spec.unit << " | " << spec.init << " | [" << spec.lower << ", " << spec.upper << "] | "
        << spec.prior_sd << " | " << spec.doc << " |";
    wanted.push_back(row.str());
  }
  std::string table;
  for (const std::string& row : wanted) table += row + '\n';
  EXPECT_THAT(found, testing::ElementsAreArray(wanted)) << "the table is\n" << table;
}

}  // namespace
