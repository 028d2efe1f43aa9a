#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/grade.hpp>
#include <perdure/core/quantity.hpp>
#include <perdure/core/result.hpp>
#include <perdure/core/text.hpp>
#include <perdure/models/concept.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

namespace perdure::inline PERDURE_ABI::models {

/// Equations together with one set of parameter values: what an application keeps and calls, one answer at a time. A plain value; every call
/// is O(1) and has no side effect, so that one object serves any number of threads. A memory outside the bounds of its fields (state_fields),
/// such as one that a store has damaged, throws std::invalid_argument.
///
///     const models::Fsrs6 model;                        // default parameters
///     auto memory = model.first(Grade::good);
///     memory      = model.review(memory, Days{3.2}, Grade::good);
///     Days next   = model.interval(memory, 0.9);
template <class Equations>
class Model : public Equations {
 public:
  using Memory = typename Equations::template State<double>;
  using Values = typename Equations::template Params<double>;
  using Equations::first;
  using Equations::interval;
  using Equations::recall;
  using Equations::review;

  /// Default parameters.
  constexpr Model() : values_{default_params<Equations>()} {}

  /// Parameters in spec order. An Error names the one that is missing, not finite or out of its bounds.
  [[nodiscard]] static Result<Model> make(std::span<const double> values) {
    if (auto problem = check_parameters<Equations>(values)) return std::move(*problem);
    Model model;
    model.values_ = assemble<Equations, double>(std::span<const double, Equations::specs.size()>{values});
    return model;
  }

  [[nodiscard]] constexpr const Values& values() const noexcept { return values_; }

  /// Memory after the first answer.
  [[nodiscard]] Memory first(Grade grade) const { return Equations::first(values_, grade); }

  /// Memory after an answer given `elapsed` after the last one. Throws std::invalid_argument when elapsed is negative or not finite.
  [[nodiscard]] Memory review(const Memory& memory, Days elapsed, Grade grade) const {
    return Equations::review(values_, checked(memory), checked(elapsed), grade);
  }

  /// Probability of recall `elapsed` after the last answer, in [0, 1], never rising. Throws std::invalid_argument when elapsed is negative
  /// or not finite.
  [[nodiscard]] double recall(const Memory& memory, Days elapsed) const {
    return Equations::recall(values_, checked(memory), checked(elapsed));
  }

  /// Time until recall falls to `target`: 0 when it is there at once, infinite when it never gets there. Throws std::invalid_argument when the
  /// target is outside (0, 1].
  [[nodiscard]] Days interval(const Memory& memory, double target) const {
    if (!(target > 0.0 && target <= 1.0)) throw std::invalid_argument{"target recall must be in (0, 1], got " + to_text(target)};
    return Days{Equations::interval(values_, checked(memory), target)};
  }

  /// Time until recall falls to 0.9, whatever a model's own columns mean: FSRS-6's stability is this time, FSRS-7's is not.
  [[nodiscard]] Days s90(const Memory& memory) const { return interval(memory, 0.9); }

 private:
  [[nodiscard]] static const Memory& checked(const Memory& memory) {
    const auto values = std::bit_cast<std::array<double, Equations::state_fields.size()>>(memory);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const StateSpec& field = Equations::state_fields[k];
      if (!(values[k] >= field.lower && values[k] <= field.upper)) {
        throw std::invalid_argument{std::string{field.name} + " must be in [" + to_text(field.lower) + ", " + to_text(field.upper) +
                                    "], got " + to_text(values[k])};
      }
    }
    return memory;
  }

  [[nodiscard]] static double checked(Days elapsed) {
    const double days = elapsed.value();
    if (!(days >= 0.0) || days > 1e9) throw std::invalid_argument{"elapsed days must be finite and >= 0, got " + to_text(days)};
    return days;
  }

  Values values_;
};

}  // namespace perdure::inline PERDURE_ABI::models
