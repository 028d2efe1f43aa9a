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
set(fit_models "${PROJECT_SOURCE_DIR}/bindings/python/src/fit_models.cpp")
list(REMOVE_ITEM PERDURE_BINDINGS "${fit_models}")
pybind11_add_module(perdure_core MODULE NO_EXTRAS ${PERDURE_BINDINGS})

# The fits are heavy templates: four translation units, each with every fourth model of the catalog (fit_calls.cpp names the four).
foreach(part RANGE 3)
  add_library(perdure_fit_${part} OBJECT "${fit_models}")
  target_link_libraries(perdure_fit_${part} PRIVATE perdure::perdure pybind11::headers Python::Module)
  target_compile_definitions(perdure_fit_${part} PRIVATE PERDURE_FIT_PART=${part} PERDURE_FIT_PARTS=4)
  set_target_properties(perdure_fit_${part} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
  perdure_private_options(perdure_fit_${part})
  target_sources(perdure_core PRIVATE $<TARGET_OBJECTS:perdure_fit_${part}>)
endforeach()
target_link_libraries(perdure_core PRIVATE perdure::perdure)
set_target_properties(perdure_core PROPERTIES OUTPUT_NAME _core)
perdure_private_options(perdure_core)
install(TARGETS perdure_core DESTINATION perdure COMPONENT python)
