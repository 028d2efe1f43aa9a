#include "boundary.hpp"

#include <perdure/batch/cohort_pass.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/core/result.hpp>

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

// The lists that the kernel objects export, one per shard and instruction set; CMake writes their names.
#define PERDURE_KERNEL_OBJECT(isa, function) extern "C" perdure_kernel_list function() noexcept;
#include "perdure_kernel_objects.inc"
#undef PERDURE_KERNEL_OBJECT

namespace perdure::inline PERDURE_ABI::batch {
namespace {

struct Object {
  Isa isa;
  perdure_kernel_list (*list)() noexcept;
};

constexpr std::array objects{
#define PERDURE_KERNEL_OBJECT(isa, function) Object{Isa::isa, &(function)},
#include "perdure_kernel_objects.inc"
#undef PERDURE_KERNEL_OBJECT
};

constexpr std::array all_sets{Isa::baseline, Isa::avx2, Isa::avx512};

bool is_built(Isa isa) noexcept {
  for (const Object& object : objects) {
    if (object.isa == isa) return true;
  }
  return false;
}

/// What the flags of the object need, asked one by one.
bool machine_has(Isa isa) noexcept {
#if defined(__x86_64__) || defined(__i386__)
  switch (isa) {
    case Isa::baseline: return true;
    case Isa::avx2: return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    case Isa::avx512:
      return machine_has(Isa::avx2) && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  }
  return false;
#else
  return isa == Isa::baseline;
#endif
}

struct Sets {
  std::array<Isa, all_sets.size()> isa{};
  std::size_t size = 0;
};

const Sets& sets() noexcept {
  static const Sets found = [] {
    Sets s;
    for (const Isa isa : all_sets) {
      if (is_built(isa) && machine_has(isa)) s.isa[s.size++] = isa;
    }
    return s;
  }();
  return found;
}

Result<Isa> choose() {
  const char* wanted = std::getenv("PERDURE_ISA");
  if (wanted == nullptr || *wanted == '\0') return available().back();
  std::string known;
  for (const Isa isa : available()) {
    if (wanted == name(isa) || (isa == Isa::baseline && std::string_view{wanted} == "baseline")) return isa;
    known += (known.empty() ? "" : ", ") + std::string{name(isa)};
  }
  return Error{Errc::unknown_name, "PERDURE_ISA must name an instruction set of this machine (" + known + "), got \"" + wanted + "\""};
}

Kernels kernels_of(const perdure_kernel_entry& e) noexcept {
  return {e.first, e.review, e.recall, e.interval, e.replay, e.within, e.grades_within, e.fit_add, e.fit_scratch};
}

using Table = std::map<std::pair<std::string_view, std::string_view>, Kernels>;

/// Empty where the machine lacks the set: not even the function that lists an object's kernels may run there.
Table table_of(Isa isa) {
  Table table;
  if (!machine_has(isa)) return table;
  for (const Object& object : objects) {
    if (object.isa != isa) continue;
    const perdure_kernel_list list = object.list();
    for (std::size_t i = 0; i < list.size; ++i) {
      table[{list.entries[i].id, list.entries[i].profile}] = kernels_of(list.entries[i]);
    }
  }
  return table;
}

const Table& table(Isa isa) {
  static const std::array<Table, all_sets.size()> tables{table_of(Isa::baseline), table_of(Isa::avx2), table_of(Isa::avx512)};
  return tables[static_cast<std::size_t>(isa)];
}

}  // namespace

std::string_view name(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
    case Isa::baseline: break;
  }
#if defined(__x86_64__) || defined(__i386__)
  return "sse2";
#else
  return "baseline";
#endif
}

std::span<const Isa> available() noexcept { return {sets().isa.data(), sets().size}; }

const Result<Isa>& active_isa() {
  static const Result<Isa> chosen = choose();
  return chosen;
}

const Kernels* find_kernels(std::string_view id, std::string_view profile, Isa isa) noexcept {
  const Table& all = table(isa);
  const auto found = all.find({id, profile});
  return found == all.end() ? nullptr : &found->second;
}

cohort::Pass cohort_pass(Isa isa) noexcept {
  if (!machine_has(isa)) return nullptr;
  for (const Object& object : objects) {
    if (object.isa != isa) continue;
    const perdure_kernel_list list = object.list();
    if (list.cohort_pass != nullptr) return list.cohort_pass;
  }
  return nullptr;
}

}  // namespace perdure::inline PERDURE_ABI::batch
