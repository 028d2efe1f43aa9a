# What bench_kernels compares the kernels with: plain.cpp and vec_math.cpp, compiled once per instruction set with the kernels' flags and names.
# Needs kernel_sets and kernel_flags_<isa> (cmake/PerdureKernels.cmake) and the target bench_kernels.
set(plain_list "")
foreach(isa IN LISTS kernel_sets)
  set(target bench_plain_${isa})
  add_library(${target} OBJECT "${CMAKE_CURRENT_LIST_DIR}/plain.cpp" "${CMAKE_CURRENT_LIST_DIR}/vec_math.cpp")
  target_link_libraries(${target} PRIVATE perdure_headers)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  perdure_private_options(${target})
  target_compile_definitions(${target} PRIVATE PERDURE_ABI=v0_plain_${isa} Eigen=EigenPlain_${isa} PERDURE_PLAIN=perdure_plain_${isa}
    PERDURE_VEC_MATH=perdure_vec_math_${isa})
  target_compile_options(${target} PRIVATE ${kernel_flags_${isa}} -O3 -fno-math-errno -fno-trapping-math)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized) # see cmake/PerdureKernels.cmake
  endif()
  target_sources(bench_kernels PRIVATE $<TARGET_OBJECTS:${target}>)
  string(APPEND plain_list "PERDURE_PLAIN_OBJECT(${isa}, perdure_plain_${isa}, perdure_vec_math_${isa})\n")
endforeach()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/kernels/plain/perdure_plain_objects.inc" CONTENT "${plain_list}" @ONLY)
target_include_directories(bench_kernels PRIVATE "${PROJECT_BINARY_DIR}/kernels/plain")
