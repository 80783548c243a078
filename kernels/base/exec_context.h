// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernels/base/arena.h"
#include "kernels/base/thread_pool.h"

namespace arges::kernels {

struct Backend;

// What an op runs with: the backend, its threads and its scratch memory. Borrowed, not owned.
// One context serves one thread of execution at a time; contexts may share a pool.
struct ExecContext {
  const Backend* backend = nullptr;
  ThreadPool* pool = nullptr;  // CPU backends only
  Arena* workspace = nullptr;  // of the backend's device
};

}  // namespace arges::kernels
