# Eigen, Boost (headers) and threads. A wheel build takes Eigen and Boost from its Python build requirements, every other build from the system.

find_package(Threads REQUIRED)

if(PERDURE_BUILD_PYTHON)
  find_package(Python 3.11 COMPONENTS Interpreter Development.Module)
  if(NOT Python_Development.Module_FOUND)
    message(FATAL_ERROR "Perdure needs Python 3.11 or newer with its C headers (Debian and Ubuntu: apt-get install python3-dev)")
  endif()
endif()

if(SKBUILD)
  # scikit-build-core names the interpreter of the build environment, whose search path holds the build requirements.
  execute_process(
    COMMAND "${Python_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/find_wheel_headers.py"
    OUTPUT_VARIABLE wheel_headers OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  list(GET wheel_headers 0 PERDURE_WHEEL_EIGEN_DIR)
  list(GET wheel_headers 1 PERDURE_WHEEL_BOOST_INCLUDE)
endif()

# No version in the call: Eigen's version file accepts one major only, and both 3.4 and 5 serve.
if(PERDURE_WHEEL_EIGEN_DIR)
  find_package(Eigen3 CONFIG REQUIRED PATHS "${PERDURE_WHEEL_EIGEN_DIR}" NO_DEFAULT_PATH)
else()
  find_package(Eigen3 CONFIG REQUIRED)
endif()
if(Eigen3_VERSION VERSION_LESS 3.4)
  message(FATAL_ERROR "Perdure needs Eigen 3.4 or newer, found ${Eigen3_VERSION} in ${Eigen3_DIR}")
endif()

if(PERDURE_WHEEL_BOOST_INCLUDE)
  add_library(Boost::headers INTERFACE IMPORTED)
  target_include_directories(Boost::headers INTERFACE "${PERDURE_WHEEL_BOOST_INCLUDE}")
else()
  find_package(Boost 1.74 CONFIG REQUIRED)
endif()
