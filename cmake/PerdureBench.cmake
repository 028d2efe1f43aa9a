# Benchmarks: bench/<layer>/*_bench.cpp make one executable per layer, `bench_<layer>`.

find_package(benchmark CONFIG REQUIRED)

file(GLOB bench_layers CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE "${PROJECT_SOURCE_DIR}/bench" "${PROJECT_SOURCE_DIR}/bench/*")
foreach(layer IN LISTS bench_layers)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/${layer}/*_bench.cpp")
  if(sources)
    add_executable(bench_${layer} ${sources})
    target_link_libraries(bench_${layer} PRIVATE perdure::perdure benchmark::benchmark_main)
    perdure_private_options(bench_${layer})
  endif()
endforeach()

# Our sides of the comparisons with other implementations; `python -m bench.peers` and `python -m bench.peers_fit` build and ask them.
add_executable(perdure_side "${PROJECT_SOURCE_DIR}/bench/peers/perdure_side.cpp")
add_executable(perdure_fit_side "${PROJECT_SOURCE_DIR}/bench/peers_fit/perdure_side.cpp")
foreach(side perdure_side perdure_fit_side)
  target_link_libraries(${side} PRIVATE perdure::perdure)
  perdure_private_options(${side})
endforeach()

include("${PROJECT_SOURCE_DIR}/bench/kernels/objects.cmake")
