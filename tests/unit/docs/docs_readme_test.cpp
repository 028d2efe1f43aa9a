// The C++ lines of README.md, compiled and checked. tests/python/test_docs_examples.py compares the page with this file.
#include <perdure/models/fsrs6.hpp>

#include <gtest/gtest.h>

namespace {

TEST(DocsReadme, OneAnswerAtATime) {
  using namespace perdure;
  const models::Fsrs6 model;                              // default parameters
  auto memory = model.first(Grade::good);                 // two numbers: keep them beside the learner and the item
  memory = model.review(memory, Days{3.2}, Grade::good);  // one more answer: O(1), no global state
  const double recall = model.recall(memory, Days{10});   // recall ten days later
  const Days next = model.interval(memory, 0.9);          // time until it falls to 90 %
  EXPECT_GT(recall, 0.9);
  EXPECT_NEAR(model.recall(memory, next), 0.9, 1e-12);
}

}  // namespace
