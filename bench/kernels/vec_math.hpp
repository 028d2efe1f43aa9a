#pragma once

#include <cstddef>

/// Elementary functions over a column of float32: ours (src/kernels/vec.hpp), Eigen's and libm's. CMake compiles vec_math.cpp once per
/// instruction set, with the flags and names of the kernels.
extern "C" {

struct perdure_vec_math {
  struct function {
    const char* name;
    void (*run)(std::size_t rows, const float* x, float* y);  ///< rows is a multiple of 16, x in [0.5, 20]
  };
  const function* functions;
  std::size_t size;
};
}
