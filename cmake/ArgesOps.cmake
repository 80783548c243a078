# SPDX-License-Identifier: Apache-2.0
# ARGES_OPS: the names in kernels/op_list.h, after which files are named. A changed list configures again.
get_filename_component(op_list "${CMAKE_CURRENT_LIST_DIR}/../kernels/op_list.h" ABSOLUTE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${op_list}")
file(READ "${op_list}" lines)
string(REGEX MATCHALL "  OP\\([a-z_]+," ARGES_OPS "${lines}")
list(TRANSFORM ARGES_OPS REPLACE "  OP\\(([a-z_]+)," "\\1")
