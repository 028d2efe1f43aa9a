# Install into a fresh prefix, move it, and let a consumer project configure, build and run against it: once with the headers alone, once with all.

foreach(consumer IN ITEMS headers_only full)
  set(components headers)
  if(consumer STREQUAL "full")
    list(APPEND components library)
  endif()
  add_test(NAME install.${consumer}
    COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DCOMPONENTS=${components}" "-DCONFIG=$<CONFIG>"
      "-DCONSUMER=${PROJECT_SOURCE_DIR}/tests/install/${consumer}" "-DWORK=${PROJECT_BINARY_DIR}/install_tests/${consumer}"
      "-DGENERATOR=${CMAKE_GENERATOR}" "-DCOMPILER=${CMAKE_CXX_COMPILER}" "-DPREFIX_PATH=${CMAKE_PREFIX_PATH}"
      -P "${PROJECT_SOURCE_DIR}/tests/install/check_install.cmake")
  set_tests_properties(install.${consumer} PROPERTIES LABELS install TIMEOUT 600)
endforeach()
