// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kernels/base/status.h"
#include "sdk/runtime/engine.h"

namespace arges::sdk {

// Writes what the session has committed to a file, beside a request in flight: see Session::save,
// whose failures the call has, and INVALID_ARGUMENT for a path that names a folder. The file takes
// the place of one of its name whole; with any end but kDone that one stays. kFailed: IO, BUSY when
// another save writes that very file, OUT_OF_MEMORY_HOST, INTERNAL (the device).
Result<std::shared_ptr<Request>> save_session(Session& session, const std::string& path,
                                              std::shared_ptr<EventQueue> queue, std::uint64_t tag);

// Puts what a file holds in the place of the session's conversation: see Session::load. kFailed:
// NOT_FOUND, MODEL_INVALID (no such file, a damaged one, or of another model), UNSUPPORTED (of a
// later version), CONTEXT_FULL (longer than this engine's context), IO, OUT_OF_MEMORY_*, INTERNAL
// (the device).
Result<std::shared_ptr<Request>> load_session(Session& session, const std::string& path,
                                              std::shared_ptr<EventQueue> queue, std::uint64_t tag);

}  // namespace arges::sdk
