// SPDX-License-Identifier: Apache-2.0
#include <arges/arges.hpp>

int arges_header_is_whole();
int arges_header_is_whole() {
  return ARGES_OK;
}
