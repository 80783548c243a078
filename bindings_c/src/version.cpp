// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "bindings_c/src/boundary.h"

namespace arges::bindings {
namespace {

constexpr std::uint32_t kMajor = ARGES_ABI_VERSION >> 16;
constexpr std::uint32_t kMinor = ARGES_ABI_VERSION & 0xFFFF;

std::string version_text(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

Status check_version(std::uint32_t major, std::uint32_t minor) {
  if (major == kMajor && (major == 0 ? minor == kMinor : minor <= kMinor)) return {};
  return unsupported("the program was built against ABI " + version_text(major, minor) +
                     " and this library has " + version_text(kMajor, kMinor) +
                     "; build the program anew or use the library that it was built against");
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

uint32_t arges_abi_version(void) {
  return ARGES_ABI_VERSION;
}

arges_status arges_abi_check(uint32_t version) {
  return at_boundary([&] { return check_version(version >> 16, version & 0xFFFF); });
}

const char* arges_version_string(void) {
  return ARGES_VERSION;
}

const char* arges_status_name(arges_status status) {
  // The names are literals, so their data ends with a zero.
  return arges::status_code_name(static_cast<arges::StatusCode>(status)).data();
}

const char* arges_last_error_message(void) {
  return last_error_message();
}
