// The kernels of one shard of the catalog on one instruction set. CMake compiles this file once per shard and set, with
//
//   PERDURE_KERNEL_SHARD, PERDURE_KERNEL_SHARDS   which models: every n-th variant of the catalog
//   PERDURE_KERNEL_LIST                           the name of the function at the end
//   PERDURE_ABI, Eigen                            names of this set's own for our namespace and for Eigen's, so that no symbol is shared
#include "boundary.hpp"
#include "fsrs6.hpp"
#include "fsrs6_fit.hpp"
#include "fsrs7_fit.hpp"
#include "generic.hpp"
#include "within.hpp"

#include <perdure/catalog/models.hpp>
#include <perdure/cohort/prequential.hpp>
#include <perdure/models/traits.hpp>

#include <array>
#include <cstddef>
#include <new>
#include <type_traits>

namespace perdure::inline PERDURE_ABI::kernels {
namespace {

/// The kernels of model M: from its template, unless there are tuned ones.
template <class M>
struct KernelsOf {
  using type = Generic<M>;
};
template <class Profile>
struct KernelsOf<models::Fsrs6As<Profile>> {
  using type = Fsrs6Kernels<Profile>;
};

/// What a fit of model M sums: nothing here, unless there is a tuned kernel. The library then walks the model's template.
template <class M>
struct FitKernelOf {
  static constexpr decltype(perdure_kernel_entry::fit_add) add = nullptr;
  static constexpr decltype(perdure_kernel_entry::fit_scratch) scratch = nullptr;
};
template <class Profile>
struct FitKernelOf<models::Fsrs6As<Profile>> : Fsrs6Fit<models::Fsrs6As<Profile>> {};
template <>
struct FitKernelOf<models::Fsrs5> : Fsrs6Fit<models::Fsrs5> {};
template <>
struct FitKernelOf<models::Fsrs45> : Fsrs6Fit<models::Fsrs45> {};
template <>
struct FitKernelOf<models::Fsrs7> : Fsrs7Fit {};

template <class M>
constexpr perdure_kernel_entry entry() {
  using K = typename KernelsOf<M>::type;
  using F = FitKernelOf<M>;
  return {M::id.data(), M::profile.data(), &K::first,      &K::review, &K::recall, &K::interval,
          &K::replay,   &within,           &grades_within, F::add,     F::scratch};
}

template <class... Ms>
constexpr std::array<perdure_kernel_entry, sizeof...(Ms)> entries(TypeList<Ms...>) {
  return {entry<Ms>()...};
}

constexpr auto all = entries(Shard<catalog::Profiles, PERDURE_KERNEL_SHARD, PERDURE_KERNEL_SHARDS>{});

#if PERDURE_KERNEL_SHARD == 0
void cohort_pass(const double* parameters, const perdure_cohort_rows& rows, perdure_cohort_sums& sums) noexcept {
  try {
    cohort::add_prequential(parameters, rows, sums);
  } catch (const std::bad_alloc&) {
    sums.out_of_memory = 1;
  }
}
#endif

}  // namespace
}  // namespace perdure::inline PERDURE_ABI::kernels

extern "C" perdure_kernel_list PERDURE_KERNEL_LIST() noexcept {
#if PERDURE_KERNEL_SHARD == 0
  return {perdure::kernels::all.data(), perdure::kernels::all.size(), &perdure::kernels::cohort_pass};
#else
  return {perdure::kernels::all.data(), perdure::kernels::all.size(), nullptr};
#endif
}
