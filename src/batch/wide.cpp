#include "overlap.hpp"

#include <perdure/batch/check.hpp>
#include <perdure/batch/wide.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/core/text.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <optional>
#include <string>

namespace perdure::inline PERDURE_ABI::batch {
namespace {

/// Rows (of a replay: cards) of a task: many, so that a kernel's own start (a microsecond for FSRS-6's tables) vanishes; fewer where there are
/// few, so that all threads have work. Multiples of what the kernels of FSRS-6 handle together.
constexpr std::size_t few_rows = 8192;
constexpr std::size_t many_rows = 32768;
constexpr std::size_t rows_per_task(std::size_t rows) { return rows < 8 * many_rows ? few_rows : many_rows; }

/// What the catalog says of a model at run time.
struct Entry {
  std::string_view id, profile;
  std::span<const models::ParamSpec> specs;
  std::span<const models::StateSpec> fields;
};

std::optional<Entry> find_entry(std::string_view id, std::string_view profile) {
  std::optional<Entry> found;
  catalog::Profiles::any_of([&]<class M>() {
    if (M::id != id || M::profile != profile) return false;
    found = Entry{M::id, M::profile, M::specs, M::state_fields};
    return true;
  });
  return found;
}

std::string known_models() {
  std::string names;
  catalog::Profiles::for_each(
      [&]<class M>() { names += (names.empty() ? "" : ", ") + std::string{M::id} + "/" + std::string{M::profile}; });
  return names;
}

void require_rows(std::size_t rows, std::size_t expected, std::string_view name) {
  if (rows != expected) {
    throw Exception{
        {Errc::shape_mismatch, std::string{name} + " must have " + to_text(expected) + " rows, got " + to_text(rows), std::nullopt}};
  }
}

template <class Column>
void require_columns(std::string_view id, std::span<const models::StateSpec> fields, std::span<const Column> columns, std::size_t rows) {
  if (columns.size() != fields.size()) {
    throw Exception{{Errc::shape_mismatch,
                     std::string{id} + " has " + to_text(fields.size()) + " state columns, got " + to_text(columns.size()), std::nullopt}};
  }
  for (std::size_t k = 0; k < columns.size(); ++k) require_rows(columns[k].size(), rows, fields[k].name);
}

template <class Float>
std::vector<Float*> starts(std::span<const std::span<Float>> columns) {
  std::vector<Float*> pointers;
  pointers.reserve(columns.size());
  for (const auto& column : columns) pointers.push_back(column.data());
  return pointers;
}

/// The same columns from row `begin` on, for one task; models of up to `few` fields need no heap.
template <class Float>
class From {
 public:
  From(const std::vector<Float*>& columns, std::size_t begin) {
    if (columns.size() > few.size()) many.resize(columns.size());
    data = columns.size() > few.size() ? many.data() : few.data();
    for (std::size_t k = 0; k < columns.size(); ++k) data[k] = columns[k] + begin;
  }
  [[nodiscard]] Float* const* get() const { return data; }

