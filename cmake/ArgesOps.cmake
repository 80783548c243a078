# SPDX-License-Identifier: Apache-2.0
# ARGES_OPS: the names in kernels/op_list.h, after which files are named. A changed list configures again.
set(op_list "${PROJECT_SOURCE_DIR}/kernels/op_list.h")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${op_list}")
file(READ "${op_list}" lines)
string(REGEX MATCHALL "  OP\\([a-z_]+," ARGES_OPS "${lines}")
list(TRANSFORM ARGES_OPS REPLACE "  OP\\(([a-z_]+)," "\\1")
