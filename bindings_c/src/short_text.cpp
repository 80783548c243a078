// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/short_text.h"

#include "bindings_c/src/handles.h"

namespace arges::bindings {

Result<std::string> read_short_text(const char* text, std::uint64_t length, std::uint64_t limit,
                                    const char* name) {
  ARGES_RETURN_IF_ERROR(require_pointer(text, name));
  if (length == 0 || length > limit) {
    return invalid_argument(std::string(name) + " has " + std::to_string(length) +
                            " bytes; it must have 1 to " + std::to_string(limit));
  }
  std::string copy(text, length);
  if (copy.find('\0') == std::string::npos) return copy;
  return invalid_argument(std::string(name) + " holds a zero byte; pass its length without one");
}

}  // namespace arges::bindings
