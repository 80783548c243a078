// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>

#include <exception>
#include <new>
#include <system_error>
#include <type_traits>
#include <utility>

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/forked_process.h"
#include "kernels/base/status.h"

namespace arges::bindings {

// Remembers a failure's sentence for arges_last_error_message of the calling thread (an ok status
// leaves the last one alone) and returns the code as the C ABI writes it.
arges_status report(const Status& status) noexcept;

// As report, with a sentence that needs no memory of its own. `sentence` is a static string.
arges_status report_fixed(StatusCode code, const char* sentence) noexcept;

// As report, for a call in a fork of the process that made the handles.
arges_status report_forked() noexcept;

// As report, for an exception that reached the boundary: a defect of the library.
arges_status report_exception(const char* what) noexcept;

// The calling thread's last sentence; "" when no call has failed. Never null.
const char* last_error_message() noexcept;

// While it lives, its thread is not ended by pthread_cancel: the thread's end would unwind through
// functions that let nothing through.
class NotCancelled {
 public:
  NotCancelled() { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  ~NotCancelled() { pthread_setcancelstate(before_, nullptr); }
  NotCancelled(const NotCancelled&) = delete;
  NotCancelled& operator=(const NotCancelled&) = delete;

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// The body of every exported function that can fail: runs `body` (returning Status, or the code of
// what it has reported itself), lets nothing through but a code. Exceptions come from the standard
// library alone; the modules below throw none of their own.
template <typename Body>
arges_status at_boundary(Body&& body) noexcept {
  if (is_forked_process()) return report_forked();
  const NotCancelled not_cancelled;
  try {
    if constexpr (std::is_same_v<decltype(body()), arges_status>) {
      return std::forward<Body>(body)();
    } else {
      return report(std::forward<Body>(body)());
    }
  } catch (const std::bad_alloc&) {
    return report_fixed(StatusCode::kOutOfMemoryHost,
                        "there is not enough memory for this call; free some and try again");
  } catch (const std::system_error&) {
    return report_fixed(StatusCode::kIo,
                        "the system refused a thread or a lock; check the process's limits");
  } catch (const std::exception& exception) {
    return report_exception(exception.what());
  } catch (...) {
    return report_exception("of an unknown kind");
  }
}

}  // namespace arges::bindings
