#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/plan/library.hpp>
#include <perdure/plan/previous_plan.hpp>
#include <perdure/plan/session_schedule.hpp>

namespace perdure::inline PERDURE_ABI::plan {

/// A plan made before, and the days of sessions that change it only where that brings more than its margin.
struct KeptPlan {
  PreviousPlan previous;
  SessionSchedule schedule;

  /// Throws Exception (shape_mismatch, out_of_domain) for a previous plan that does not fit the library's problem.
  KeptPlan(const Library& library, const PreviousPlan& plan, unsigned threads = 1) : previous{plan}, schedule{library, threads, &plan} {}
};

}  // namespace perdure::inline PERDURE_ABI::plan
