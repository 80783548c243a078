// SPDX-License-Identifier: Apache-2.0
// A program outside this tree: it meets the library as an installed package only.
#include <arges/arges.hpp>

int main() {
  if (arges_abi_check(ARGES_ABI_VERSION) != ARGES_OK) return 1;
  try {
    const arges::Engine engine({.model_path = "no/such/folder"});
  } catch (const arges::Error& error) {
    return error.status() == ARGES_NOT_FOUND ? 0 : 2;
  }
  return 3;
}
