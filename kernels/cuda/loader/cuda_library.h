// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/base/status.h"

// What libarges_cuda.so offers. Both sides are of one build (README.md), so C++ values may cross.
namespace arges::kernels::cuda {

struct CudaCard {
  int index = 0;  // as the driver numbers them, and CUDA_VISIBLE_DEVICES leaves them
  std::string name;
  int major = 0;  // compute capability
  int minor = 0;
  int multiprocessors = 0;
  std::int64_t memory_bytes = 0;
};

// What products with bf16 weights do to their other operand. All else is fp32.
enum class CudaPrecision {
  kMixed,  // narrow it to bf16, for the tensor cores (mixed/README.md)
  kFp32,   // nothing (plain/README.md): the processor's results, slowly
};

// Constant; its functions may be called from any thread.
struct CudaLibrary {
  // The cards that the kernels run on, compute capability 8.0 and up, in the driver's order; never
  // empty. UNSUPPORTED says what is missing: a driver, a new enough one, a card, a newer one.
  Result<std::vector<CudaCard>> (*cards)();
  // A backend on one of them, in a context of its own that ends with it: memory of its device must
  // be gone by then. UNSUPPORTED for a card that is not among them, OUT_OF_MEMORY_DEVICE when it is
  // full.
  Result<std::shared_ptr<const Backend>> (*backend)(int card, CudaPrecision precision);
};

// The two symbols of the object, both extern "C".
inline constexpr const char* kBuildIdSymbol = "arges_cuda_build_id";  // const char[], the id
inline constexpr const char* kLibrarySymbol = "arges_cuda_library";   // const CudaLibrary

}  // namespace arges::kernels::cuda
