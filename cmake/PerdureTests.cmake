# C++ tests. tests/unit/<layer> makes one executable per layer, tests/laws one per file, tests/golden and tests/determinism one each.

include(GoogleTest)
find_package(GTest CONFIG REQUIRED)
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter)

# One target per label, so that a preset builds only what it runs.
foreach(label IN ITEMS unit laws golden determinism)
  add_custom_target(tests_${label})
endforeach()

function(perdure_add_test name label)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE perdure::perdure GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${name} PRIVATE PERDURE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests")
  perdure_private_options(${name})
  add_dependencies(tests_${label} ${name})
  gtest_discover_tests(${name} TEST_PREFIX "${name}." NO_PRETTY_TYPES DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${label} TIMEOUT 600)
endfunction()

file(GLOB unit_layers CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE "${PROJECT_SOURCE_DIR}/tests/unit" "${PROJECT_SOURCE_DIR}/tests/unit/*")
foreach(layer IN LISTS unit_layers)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/unit/${layer}/*_test.cpp")
  if(sources)
    perdure_add_test(unit_${layer} unit ${sources})
  endif()
endforeach()

file(GLOB law_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/laws/*_test.cpp")
foreach(source IN LISTS law_sources)
  cmake_path(GET source STEM stem)
  string(REGEX REPLACE "_test$" "" stem "${stem}")
  perdure_add_test(laws_${stem} laws "${source}")
endforeach()

foreach(kind IN ITEMS golden determinism)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${kind}/*_test.cpp")
  if(sources)
    perdure_add_test(${kind} ${kind} ${sources})
  endif()
endforeach()

# Every public header compiles alone. CMake makes one source per header; the test builds them.
add_library(perdure_testing INTERFACE)
target_sources(perdure_testing INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${PERDURE_TESTING_HEADERS})
target_link_libraries(perdure_testing INTERFACE perdure_headers GTest::gtest)
set_target_properties(perdure_headers perdure_testing PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

function(perdure_add_check name)
  add_test(NAME check.${name} COMMAND ${ARGN} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(check.${name} PROPERTIES LABELS check TIMEOUT 900)
endfunction()

perdure_add_check(headers_stand_alone "${CMAKE_COMMAND}" --build "${PROJECT_BINARY_DIR}" --target all_verify_interface_header_sets)
set_tests_properties(check.headers_stand_alone PROPERTIES RUN_SERIAL ON)
perdure_add_check(layers "${Python_EXECUTABLE}" tools/check_layers.py)
perdure_add_check(mirror "${Python_EXECUTABLE}" tools/check_mirror.py)

include(PerdureCompilePairs)
if(PERDURE_INSTALL AND NOT PERDURE_SANITIZE)
  include(PerdureInstallTests)
endif()
