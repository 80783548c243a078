// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kernels/base/status.h"
#include "kernels/cuda/loader/cuda_library.h"

namespace arges::kernels::cuda {

// The id that an object must have to be of this build.
const char* cuda_build_id();

// Where this build's object belongs: beside the shared library or the program that holds this
// function, links followed. UNSUPPORTED when that place cannot be found out.
Result<std::string> cuda_library_path();

// Opens the object at an absolute path, for as long as the program runs. UNSUPPORTED, with the
// reason: it is not there, it cannot be loaded, it is not Arges's, it is of another build.
// INVALID_ARGUMENT for a path that is not absolute.
Result<const CudaLibrary*> load_cuda_library(const std::string& path);

// This build's, opened when first asked for; the answer never changes. From any thread.
Result<const CudaLibrary*> cuda_library();

}  // namespace arges::kernels::cuda
