// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include "kernels/base/status.h"

namespace arges::cli {

// What ends a command with exit status 1; its one sentence says why and what to do.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A command line that cannot be meant; exit status 2.
class UsageError : public Failure {
 public:
  using Failure::Failure;
};

// What to tell a person of what ended a command; lives as long as the exception.
inline const char* sentence_of(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) == nullptr) return error.what();
  return "out of memory; close other programs, or use a smaller model or file";
}

// Commands that look inside the library meet its Status; here it becomes a Failure.
inline void require(const Status& status) {
  if (!status.ok()) throw Failure(status.message());
}

template <typename T>
T require(Result<T> result) {
  require(result.status());
  return std::move(result).value();
}

}  // namespace arges::cli
