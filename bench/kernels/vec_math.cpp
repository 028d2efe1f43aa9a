#include "vec_math.hpp"

#include "kernels/vec.hpp"
#include "kernels/vec_fast.hpp"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <cstddef>

// Compiled once per instruction set with -DPERDURE_VEC_MATH=<name of the function at the end> and names of its own for Eigen and PERDURE_ABI.
namespace perdure::inline PERDURE_ABI::kernels {
namespace {

constexpr double exponent = -0.1542;

template <class Function>
[[gnu::noinline]] void each_vec(std::size_t rows, const float* x, float* y, const Function& function) {
  for (std::size_t i = 0; i < rows; i += Vec::size) function(Vec::load(x + i)).store(y + i);
}

template <class Function>
void each_float(std::size_t rows, const float* x, float* y, const Function& function) {
  for (std::size_t i = 0; i < rows; ++i) y[i] = function(x[i]);
}

template <class Function>
void whole(std::size_t rows, const float* x, float* y, const Function& function) {
  const auto n = static_cast<Eigen::Index>(rows);
  Eigen::Map<Eigen::ArrayXf>{y, n} = function(Eigen::Map<const Eigen::ArrayXf>{x, n});
}

/// As the tuned kernels do it: two narrow passes over a block, which keep more rows in flight than one pass of twice the length.
void pow_in_passes(std::size_t rows, const float* x, float* y) {
  constexpr std::size_t block = 256;
  for (std::size_t i = 0; i < rows; i += block) {
    const std::size_t n = rows - i < block ? rows - i : block;
    each_vec(n, x + i, y + i, [](Vec v) { return Vec{exponent} * log2_normal(v); });
    each_vec(n, y + i, y + i, [](Vec v) { return exp2_normal(v); });
  }
}

#define PERDURE_BENCH_FUNCTION(name, over, expression)                                                             \
  perdure_vec_math::function {                                                                                     \
    name, [](std::size_t n, const float* a, float* b) { over(n, a, b, [](const auto& x) { return expression; }); } \
  }

constexpr std::array all{
    PERDURE_BENCH_FUNCTION("exp2", each_vec, exp2_normal(x)),
    PERDURE_BENCH_FUNCTION("exp2_all_arguments", each_vec, exp2(x)),
    PERDURE_BENCH_FUNCTION("exp_all_arguments", each_vec, exp(x)),
    PERDURE_BENCH_FUNCTION("exp_eigen", whole, x.exp()),
    PERDURE_BENCH_FUNCTION("exp_libm", each_float, std::exp(x)),
    PERDURE_BENCH_FUNCTION("log2", each_vec, log2_normal(x)),
    PERDURE_BENCH_FUNCTION("log2_short", each_vec, fast::log2<fast::log2_short>(x)),
    PERDURE_BENCH_FUNCTION("log_all_arguments", each_vec, log(x)),
    PERDURE_BENCH_FUNCTION("log_eigen", whole, x.log()),
    PERDURE_BENCH_FUNCTION("log_libm", each_float, std::log(x)),
    perdure_vec_math::function{"pow", &pow_in_passes},
    PERDURE_BENCH_FUNCTION("pow_one_pass", each_vec, exp2_normal(Vec{exponent} * log2_normal(x))),
    PERDURE_BENCH_FUNCTION("pow_all_arguments", each_vec, pow(x, Vec{exponent})),
    PERDURE_BENCH_FUNCTION("pow_eigen_exp_log", whole, (static_cast<float>(exponent) * x.log()).exp()),
    PERDURE_BENCH_FUNCTION("pow_eigen", whole, x.pow(static_cast<float>(exponent))),
    PERDURE_BENCH_FUNCTION("pow_libm", each_float, std::pow(x, static_cast<float>(exponent))),
};

}  // namespace
}  // namespace perdure::inline PERDURE_ABI::kernels

extern "C" perdure_vec_math PERDURE_VEC_MATH() { return {perdure::kernels::all.data(), perdure::kernels::all.size()}; }
