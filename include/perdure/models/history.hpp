#pragma once

#include <perdure/core/abi.hpp>
#include <perdure/core/math.hpp>
#include <perdure/models/param_spec.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

/// Past answers as state columns, for models that look at all of them. A card's history grows without end; here it is held in a fixed
/// number of slots, newest first. Up to `cap` answers each have a slot of their own, and the model is exact. Beyond, the two neighbors whose
/// ages are closest in ratio share a slot, so that the slots spread evenly over ln age: the last days stay sharp, and what was long ago
/// becomes coarse, as in a logarithmic histogram. No answer is dropped. Merging moves answers by a fixed number of days while they grow
/// older, so what it changes fades; docs/models/act_r.md and dash.md give its size on real logs.
namespace perdure::inline PERDURE_ABI::models {

/// One answer, or several merged ones.
template <class T>
struct Slot {
  T age;    ///< days before the last answer, in [0, longest_age]; 0 in the newest slot and in empty ones
  T count;  ///< how many answers it stands for; 0 for an empty slot, which has 0 in every field
  T mark;   ///< what else the model keeps about them
};

inline constexpr double longest_age = 1e9;  ///< days; ages stop there

/// `cap` slots, newest first, empty ones last: age_1, count_1, mark_1, age_2, ... A plain aggregate of 3 cap numbers.
template <class T, std::size_t cap>
struct History {
  std::array<T, 3 * cap> column;

  [[nodiscard]] constexpr Slot<T> slot(std::size_t k) const { return {column[3 * k], column[3 * k + 1], column[3 * k + 2]}; }
  constexpr void put(std::size_t k, const Slot<T>& slot) {
    column[3 * k] = slot.age;
    column[3 * k + 1] = slot.count;
    column[3 * k + 2] = slot.mark;
  }

  /// The history of one answer, with which everything begins.
  [[nodiscard]] static History of(const Slot<T>& first) {
    History history;
    history.column.fill(T(0.0));
    history.put(0, first);
    return history;
  }
};

namespace detail {

template <class Condition, class T>
[[nodiscard]] Slot<T> select_slot(const Condition& condition, const Slot<T>& yes, const Slot<T>& no) {
  using math::select;
  return {select(condition, yes.age, no.age), select(condition, yes.count, no.count), select(condition, yes.mark, no.mark)};
}

}  // namespace detail

/// History after one more answer, `days` after the last one. `merge(newer, older)` says what two slots become when there is no empty one.
/// Which two is decided by ages alone, so that derivatives by parameters are exact (where `merge` moves ages by parameters, as ACT-R's does, but
/// for the points at which the choice changes). O(cap), branch-free for packs.
template <class T, std::size_t cap, class Merge>
[[nodiscard]] History<T, cap> remembered(const History<T, cap>& past, const T& days, const Slot<T>& latest, const Merge& merge) {
  using math::select;
  constexpr bool plain = std::is_same_v<std::remove_cvref_t<decltype(days > days)>, bool>;  // no pack: may look and skip
  constexpr double same_age = 1e-3;  // days: ages that differ by less are the same in ratio
  std::array<Slot<T>, cap + 1> line;
  line[0] = latest;
  for (std::size_t k = 0; k < cap; ++k) {
    Slot<T> slot = past.slot(k);
    slot.age = select(slot.count > T(0.0), math::min<T>(slot.age + days, T(longest_age)), T(0.0));
    line[k + 1] = slot;
  }

  if constexpr (plain) {
    if (!(line[cap].count > T(0.0))) {
      History<T, cap> next;
      for (std::size_t k = 0; k < cap; ++k) next.put(k, line[k]);
      return next;
    }
  }

  // The pair to join: an empty slot and its neighbor where there is one (the last such pair), else the closest.
  T closest = T(2.0);  // above every gap
  T place = T(0.0);
  Slot<T> newer = line[0];
  Slot<T> older = line[1];
  for (std::size_t k = 0; k < cap; ++k) {
    const T ratio = (line[k + 1].age - line[k].age) / (line[k + 1].age + line[k].age + T(same_age));
    const T gap = select(line[k + 1].count > T(0.0), ratio, T(-1.0));
    const auto closer = gap <= closest;
    closest = select(closer, gap, closest);
    place = select(closer, T(static_cast<double>(k)), place);
    newer = detail::select_slot(closer, line[k], newer);
    older = detail::select_slot(closer, line[k + 1], older);
  }
  Slot<T> joined = newer;
  if constexpr (plain) {
    joined = merge(newer, older);
  } else {
    joined = detail::select_slot(older.count > T(0.0), Slot<T>{merge(newer, older)}, newer);
  }

  History<T, cap> next;
  for (std::size_t k = 0; k < cap; ++k) {
    const T here = T(static_cast<double>(k));
    next.put(k, detail::select_slot(here < place, line[k], detail::select_slot(here > place, line[k + 1], joined)));
  }
  return next;
}

/// Merging where `mark` counts some of the answers: both counts add up, and the age is the mean, so that a sum of powers of age changes by
/// the second order of the difference alone.
struct MergeCounts {
  template <class T>
  [[nodiscard]] Slot<T> operator()(const Slot<T>& newer, const Slot<T>& older) const {
    const T count = newer.count + older.count;
    const T share = older.count / math::max<T>(count, T(1.0));
    return {newer.age + (older.age - newer.age) * share, count, newer.mark + older.mark};
  }
};

/// State fields of `cap` slots: the three `kinds` (age, count, mark), numbered from 1. `kinds` is a constant of namespace scope, because names
/// are views.
template <const std::array<StateSpec, 3>& kinds, std::size_t cap>
struct SlotFields {
 private:
  struct Name {
    std::array<char, 32> text{};
    std::size_t size = 0;
  };

  static constexpr Name name(std::string_view kind, std::size_t number) {
    Name made;
    for (const char c : kind) made.text[made.size++] = c;
    made.text[made.size++] = '_';
    if (number >= 10) made.text[made.size++] = static_cast<char>('0' + number / 10);
    made.text[made.size++] = static_cast<char>('0' + number % 10);
    return made;
  }

  static_assert(cap < 100);
  static constexpr auto names = [] {
    std::array<Name, 3 * cap> all;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = name(kinds[i % 3].name, i / 3 + 1);
    return all;
  }();

 public:
  static constexpr auto specs = [] {
    std::array<StateSpec, 3 * cap> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i] = kinds[i % 3];
      all[i].name = std::string_view{names[i].text.data(), names[i].size};
    }
    return all;
  }();
};

/// Fields of the histories that count answers and successes.
inline constexpr std::array<StateSpec, 3> counted_slot{StateSpec{"age", "days", 0.0, longest_age}, StateSpec{"attempts", "1", 0.0, 1e9},
                                                       StateSpec{"successes", "1", 0.0, 1e9}};

}  // namespace perdure::inline PERDURE_ABI::models
