// SPDX-License-Identifier: Apache-2.0
#include "bindings_c/src/boundary.h"

#include <cstdint>
#include <string>

namespace arges::bindings {
namespace {

// A thread's sentence outlives its text: other destructors of the thread may still call the
// library.
thread_local const char* fixed = "";  // stands in for the text while not null
thread_local bool text_is_gone = false;

struct LastText {
  LastText() = default;
  ~LastText() {
    text_is_gone = true;
    fixed = "";
  }
  LastText(const LastText&) = delete;
  LastText& operator=(const LastText&) = delete;

  std::string text;
};

thread_local LastText last;

}  // namespace

arges_status report(const Status& status) noexcept {
  if (status.ok()) return ARGES_OK;
  if (text_is_gone) return report_fixed(status.code(), "the call failed while its thread ended");
  try {
    last.text = status.message();
    fixed = nullptr;
  } catch (...) {
    fixed = "the call failed, and there was no memory to keep the reason";
  }
  return static_cast<arges_status>(status.code());
}

arges_status report_fixed(StatusCode code, const char* sentence) noexcept {
  fixed = sentence;
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
  return fixed != nullptr ? fixed : last.text.c_str();
}

}  // namespace arges::bindings
