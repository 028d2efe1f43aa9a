# tests/compile_pairs/*.cpp: each file compiles as it is and must not compile with PERDURE_SHOULD_NOT_COMPILE defined. Both halves come from
# one source, so a pair cannot pass for an unrelated error.

file(GLOB pairs CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/compile_pairs/*.cpp")
set(pair_includes "${PROJECT_SOURCE_DIR}/include")
foreach(dependency IN ITEMS Eigen3::Eigen Boost::headers)
  get_target_property(includes ${dependency} INTERFACE_INCLUDE_DIRECTORIES)
  list(APPEND pair_includes ${includes})
endforeach()
list(TRANSFORM pair_includes PREPEND "-I")

foreach(pair IN LISTS pairs)
  cmake_path(GET pair STEM stem)
  add_test(NAME compile_pair.${stem}
    COMMAND "${CMAKE_COMMAND}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DSOURCE=${pair}" "-DINCLUDES=${pair_includes}"
      -P "${PROJECT_SOURCE_DIR}/tests/compile_pairs/check_pair.cmake")
  set_tests_properties(compile_pair.${stem} PROPERTIES LABELS compile_pairs TIMEOUT 300)
endforeach()
