// SPDX-License-Identifier: Apache-2.0
#pragma once

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
