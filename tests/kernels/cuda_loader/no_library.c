/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object that has nothing to do with Arges. */
int something_else(void) {
  return 42;
}
