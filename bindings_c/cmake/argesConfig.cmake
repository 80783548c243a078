# SPDX-License-Identifier: Apache-2.0
# find_package(arges): the target arges::arges. It needs nothing else to be found.
include("${CMAKE_CURRENT_LIST_DIR}/argesTargets.cmake")
