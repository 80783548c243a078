// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "kernels/base/quote_name.h"
#include "kernels/base/status.h"

namespace arges {

// Runs work() -> Status or Result<T> that calls into third-party code, and turns whatever leaves
// it into a Status: OUT_OF_MEMORY_HOST for want of memory, `failure` for the rest, with `what`
// (a whole clause, "The SentencePiece library refuses the model") and the library's own words,
// quoted. The doors for untrusted bytes go through it.
template <typename Work>
auto guarded(StatusCode failure, std::string_view what, Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (const std::bad_alloc&) {
    return Status(StatusCode::kOutOfMemoryHost, "out of memory");
  } catch (const std::length_error&) {  // a container asked for more than can be addressed
    return Status(StatusCode::kOutOfMemoryHost, "out of memory");
  } catch (const std::exception& error) {
    return Status(failure, std::string(what) + ": " + quote_name(error.what()) + ".");
  } catch (...) {
    return Status(failure, std::string(what) + ".");
  }
}

}  // namespace arges
