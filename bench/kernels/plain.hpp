#pragma once

#include <cstddef>
#include <cstdint>

/// What the kernels of FSRS-6 are compared with: the same work as one would write it first. CMake compiles plain.cpp once per instruction set, with
/// the flags and names of the kernels; only plain C types cross. `w` holds the 21 parameters, `target` the recall to ask at.
extern "C" {

struct perdure_plain {
  /// Rows one after another with std::pow and std::exp in float32, each evaluating only the branch that it needs.
  void (*scalar_update)(const float* w, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                        float* const* out, float target, float* due);
  /// Eigen arrays of 1,024 rows with .exp() and .log(), all branches evaluated and selected from.
  void (*eigen_update)(const float* w, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                       float* const* out, float target, float* due);
  /// The same with Array::pow.
  void (*eigen_pow_update)(const float* w, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                           float* const* out, float target, float* due);
  void (*scalar_recall)(const float* w, std::size_t rows, const float* stability, const float* elapsed, float* out);
  void (*eigen_recall)(const float* w, std::size_t rows, const float* stability, const float* elapsed, float* out);
  /// Cards one after another, as scalar_update. offsets: cards + 1.
  void (*scalar_replay)(const float* w, std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade, const float* elapsed,
                        float* const* out);
  /// The bytes of recall with nothing to compute: out = a + b. `streamed` writes past the cache and wants `out` on a cache line.
  void (*sum)(std::size_t rows, const float* a, const float* b, float* out);
  void (*streamed_sum)(std::size_t rows, const float* a, const float* b, float* out);
};
}
