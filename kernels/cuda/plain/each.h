// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/status.h"

// What may run on a GPU and on the host: compilers that know no GPU see ordinary functions.
#ifdef __CUDACC__
#define ARGES_ANYWHERE __host__ __device__
#else
#define ARGES_ANYWHERE
#endif

namespace arges::kernels::plain {

// Runs bodies on the host, one index behind the other. An executor has two members:
//   each(count, body): body(i) for every i in [0, count), in any order;
//   copy(to, from, bytes): within the device. Both in the order of the calls.
struct HostExecutor {
  template <class Body>
  Status each(std::int64_t count, const Body& body) const {
    for (std::int64_t i = 0; i < count; ++i) body(i);
    return {};
  }
  Status copy(void* to, const void* from, std::int64_t bytes) const {
    const auto* source = static_cast<const unsigned char*>(from);
    for (std::int64_t i = 0; i < bytes; ++i) static_cast<unsigned char*>(to)[i] = source[i];
    return {};
  }
};

}  // namespace arges::kernels::plain
