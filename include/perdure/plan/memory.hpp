#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/models/concept.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <span>

namespace perdure::inline PERDURE_ABI::plan {

/// Most state variables of a memory that can be planned with: its states lie on a grid of so many dimensions.
inline constexpr std::size_t most_fields = 3;

/// A state of memory, as many numbers as it has fields; those behind are 0.
using State = std::array<double, most_fields>;

/// Memory as a planner sees it: what is recalled when, and what an answer changes. An answer is right or wrong.
class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = default;
  Memory& operator=(const Memory&) = default;
  virtual ~Memory() = default;

  /// Names and bounds of the state's numbers: 1 to `most_fields`.
  [[nodiscard]] virtual std::span<const models::StateSpec> fields() const = 0;
  /// Probability of a right answer `days` >= 0 after the last one.
  [[nodiscard]] virtual double recall(const State& state, double days) const = 0;
  /// The state after an answer `days` >= 0 after the last one.
  [[nodiscard]] virtual State after(const State& state, double days, bool right) const = 0;
};

/// A memory model and its parameters: Good for right, Again for wrong.
template <models::MemoryModel M>
requires(M::state_fields.size() <= most_fields) class MemoryOf final : public Memory {
 public:
  using Params = typename M::template Params<double>;

  explicit MemoryOf(const Params& params) : params_{params} {}

  [[nodiscard]] std::span<const models::StateSpec> fields() const override { return M::state_fields; }
  [[nodiscard]] double recall(const State& state, double days) const override { return M::recall(params_, inner(state), days); }
  [[nodiscard]] State after(const State& state, double days, bool right) const override {
    return outer(M::review(params_, inner(state), days, right ? Grade::good : Grade::again));
  }

 private:
  static constexpr std::size_t n = M::state_fields.size();
  using Inner = typename M::template State<double>;

  static Inner inner(const State& state) {
    std::array<double, n> values;
    for (std::size_t i = 0; i < n; ++i) values[i] = state[i];
    return std::bit_cast<Inner>(values);
  }
  static State outer(const Inner& state) {
    const auto values = std::bit_cast<std::array<double, n>>(state);
    State all{};
    for (std::size_t i = 0; i < n; ++i) all[i] = values[i];
    return all;
  }

  Params params_;
};

}  // namespace perdure::inline PERDURE_ABI::plan
