#pragma once

#include <perdure/batch/kernels.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/core/executor.hpp>
#include <perdure/core/result.hpp>
#include <perdure/models/concept.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace perdure::inline PERDURE_ABI::batch {

/// One float32 column per state field, in the order of the model's state_fields; all equally long.
using StateColumns = std::span<const std::span<const float>>;
using MutableStateColumns = std::span<const std::span<float>>;

/// Where recall is to be asked next: days from each row's answer until recall falls to `target`, in (0, 1].
struct Due {
  float target;
  std::span<float> days;
};

/// A model and its parameters over whole columns, by the kernels of one instruction set: what to call for a million rows. Structure of arrays
/// in, structure of arrays out, any alignment. An output column may be a whole input column of float32 (a state column: that of its own field),
/// but not of a replay; columns that overlap in any other way throw Exception.
///
/// Every function looks at its input before it uses it. Columns of different lengths, a grade that is not 1, 2, 3 or 4, elapsed days that are
/// negative, not finite or above 1e6, a target outside (0, 1] and a state outside the bounds of its field throw Exception, which names the
/// column, the first such row and its value. Output columns then hold nothing to be used; where they are input columns too, they are unchanged.
///
/// The numbers are float32 arithmetic (double for models with KernelReal = double) and agree with the model's template in double to the
/// tolerance that tests/laws/kernel_rows.hpp derives; within one instruction set their bits do not depend on the executor.
///
///     const auto wide = batch::Wide::of<models::Fsrs6>();
///     wide.review({{stability, difficulty}}, grade, elapsed, {{stability, difficulty}}, 4);   // in place, four threads
class Wide {
 public:
  /// The model `id` with `profile` and its parameters in spec order. An Error names the model, parameter or instruction set that does not fit.
  [[nodiscard]] static Result<Wide> make(std::string_view id, std::string_view profile, std::span<const double> parameters);
  [[nodiscard]] static Result<Wide> make(std::string_view id, std::string_view profile, std::span<const double> parameters, Isa isa);

  /// A model of the catalog with its default parameters. Throws Exception when PERDURE_ISA names what the machine does not have.
  template <models::MemoryModel M>
  [[nodiscard]] static Wide of() {
    return make(M::id, M::profile, models::defaults<M>()).value();
  }

  [[nodiscard]] Isa isa() const noexcept { return isa_; }
  [[nodiscard]] std::string_view id() const noexcept { return id_; }
  [[nodiscard]] std::span<const models::StateSpec> state_fields() const noexcept { return fields_; }

  /// State after the first answer of every row.
  void first(std::span<const std::uint8_t> grade, MutableStateColumns out, const Executor& executor = {}) const;

  /// State after one more answer of every row, `elapsed` days after the last one; with `due`, also when to ask again.
  void review(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out,
              const Executor& executor = {}) const;
  void review(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out, const Due& due,
              const Executor& executor = {}) const;

  /// Recall of every row, in [0, 1], `elapsed` days after the last answer.
  void recall(StateColumns in, std::span<const float> elapsed, std::span<float> out, const Executor& executor = {}) const;

  /// Days until recall of every row falls to its target: 0 where it is there at once, infinity where it never gets there or beyond float32.
  void interval(StateColumns in, std::span<const float> target, std::span<float> out, const Executor& executor = {}) const;

  /// State after all answers of every card. Card c has the answers offsets[c] to offsets[c + 1] - 1, in order of time; offsets never fall,
  /// and lie in [0, answers]. The elapsed days of a card's first answer are not read. A card without answers gets NaN. Cards of very
  /// different lengths may stand in any order.
  void replay(std::span<const std::int64_t> offsets, std::span<const std::uint8_t> grade, std::span<const float> elapsed,
              MutableStateColumns out, const Executor& executor = {}) const;

 private:
  Wide() = default;
  void check_state_rows(StateColumns in, std::size_t begin, std::size_t end, bool& fits) const;
  void review_with(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out,
                   const Due* due, const Executor& executor) const;
  template <class Safe, class Fits, class Problem, class Work>
  void run(std::size_t rows, bool in_place, const Executor& executor, const Safe& safe, const Fits& fits, const Problem& problem,
           const Work& work) const;

  std::string_view id_;
  std::span<const models::StateSpec> fields_;
  std::vector<double> parameters_;
  Kernels kernels_{};
  Isa isa_{};
};

}  // namespace perdure::inline PERDURE_ABI::batch
