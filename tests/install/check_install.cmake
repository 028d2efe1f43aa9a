# cmake -DBUILD=... -DCOMPONENTS=headers[;library] -DCONFIG=... -DCONSUMER=... -DWORK=... -DGENERATOR=... -DCOMPILER=... -DPREFIX_PATH=... [-DCHECK=command...] -P check_install.cmake
# Runs the program `consumer`, or CHECK with the folder of the build.

file(REMOVE_RECURSE "${WORK}")
foreach(component IN LISTS COMPONENTS)
  execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --component ${component} --config "${CONFIG}" --prefix "${WORK}/first_place"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endforeach()
# An installation that remembers where it was made is not relocatable.
file(RENAME "${WORK}/first_place" "${WORK}/moved")

execute_process(COMMAND "${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${WORK}/build" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${WORK}/moved;${PREFIX_PATH}" -DCMAKE_BUILD_TYPE=Release
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${WORK}/build" COMMAND_ERROR_IS_FATAL ANY)
if(CHECK)
  execute_process(COMMAND ${CHECK} "${WORK}/build" COMMAND_ERROR_IS_FATAL ANY)
else()
  execute_process(COMMAND "${WORK}/build/consumer" COMMAND_ERROR_IS_FATAL ANY)
endif()
