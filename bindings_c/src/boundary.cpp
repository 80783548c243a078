// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"

#include <cstdint>
#include <string>

namespace arges::bindings {
namespace {

struct LastError {
  std::string text;
  const char* fixed = "";  // stands in for text while not null
};

thread_local LastError last_error;

}  // namespace

arges_status report(const Status& status) noexcept {
  if (status.ok()) return ARGES_OK;
  try {
    last_error.text = status.message();
    last_error.fixed = nullptr;
  } catch (...) {
    last_error.fixed = "the call failed, and there was no memory to keep the reason";
  }
  return static_cast<arges_status>(status.code());
}

arges_status report_fixed(StatusCode code, const char* sentence) noexcept {
  last_error.fixed = sentence;
  return static_cast<arges_status>(code);
}

arges_status report_forked() noexcept {
  return report_fixed(StatusCode::kUnsupported,
                      "this process was forked from one that uses the library; use it there, or "
                      "start the process anew (exec)");
}

arges_status report_exception(const char* what) noexcept {
  try {
    return report(internal_error("an exception reached the library's edge (" + std::string(what) +
                                 "); please report it"));
  } catch (...) {
    return report_fixed(StatusCode::kInternal,
                        "an exception reached the library's edge; please report it");
  }
}

const char* last_error_message() noexcept {
  return last_error.fixed != nullptr ? last_error.fixed : last_error.text.c_str();
}

}  // namespace arges::bindings
