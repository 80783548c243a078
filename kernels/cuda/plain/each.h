// SPDX-License-Identifier: Apache-2.0
#pragma once

// What may run on a GPU and on the host: compilers that know no GPU see ordinary functions.
//
// Ops here are templates over an executor, which runs bodies, and has two members:
//   Status each(std::int64_t count, body): body(i) for every i in [0, count), in any order and side
//     by side;
//   Status copy(to, from, bytes): within the device. Both in the order of the calls.
#ifdef __CUDACC__
#define ARGES_ANYWHERE __host__ __device__
#else
#define ARGES_ANYWHERE
#endif
