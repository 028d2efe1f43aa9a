# Install into a fresh prefix, move it, and let a consumer project configure, build and run against it: once with the headers alone, once with all,
# and once the example program of docs/examples, where its other library is there.

function(perdure_add_install_test consumer source components)
  add_test(NAME install.${consumer}
    COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DCOMPONENTS=${components}" "-DCONFIG=$<CONFIG>"
      "-DCONSUMER=${PROJECT_SOURCE_DIR}/${source}" "-DWORK=${PROJECT_BINARY_DIR}/install_tests/${consumer}"
      "-DGENERATOR=${CMAKE_GENERATOR}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DPREFIX_PATH=${CMAKE_PREFIX_PATH}" "-DCHECK=${ARGN}"
      -P "${PROJECT_SOURCE_DIR}/tests/install/check_install.cmake")
  set_tests_properties(install.${consumer} PROPERTIES LABELS install TIMEOUT 600)
endfunction()

perdure_add_install_test(headers_only tests/install/headers_only headers)
perdure_add_install_test(full tests/install/full "headers;library")

find_package(SQLite3 QUIET)
if(SQLite3_FOUND)
  perdure_add_install_test(quiz_service docs/examples/quiz_service "headers;library"
    "${Python_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tests/install/quiz_service/check.py")
else()
  message(STATUS "SQLite3 (libsqlite3-dev) is not here: docs/examples/quiz_service is not tested")
endif()
