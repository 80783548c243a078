// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/status.h"

namespace arges {

std::string_view status_code_name(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case StatusCode::kModelInvalid:
      return "MODEL_INVALID";
    case StatusCode::kImageDecode:
      return "IMAGE_DECODE";
    case StatusCode::kContextFull:
      return "CONTEXT_FULL";
    case StatusCode::kOutOfMemoryHost:
      return "OUT_OF_MEMORY_HOST";
    case StatusCode::kOutOfMemoryDevice:
      return "OUT_OF_MEMORY_DEVICE";
    case StatusCode::kCancelled:
      return "CANCELLED";
    case StatusCode::kDeadline:
      return "DEADLINE";
    case StatusCode::kBusy:
      return "BUSY";
    case StatusCode::kUnsupported:
      return "UNSUPPORTED";
    case StatusCode::kInternal:
      return "INTERNAL";
    case StatusCode::kNotFound:
      return "NOT_FOUND";
    case StatusCode::kTimeout:
      return "TIMEOUT";
    case StatusCode::kClosed:
      return "CLOSED";
    case StatusCode::kIo:
      return "IO";
  }
  return "UNKNOWN";
}

}  // namespace arges
