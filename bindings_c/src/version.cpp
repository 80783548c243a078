// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"

uint32_t arges_abi_version(void) {
  return ARGES_ABI_VERSION;
}

const char* arges_version_string(void) {
  return ARGES_VERSION;
}

const char* arges_status_name(arges_status status) {
  // The names are literals, so their data ends with a zero.
  return arges::status_code_name(static_cast<arges::StatusCode>(status)).data();
}

const char* arges_last_error_message(void) {
  return arges::bindings::last_error_message();
}