 private:
  std::array<Float*, 8> few{};
  std::vector<Float*> many;
  Float** data;
};

void refuse(std::optional<Error> problem) {
  if (problem) throw Exception{std::move(*problem)};
}

/// Where there is nothing more to look at.
constexpr auto nothing = [](std::size_t, std::size_t) { return true; };

/// Whether a review writes where it reads; throws on an overlap that it could not work with.
bool review_in_place(std::span<const models::StateSpec> fields, StateColumns in, std::span<const std::uint8_t> grade,
                     std::span<const float> elapsed, MutableStateColumns out, const Due* due) {
  require_outputs_apart(fields, out, grade);
  bool any = state_in_place(fields, in, out);
  for (std::size_t k = 0; k < out.size(); ++k) any = same_or_apart(fields[k].name, out[k], "elapsed_days", elapsed) || any;
  if (due == nullptr) return any;
  require_apart("due", due->days, "an input column", grade);
  for (const auto& column : out) require_apart("due", due->days, "another output column", column);
  return column_in_place("due", due->days, fields, in, "elapsed_days", elapsed) || any;
}

/// The smallest float32 above 0: targets lie in (0, 1].
constexpr float above_zero = std::numeric_limits<float>::denorm_min();

}  // namespace

Result<Wide> Wide::make(std::string_view id, std::string_view profile, std::span<const double> parameters) {
  const Result<Isa>& isa = active_isa();
  if (!isa) return isa.error();
  return make(id, profile, parameters, *isa);
}

Result<Wide> Wide::make(std::string_view id, std::string_view profile, std::span<const double> parameters, Isa isa) {
  const std::optional<Entry> entry = find_entry(id, profile);
  if (!entry) {
    return Error{Errc::unknown_name, "there is no model \"" + std::string{id} + "\" with profile \"" + std::string{profile} +
                                         "\"; there are " + known_models()};
  }
  if (auto problem = models::check_parameters(entry->id, entry->specs, parameters)) return std::move(*problem);
  const Kernels* kernels = find_kernels(id, profile, isa);
  if (kernels == nullptr) {
    return Error{Errc::not_found, "this machine or build has no kernels for the instruction set " + std::string{name(isa)}};
  }
  Wide wide;
  wide.id_ = entry->id;
  wide.fields_ = entry->fields;
  wide.parameters_.assign(parameters.begin(), parameters.end());
  wide.kernels_ = *kernels;
  wide.isa_ = isa;
  return wide;
}

/// Works task by task. `safe(begin, end)` says whether a kernel may run over these rows at all, `fits(begin, end)` whether all that they hold
/// is in its bounds, `work(begin, end)` runs the kernel and says whether it saw anything that may not be; `problem()` finds the first row that is
/// out of bounds and throws, or returns when there is none. In place everything is looked at before anything is written; elsewhere the
/// kernel looks on its way, so that a column comes from memory once.
template <class Safe, class Fits, class Problem, class Work>
void Wide::run(std::size_t rows, bool in_place, const Executor& executor, const Safe& safe, const Fits& fits, const Problem& problem,
               const Work& work) const {
  const std::size_t per_task = rows_per_task(rows);
  std::atomic<bool> doubtful{false};
  const auto each_task = [&](const auto& holds) {
    executor((rows + per_task - 1) / per_task, [&](std::size_t task) {
      if (!holds(task * per_task, std::min(rows, (task + 1) * per_task))) doubtful.store(true, std::memory_order_relaxed);
    });
  };
  if (in_place) {
    each_task([&](std::size_t begin, std::size_t end) { return safe(begin, end) && fits(begin, end); });
    if (doubtful) problem();
    each_task([&](std::size_t begin, std::size_t end) { return work(begin, end) || true; });  // what it saw may be overwritten by now
  } else {
    each_task([&](std::size_t begin, std::size_t end) { return safe(begin, end) && work(begin, end); });
    if (doubtful) problem();
  }
}

void Wide::check_state_rows(StateColumns in, std::size_t begin, std::size_t end, bool& fits) const {
  for (std::size_t k = 0; k < fields_.size() && fits; ++k) {
    const Bounds bounds = bounds_of(fields_[k]);
    fits = kernels_.within(end - begin, in[k].data() + begin, bounds.lower, bounds.upper);
  }
}

void Wide::first(std::span<const std::uint8_t> grade, MutableStateColumns out, const Executor& executor) const {
  const std::size_t rows = grade.size();
  require_columns(id_, fields_, out, rows);
  require_outputs_apart(fields_, out, grade);
  const auto to = starts(out);
  run(
      rows, false, executor,
      [&](std::size_t begin, std::size_t end) { return kernels_.grades_within(end - begin, grade.data() + begin, 1, 4); }, nothing,
      [&] { refuse(check_grades(grade)); },
      [&](std::size_t begin, std::size_t end) {
        kernels_.first(parameters_.data(), end - begin, grade.data() + begin, From{to, begin}.get());
        return true;
      });
}

void Wide::review(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out,
                  const Executor& executor) const {
  review_with(in, grade, elapsed, out, nullptr, executor);
}

void Wide::review(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out,
                  const Due& due, const Executor& executor) const {
  require_rows(due.days.size(), grade.size(), "due");
  refuse(check_targets(std::span{&due.target, 1}));
  review_with(in, grade, elapsed, out, &due, executor);
}

void Wide::review_with(StateColumns in, std::span<const std::uint8_t> grade, std::span<const float> elapsed, MutableStateColumns out,
                       const Due* due, const Executor& executor) const {
  const std::size_t rows = grade.size();
  require_rows(elapsed.size(), rows, "elapsed_days");
  require_columns(id_, fields_, in, rows);
  require_columns(id_, fields_, out, rows);
  const bool writes_input = review_in_place(fields_, in, grade, elapsed, out, due);
  const auto from = starts(in);
  const auto to = starts(out);
  run(
      rows, writes_input, executor,
      [&](std::size_t begin, std::size_t end) { return kernels_.grades_within(end - begin, grade.data() + begin, 1, 4); },
      [&](std::size_t begin, std::size_t end) {
        bool fits = kernels_.within(end - begin, elapsed.data() + begin, 0.0F, longest_elapsed);
        check_state_rows(in, begin, end, fits);
        return fits;
      },
      [&] {
        refuse(check_grades(grade));
        refuse(check_elapsed(elapsed));
        for (std::size_t k = 0; k < fields_.size(); ++k) refuse(check_state(in[k], fields_[k]));
      },
      [&](std::size_t begin, std::size_t end) {
        bool fits = true;
        kernels_.review(parameters_.data(), end - begin, From{from, begin}.get(), grade.data() + begin, elapsed.data() + begin,
                        From{to, begin}.get(), due != nullptr ? due->target : 1.0F, due != nullptr ? due->days.data() + begin : nullptr,
                        &fits);
        return fits;
      });
}

void Wide::recall(StateColumns in, std::span<const float> elapsed, std::span<float> out, const Executor& executor) const {
  const std::size_t rows = elapsed.size();
  require_columns(id_, fields_, in, rows);
  require_rows(out.size(), rows, "out");
  const auto from = starts(in);
  const bool writes_input = column_in_place("out", out, fields_, in, "elapsed_days", elapsed);
  run(
      rows, writes_input, executor, nothing,
      [&](std::size_t begin, std::size_t end) {
        bool fits = kernels_.within(end - begin, elapsed.data() + begin, 0.0F, longest_elapsed);
        check_state_rows(in, begin, end, fits);
        return fits;
      },
      [&] {
        refuse(check_elapsed(elapsed));
        for (std::size_t k = 0; k < fields_.size(); ++k) refuse(check_state(in[k], fields_[k]));
      },
      [&](std::size_t begin, std::size_t end) {
        bool fits = true;
        kernels_.recall(parameters_.data(), end - begin, From{from, begin}.get(), elapsed.data() + begin, out.data() + begin, &fits);
        return fits;
      });
}

void Wide::interval(StateColumns in, std::span<const float> target, std::span<float> out, const Executor& executor) const {
  const std::size_t rows = target.size();
  require_columns(id_, fields_, in, rows);
  require_rows(out.size(), rows, "out");
  const auto from = starts(in);
  const bool writes_input = column_in_place("out", out, fields_, in, "target", target);
  run(
      rows, writes_input, executor,
      [&](std::size_t begin, std::size_t end) {
        bool fits = kernels_.within(end - begin, target.data() + begin, above_zero, 1.0F);
        check_state_rows(in, begin, end, fits);
        return fits;
      },
      nothing,
      [&] {
        refuse(check_targets(target));
        for (std::size_t k = 0; k < fields_.size(); ++k) refuse(check_state(in[k], fields_[k]));
      },
      [&](std::size_t begin, std::size_t end) {
        kernels_.interval(parameters_.data(), end - begin, From{from, begin}.get(), target.data() + begin, out.data() + begin);
        return true;
      });
}

void Wide::replay(std::span<const std::int64_t> offsets, std::span<const std::uint8_t> grade, std::span<const float> elapsed,
                  MutableStateColumns out, const Executor& executor) const {
  const std::size_t answers = grade.size();
  require_rows(elapsed.size(), answers, "elapsed_days");
  refuse(check_offsets(offsets, answers));
  const std::size_t cards = offsets.size() - 1;
  require_columns(id_, fields_, out, cards);
  require_outputs_apart(fields_, out, offsets, grade, elapsed);
  const auto to = starts(out);
  const auto fits = [&](std::size_t begin, std::size_t end) {
    const auto from = static_cast<std::size_t>(offsets[begin]);
    const auto count = static_cast<std::size_t>(offsets[end]) - from;
    return kernels_.grades_within(count, grade.data() + from, 1, 4) &&
           (kernels_.within(count, elapsed.data() + from, 0.0F, longest_elapsed) ||
            !check_later_answers(offsets.subspan(begin, end - begin + 1), elapsed));
  };
  const auto problem = [&] {
    const auto from = static_cast<std::size_t>(offsets.front());
    refuse(check_grades(grade.subspan(from, static_cast<std::size_t>(offsets.back()) - from), from));
    refuse(check_later_answers(offsets, elapsed));
  };
  run(cards, false, executor, fits, nothing, problem, [&](std::size_t begin, std::size_t end) {
    kernels_.replay(parameters_.data(), end - begin, offsets.data() + begin, grade.data(), elapsed.data(), From{to, begin}.get());
    return true;
  });
}

}  // namespace perdure::inline PERDURE_ABI::batch
