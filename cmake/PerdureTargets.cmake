# The two targets: `perdure::headers` (templates only) and `perdure::perdure` (what is compiled once: everything under src/).

file(GLOB_RECURSE PERDURE_HEADERS CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/perdure/*.hpp")
set(PERDURE_TESTING_HEADERS ${PERDURE_HEADERS})
list(FILTER PERDURE_TESTING_HEADERS INCLUDE REGEX "/include/perdure/testing/")
list(FILTER PERDURE_HEADERS EXCLUDE REGEX "/include/perdure/testing/")
file(GLOB_RECURSE PERDURE_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/*.cpp")

add_library(perdure_headers INTERFACE)
add_library(perdure::headers ALIAS perdure_headers)
target_sources(perdure_headers INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/include" FILES ${PERDURE_HEADERS})
target_compile_features(perdure_headers INTERFACE cxx_std_20)
target_link_libraries(perdure_headers INTERFACE Eigen3::Eigen Boost::headers Threads::Threads)
set_target_properties(perdure_headers PROPERTIES EXPORT_NAME headers)

include(PerdureKernels)
list(FILTER PERDURE_SOURCES EXCLUDE REGEX "/src/kernels/object.cpp$")

add_library(perdure ${PERDURE_SOURCES})
add_library(perdure::perdure ALIAS perdure)
target_link_libraries(perdure PUBLIC perdure_headers)
target_include_directories(perdure PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_BINARY_DIR}/kernels")
foreach(kernel IN LISTS PERDURE_KERNEL_TARGETS)
  target_sources(perdure PRIVATE $<TARGET_OBJECTS:${kernel}>)
endforeach()
set_target_properties(perdure PROPERTIES
  POSITION_INDEPENDENT_CODE ON
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
if(NOT BUILD_SHARED_LIBS)
  # A static library inside someone's shared object keeps its symbols to itself.
  set_target_properties(perdure PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endif()
perdure_private_options(perdure)
