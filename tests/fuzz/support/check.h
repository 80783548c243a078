// SPDX-License-Identifier: Apache-2.0
// What a target says when a promise is broken. An abort is what libFuzzer and ctest both notice.
#pragma once

#include <ctime>
#include <initializer_list>
#include <string>

#include "kernels/base/status.h"

namespace arges::fuzz {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// Ends the process with a sentence on standard error.
[[noreturn]] void broken(const std::string& promise);

inline void require(bool condition, const char* promise) {
  if (!condition) broken(promise);
}

// The status is one that the door's header lists.
void require_status(const Status& status, std::initializer_list<StatusCode> listed);

// Processor time of the calling thread. Unlike libFuzzer's -timeout it does not count the time
// that other processes of a busy machine take.
class CpuTime {
 public:
  CpuTime() : start_(now()) {}
  double seconds() const { return now() - start_; }
  // The limit is that of a plain build; sanitizers get five times as much.
  void require_below(double seconds, const char* what) const;

 private:
  static double now();
  double start_;
};

}  // namespace arges::fuzz
