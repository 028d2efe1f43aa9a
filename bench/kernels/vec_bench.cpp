#include "vec_math.hpp"

#include <perdure/batch/kernels.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Elementary functions over a column that stays in the first-level cache. Ratios to hold, within one run: exp2 >= 2 exp_eigen, log2 >= 2.5
/// log_eigen, pow >= 10 pow_libm (with AVX2 or wider). `_all_arguments`: with the special arguments that models may meet.
namespace {

namespace batch = perdure::batch;

#define PERDURE_PLAIN_OBJECT(isa, plain, math) extern "C" perdure_vec_math math();
#include "perdure_plain_objects.inc"
#undef PERDURE_PLAIN_OBJECT

perdure_vec_math math(batch::Isa isa) {
  perdure_vec_math found{};
#define PERDURE_PLAIN_OBJECT(set, plain, math) \
  if (isa == batch::Isa::set) found = math();
#include "perdure_plain_objects.inc"
#undef PERDURE_PLAIN_OBJECT
  return found;
}

bool add_all() {
  for (const batch::Isa isa : batch::available()) {
    const perdure_vec_math all = math(isa);
    for (std::size_t k = 0; k < all.size; ++k) {
      const auto function = all.functions[k];
      const std::string name = "vec/" + std::string{function.name} + "/" + std::string{batch::name(isa)};
      benchmark::RegisterBenchmark(name.c_str(), [function](benchmark::State& state) {
        constexpr std::size_t rows = 4096;
        std::vector<float> x(rows), y(rows);
        for (std::size_t i = 0; i < rows; ++i) x[i] = 0.5F + static_cast<float>(i % 1009) * (19.5F / 1009.0F);
        for (auto _ : state) {
          function.run(rows, x.data(), y.data());
          benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows * 2 * sizeof(float)));
      });
    }
  }
  return true;
}
[[maybe_unused]] const bool added = add_all();

}  // namespace
