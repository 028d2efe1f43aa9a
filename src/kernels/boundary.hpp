#pragma once

#include <perdure/cohort/rows.hpp>
#include <perdure/fit/step_group.hpp>

#include <cstddef>
#include <cstdint>

/// What crosses from a kernel object to the rest of the library: plain C types and pointers to functions, no name of ours that could differ
/// between two instruction sets. The functions are described at perdure::batch::Kernels, which has the same members in the same order.
extern "C" {

struct perdure_kernel_entry {
  const char* id;
  const char* profile;
  void (*first)(const double*, size_t, const uint8_t*, float* const*) noexcept;
  void (*review)(const double*, size_t, const float* const*, const uint8_t*, const float*, float* const*, float, float*, bool*) noexcept;
  void (*recall)(const double*, size_t, const float* const*, const float*, float*, bool*) noexcept;
  void (*interval)(const double*, size_t, const float* const*, const float*, float*) noexcept;
  void (*replay)(const double*, size_t, const int64_t*, const uint8_t*, const float*, float* const*) noexcept;
  bool (*within)(size_t, const float*, float, float) noexcept;
  bool (*grades_within)(size_t, const uint8_t*, uint8_t, uint8_t) noexcept;
  void (*fit_add)(const double*, const perdure_step_group*, size_t, int, double*, double*, double*, float*) noexcept;
  size_t (*fit_scratch)(size_t) noexcept;
};

struct perdure_kernel_list {
  const perdure_kernel_entry* entries;
  size_t size;
  void (*cohort_pass)(const double*, const perdure_cohort_rows&, perdure_cohort_sums&) noexcept;  // null but in one shard
};
}
