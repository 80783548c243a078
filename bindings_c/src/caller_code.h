// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <version>
#if defined(__GLIBCXX__)
#include <cxxabi.h>
#endif

namespace arges::bindings {

// Runs a function of the caller's on a thread of the library. An exception out of C++ code is
// dropped: there is nobody to give it to. A thread that ends itself in there (pthread_exit) is let
// go, as holding it back would end the process; what must happen then belongs into destructors.
// A thread's end has no exception object: the reference that catches it is null by design, which
// UndefinedBehaviorSanitizer need not report (not inlined, or its caller would).
template <typename Call>
__attribute__((noinline, no_sanitize("undefined"))) void run_callers_code(Call&& call) {
  try {
    std::forward<Call>(call)();
#if defined(__GLIBCXX__)
  } catch (const abi::__forced_unwind&) {
    throw;
#endif
  } catch (...) {
  }
}

}  // namespace arges::bindings
