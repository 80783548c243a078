// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/arena.h"
#include "kernels/base/thread_pool.h"

namespace arges::kernels {

struct OpTable;

// What an op runs with: the backend, its threads and its scratch memory. Borrowed, not owned.
// One context serves one thread of execution at a time; contexts may share a pool.
struct ExecContext {
  const OpTable* ops = nullptr;
  ThreadPool* pool = nullptr;
  Arena* workspace = nullptr;
};

}  // namespace arges::kernels
