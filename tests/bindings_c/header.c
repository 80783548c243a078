/* SPDX-License-Identifier: Apache-2.0 */
/* The header must be whole by itself, in every dialect that programs are written in. Compiled
 * once for each dialect; see CMakeLists.txt. */
#include <arges/arges.h>

int arges_header_is_whole(void);
int arges_header_is_whole(void) {
  return ARGES_OK;
}
