#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/fit/engine.hpp>
#include <perdure/models/fsrs6.hpp>
#include <perdure/models/half_life.hpp>

#include <gtest/gtest.h>

namespace {

using namespace perdure;

/// A model of a user's own that goes by the name of one of ours.
struct Namesake : models::HalfLife {
  static constexpr std::string_view id = models::Fsrs6::id;
  static constexpr std::string_view profile = models::Fsrs6::profile;
};

TEST(FitEngine, IsTheKernelWhereThereIsOne) {
  const fit::Engine tuned = batch::fit_engine<models::Fsrs6>();
  EXPECT_EQ(tuned.add, batch::find_kernels("fsrs6", "perdure", batch::active_isa().value())->fit_add);
  EXPECT_EQ(tuned.scratch, batch::find_kernels("fsrs6", "perdure", batch::active_isa().value())->fit_scratch);
  EXPECT_EQ(tuned.parameters, 21U);
}

TEST(FitEngine, IsTheTemplateElsewhere) {
  const fit::Engine portable = batch::fit_engine<models::HalfLife>();
  EXPECT_EQ(portable.add, fit::portable<models::HalfLife>().add);
  EXPECT_EQ(portable.parameters, models::HalfLife::specs.size());
  EXPECT_EQ(batch::fit_engine<Namesake>().add, fit::portable<Namesake>().add);
}

TEST(FitEngine, IsNullForWhatHasNoKernel) {
  for (const batch::Isa isa : batch::available()) {
    EXPECT_EQ(batch::fit_engine("half-life", "perdure", isa).add, nullptr);
    EXPECT_EQ(batch::fit_engine("nothing", "perdure", isa).add, nullptr);
    EXPECT_EQ(batch::fit_engine("nothing", "perdure", isa).parameters, 0U);
  }
}

}  // namespace
