# Wide kernels: src/kernels/object.cpp, compiled once per instruction set and shard of the catalog, and the list of what came out.
#
# An object's flags say which instructions it may use; its names (PERDURE_ABI, Eigen) are its own, so that the linker cannot take an inline
# function of a wide object for a narrow one. tools/check_isa_symbols.py looks at the symbols.

set(PERDURE_KERNEL_SHARDS 6)
set(kernel_sets baseline)
set(kernel_flags_baseline "")
# Optimized in every build type: a kernel that is not inlined would also leave weak symbols of the standard library behind. Under a sanitizer,
# whose checks no optimization can remove, more than this takes minutes an object and finds nothing more; nor does a third set.
set(kernel_optimization -O3)
if(PERDURE_SANITIZE)
  set(kernel_optimization -O1)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  if(NOT PERDURE_SANITIZE)
    list(APPEND kernel_sets avx2)
  endif()
  list(APPEND kernel_sets avx512)
  set(kernel_flags_avx2 -mavx2 -mfma)
  set(kernel_flags_avx512 -mavx2 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl)
endif()

set(kernel_list "")
set(PERDURE_KERNEL_TARGETS "")
math(EXPR last_shard "${PERDURE_KERNEL_SHARDS} - 1")
set(PERDURE_KERNEL_OBJECTS_BY_ISA "") # arguments of tools/check_isa_symbols.py
foreach(isa IN LISTS kernel_sets)
  list(APPEND PERDURE_KERNEL_OBJECTS_BY_ISA "${isa}:")
  foreach(shard RANGE ${last_shard})
    set(target perdure_kernels_${isa}_${shard})
    add_library(${target} OBJECT "${PROJECT_SOURCE_DIR}/src/kernels/object.cpp")
    target_link_libraries(${target} PRIVATE perdure_headers)
    perdure_private_options(${target})
    target_compile_definitions(${target} PRIVATE
      PERDURE_ABI=v0_${isa} Eigen=EigenPerdure_${isa} PERDURE_KERNEL_SHARD=${shard} PERDURE_KERNEL_SHARDS=${PERDURE_KERNEL_SHARDS}
      PERDURE_KERNEL_LIST=perdure_kernel_list_${isa}_${shard})
    target_compile_options(${target} PRIVATE ${kernel_flags_${isa}} ${kernel_optimization} -fno-math-errno -fno-trapping-math)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # g++ 12 warns of its own AVX-512 intrinsics, whose "undefined" operands it takes for a mistake (its bug 105593).
      target_compile_options(${target} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
    endif()
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    list(APPEND PERDURE_KERNEL_TARGETS ${target})
    list(APPEND PERDURE_KERNEL_OBJECTS_BY_ISA "$<TARGET_OBJECTS:${target}>")
    string(APPEND kernel_list "PERDURE_KERNEL_OBJECT(${isa}, perdure_kernel_list_${isa}_${shard})\n")
  endforeach()
endforeach()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/kernels/perdure_kernel_objects.inc" CONTENT "${kernel_list}" @ONLY)
