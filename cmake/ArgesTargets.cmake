# SPDX-License-Identifier: Apache-2.0
# The three shapes of target in this tree. Every target gets the same warnings and visibility,
# so that a folder's CMakeLists.txt only has to list files.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# On in the presets for development; off otherwise, so that a newer compiler's new warning never
# keeps a user from building.
option(ARGES_WARNINGS_AS_ERRORS "Treat compiler warnings as errors" OFF)
set(ARGES_SANITIZE "" CACHE STRING "Sanitizers for every target: address,undefined or thread")

find_package(Threads REQUIRED)

find_program(ARGES_CCACHE ccache)
if(ARGES_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${ARGES_CCACHE}")
endif()

if(ARGES_SANITIZE)
  add_compile_options(-fsanitize=${ARGES_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ARGES_SANITIZE})
endif()

# The contraction of a*b+c is never left to the compiler: results must not depend on the build.
set(ARGES_COMPILE_OPTIONS -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                          -ffp-contract=off -fstack-protector-strong)
# gcc 12 sees overlapping copies in std::string's own operator+ (GCC bug 105329).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND ARGES_COMPILE_OPTIONS -Wno-restrict)
endif()
if(ARGES_WARNINGS_AS_ERRORS)
  list(APPEND ARGES_COMPILE_OPTIONS -Werror)
endif()

function(arges_configure_target name)
  target_compile_options(${name} PRIVATE ${ARGES_COMPILE_OPTIONS})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PUBLIC Threads::Threads)
endfunction()

# arges_library(name SRCS files… [LIBS libraries…]): a static library of one folder.
function(arges_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;LIBS" ${ARGN})
  add_library(${name} STATIC ${ARG_SRCS})
  arges_configure_target(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LIBS})
endfunction()

# The limit is for hangs alone; a sanitizer makes a program up to ten times slower.
set(ARGES_TEST_TIMEOUT 900)
if(ARGES_SANITIZE)
  set(ARGES_TEST_TIMEOUT 3600)
endif()

# arges_test(name SRCS files… LIBS libraries…): one GoogleTest program, run by ctest.
function(arges_test name)
  cmake_parse_arguments(ARG "" "" "SRCS;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  arges_configure_target(${name})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    ARGES_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    ARGES_GOLDEN_DIR="${PROJECT_SOURCE_DIR}/tests/golden"
    ARGES_SHARED_DATA_DIR="${PROJECT_SOURCE_DIR}/../shared/data")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARGES_TEST_TIMEOUT})
endfunction()
