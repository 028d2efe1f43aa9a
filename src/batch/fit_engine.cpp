#include <perdure/batch/fit_engine.hpp>
#include <perdure/batch/kernels.hpp>
#include <perdure/catalog/models.hpp>
#include <perdure/core/abi.hpp>
#include <perdure/fit/engine.hpp>

#include <cstddef>
#include <string_view>

namespace perdure::inline PERDURE_ABI::batch {

fit::Engine fit_engine(std::string_view id, std::string_view profile, Isa isa) noexcept {
  const Kernels* kernels = find_kernels(id, profile, isa);
  if (kernels == nullptr || kernels->fit_add == nullptr) return {};
  std::size_t parameters = 0;
  catalog::Profiles::any_of([&]<class M>() {
    if (M::id != id || M::profile != profile) return false;
    parameters = M::specs.size();
    return true;
  });
  return {.parameters = parameters, .add = kernels->fit_add, .scratch = kernels->fit_scratch};
}

fit::Engine fit_engine(std::string_view id, std::string_view profile) { return fit_engine(id, profile, active_isa().value()); }

}  // namespace perdure::inline PERDURE_ABI::batch
