// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"

namespace arges::sdk {

struct JsonLimits {
  int depth = 32;  // nested objects and arrays
  std::size_t keys_per_object = 65'536;
};

// Receives untrusted JSON as a stream of events. A failure returned by any of them ends the walk
// and is its result.
class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;
  virtual Status open_object() { return {}; }
  virtual Status open_array() { return {}; }
  virtual Status close() { return {}; }  // of an object or array
  virtual Status key(const std::string&) { return {}; }
  virtual Status text(const std::string&) { return {}; }
  virtual Status unsigned_number(std::uint64_t) { return {}; }
  virtual Status other_value() { return {}; }  // null, true, false, negative or fractional number
};

// Walks one JSON document without building a tree; memory stays near the longest string plus the
// keys of the open objects. MODEL_INVALID, beginning with `what` (the file's name), for malformed
// text, a NUL byte, invalid UTF-8, a key given twice in one object, or more than the limits. What
// `stop` returns, which is asked every few thousand values.
Status walk_json(std::string_view what, std::string_view text, const JsonLimits& limits,
                 JsonVisitor& visitor, const StopCheck& stop = never_stop());

}  // namespace arges::sdk
