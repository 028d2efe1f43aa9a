# cmake -DCOMPILER=... -DSOURCE=... -DINCLUDES="-I...;-I..." -P check_pair.cmake
# The source must compile as it is, and fail at the line that PERDURE_SHOULD_NOT_COMPILE switches on.

set(command "${COMPILER}" -std=c++20 -fsyntax-only -Werror=unused-result ${INCLUDES} "${SOURCE}")

execute_process(COMMAND ${command} RESULT_VARIABLE failed ERROR_VARIABLE messages)
if(failed)
  message(FATAL_ERROR "the half that should compile does not:\n${messages}")
endif()

execute_process(COMMAND ${command} -DPERDURE_SHOULD_NOT_COMPILE RESULT_VARIABLE failed ERROR_VARIABLE messages)
if(NOT failed)
  message(FATAL_ERROR "the half that should not compile does")
endif()

file(STRINGS "${SOURCE}" expected REGEX "^// error: ")
string(REGEX REPLACE "^// error: " "" expected "${expected}")
if(NOT messages MATCHES "${expected}")
  message(FATAL_ERROR "it fails, but not with an error that matches '${expected}':\n${messages}")
endif()
