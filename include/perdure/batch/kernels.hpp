#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/result.hpp>
#include <perdure/fit/step_group.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// The compiled kernels: every model and profile of the catalog, once per instruction set, chosen at run time. This is the bare boundary of
/// raw pointers; perdure/batch/wide.hpp is what to call.
namespace perdure::inline PERDURE_ABI::batch {

/// An instruction set that kernels are compiled for. `baseline` is what every processor of the family has (SSE2 on x86-64; elsewhere whatever
/// the compiler makes of the same source).
enum class Isa : std::uint8_t { baseline, avx2, avx512 };

/// "sse2" (on x86-64, else "baseline"), "avx2" or "avx512".
[[nodiscard]] std::string_view name(Isa isa) noexcept;

/// The instruction sets that both this build and this machine have, narrow to wide; the first is `baseline`.
[[nodiscard]] std::span<const Isa> available() noexcept;

/// The instruction set in use: the widest available, or the one that the environment variable PERDURE_ISA names. An Error when it names one
/// that does not exist or that is not available. Read once, at the first call.
[[nodiscard]] const Result<Isa>& active_isa();

/// The functions of one model on one instruction set. They never throw. Columns are as long as they are said to be, parameters lie in their
/// bounds, grades are at most 4, days finite and not negative. `review` and `recall` can look at states and days on their way, while those are
/// in the cache: where `fits` is not null it receives whether all lie in their bounds (perdure/batch/bounds.hpp). Where it says no, the output
/// is worth nothing, unless a closer look finds all in order (a day of -0.0). Columns need no alignment beyond their element's; an output may
/// be the same column as the input of the same field. `parameters` stand in spec order, state columns in the order of state_fields.
///
///     state    float32 | x0 x1 x2 ...  one column per field         grade    uint8   | g0 g1 g2 ...  0: no answer, the state stays
///     elapsed  float32 | t0 t1 t2 ...  days
struct Kernels {
  /// State after the first answer of every row; NaN where the grade is 0.
  void (*first)(const double* parameters, std::size_t rows, const std::uint8_t* grade, float* const* out) noexcept;
  /// State after one more answer of every row and, when `due` is not null, days from then until recall falls to `target`.
  void (*review)(const double* parameters, std::size_t rows, const float* const* in, const std::uint8_t* grade, const float* elapsed,
                 float* const* out, float target, float* due, bool* fits) noexcept;
  /// Recall of every row, `elapsed` days after its last answer.
  void (*recall)(const double* parameters, std::size_t rows, const float* const* in, const float* elapsed, float* out, bool* fits) noexcept;
  /// Days until recall of every row falls to its target; infinity beyond the range of float32.
  void (*interval)(const double* parameters, std::size_t rows, const float* const* in, const float* target, float* out) noexcept;
  /// State after all answers of every card. Card c has the answers offsets[c] to offsets[c + 1] - 1; the elapsed days of a card's first answer
  /// are not read; a card without answers gets NaN.
  void (*replay)(const double* parameters, std::size_t cards, const std::int64_t* offsets, const std::uint8_t* grade, const float* elapsed,
                 float* const* out) noexcept;
  /// Whether all values lie in [lower, upper]; false where one is NaN.
  bool (*within)(std::size_t rows, const float* values, float lower, float upper) noexcept;
  /// The same for grades.
  bool (*grades_within)(std::size_t rows, const std::uint8_t* grade, std::uint8_t lower, std::uint8_t upper) noexcept;
  /// What a fit sums, and its scratch: see perdure::fit::Engine, which has the same two members. Both are null where a model has no tuned ones.
  void (*fit_add)(const double* parameters, const fit::StepGroup* groups, std::size_t count, int order, double* loss, double* gradient,
                  double* fisher, float* scratch) noexcept;
  std::size_t (*fit_scratch)(std::size_t rows) noexcept;
};

/// Kernels of a model and profile; null when the catalog has none of that name or the instruction set is not available.
[[nodiscard]] const Kernels* find_kernels(std::string_view id, std::string_view profile, Isa isa) noexcept;

}  // namespace perdure::inline PERDURE_ABI::batch
