# SPDX-License-Identifier: Apache-2.0
# ARGES_CUDA_BUILD_ID: a digest of all that libarges_cuda.so and what loads it must agree on: the
# headers that both compile, the compiler, the options that change layouts, the version. A changed header configures again.
file(GLOB headers CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/kernels/*.h"
  "${PROJECT_SOURCE_DIR}/kernels/base/*.h"
  "${PROJECT_SOURCE_DIR}/kernels/ops/*.h"
  "${PROJECT_SOURCE_DIR}/kernels/cuda/loader/cuda_library.h")
set(agreed "${PROJECT_VERSION};${CMAKE_CXX_COMPILER_ID};${CMAKE_CXX_COMPILER_VERSION};${CMAKE_CXX_FLAGS}")
foreach(header IN LISTS headers)
  file(SHA256 "${header}" digest)
  string(APPEND agreed ";${digest}")
endforeach()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
string(SHA256 ARGES_CUDA_BUILD_ID "${agreed}")
