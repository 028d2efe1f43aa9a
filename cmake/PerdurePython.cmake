# The private extension module `perdure._core`. Python code is packed by pyproject.toml; only the module is built here.

if(NOT pybind11_DIR)
  execute_process(
    COMMAND "${Python_EXECUTABLE}" -m pybind11 --cmakedir
    OUTPUT_VARIABLE pybind11_dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(pybind11_dir)
    set(pybind11_DIR "${pybind11_dir}" CACHE PATH "Folder of pybind11Config.cmake")
  endif()
endif()
find_package(pybind11 2.12 CONFIG REQUIRED)

file(GLOB PERDURE_BINDINGS CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bindings/python/src/*.cpp")
pybind11_add_module(perdure_core MODULE NO_EXTRAS ${PERDURE_BINDINGS})
target_link_libraries(perdure_core PRIVATE perdure::perdure)
set_target_properties(perdure_core PROPERTIES OUTPUT_NAME _core)
perdure_private_options(perdure_core)
install(TARGETS perdure_core DESTINATION perdure COMPONENT python)
