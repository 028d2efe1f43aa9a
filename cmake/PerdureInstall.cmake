# Two install components, each usable alone: `headers` (perdure::headers) and `library` (perdure::perdure, which needs the headers).

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Perdure")

install(TARGETS perdure_headers EXPORT PerdureHeadersTargets FILE_SET HEADERS COMPONENT headers)
# The law suites: they need GoogleTest, but only where a user includes them.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/perdure/testing" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/perdure" COMPONENT headers
  FILES_MATCHING PATTERN "*.hpp")
install(TARGETS perdure EXPORT PerdureLibraryTargets
  ARCHIVE COMPONENT library
  RUNTIME COMPONENT library
  LIBRARY COMPONENT library NAMELINK_COMPONENT library)

install(EXPORT PerdureHeadersTargets NAMESPACE perdure:: DESTINATION "${config_dir}" COMPONENT headers)
install(EXPORT PerdureLibraryTargets NAMESPACE perdure:: DESTINATION "${config_dir}" COMPONENT library)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/PerdureConfig.cmake.in" "${PROJECT_BINARY_DIR}/PerdureConfig.cmake"
  INSTALL_DESTINATION "${config_dir}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/PerdureConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/PerdureConfig.cmake" "${PROJECT_BINARY_DIR}/PerdureConfigVersion.cmake"
  DESTINATION "${config_dir}" COMPONENT headers)
