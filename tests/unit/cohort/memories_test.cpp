#include <perdure/cohort/memories.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

namespace {

using perdure::cohort::Memories;
using perdure::cohort::MemoryState;

MemoryState<float> of(float scale) {
  MemoryState<float> m;
  m.scale = scale;
  return m;
}

TEST(CohortMemories, AreFoundByLearnerAndMaterial) {
  constexpr std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  Memories memories;
  const std::vector<std::uint64_t> keys{Memories::key(1, 0), Memories::key(0, 1), Memories::key(last, 0), Memories::key(0, last),
                                        Memories::key(last, last)};
  for (std::size_t k = 0; k < keys.size(); ++k) {
    EXPECT_EQ(memories.find(keys[k]), nullptr);
    memories.put(keys[k], of(static_cast<float>(k)));
  }
  for (std::size_t k = 0; k < keys.size(); ++k) EXPECT_EQ(memories.find(keys[k])->scale, static_cast<float>(k));
  EXPECT_EQ(memories.keys(), keys);
}

TEST(CohortMemories, StayWhereTheyWereMade) {
  Memories memories;
  memories.put(7, of(1.0F));
  memories.put(3, of(2.0F));
  memories.put(7, of(5.0F));
  EXPECT_EQ(memories.size(), 2U);
  EXPECT_EQ(memories.keys(), (std::vector<std::uint64_t>{7, 3}));
  EXPECT_EQ(memories.states()[0].scale, 5.0F);
  Memories copy = memories;
  copy.put(3, of(9.0F));
  EXPECT_EQ(memories.find(3)->scale, 2.0F);
}

}  // namespace
