// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/loader/load_cuda_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace arges::kernels::cuda {

namespace {

constexpr const char* kFileName = "libarges_cuda.so";

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// A path without links; empty when there is no such file.
std::string resolved(const char* path) {
  const std::unique_ptr<char, Free> real(::realpath(path, nullptr));
  return real ? std::string(real.get()) : std::string();
}

// The object that holds this code. The linker knows a program by the name it was called by, which
// need not be a path.
std::string own_object() {
  Dl_info info{};
  const auto* here = reinterpret_cast<const void*>(&cuda_build_id);
  if (::dladdr(here, &info) == 0 || info.dli_fname == nullptr) return {};
  if (std::strchr(info.dli_fname, '/') != nullptr) {
    std::string object = resolved(info.dli_fname);
    if (!object.empty()) return object;
  }
  return resolved("/proc/self/exe");
}

std::string last_error() {
  const char* error = ::dlerror();
  return error != nullptr ? error : "unknown error";
}

}  // namespace

const char* cuda_build_id() {
  return ARGES_CUDA_BUILD_ID;
}

Result<std::string> cuda_library_path() {
  const std::string object = own_object();
  const std::size_t slash = object.rfind('/');
  if (slash == std::string::npos) {
    return unsupported("No CUDA here: where this library lies cannot be found out.");
  }
  return object.substr(0, slash + 1) + kFileName;
}

Result<const CudaLibrary*> load_cuda_library(const std::string& path) {
  if (path.empty() || path[0] != '/') {
    return invalid_argument("The path of the CUDA library must be absolute.");
  }
  if (::access(path.c_str(), F_OK) != 0) {
    return unsupported("No CUDA here: " + path + " is not there; it is built where nvcc is found.");
  }
  void* object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (object == nullptr) {
    return unsupported("No CUDA here: " + path + " cannot be loaded (" + last_error() + ").");
  }
  const auto* id = static_cast<const char*>(::dlsym(object, kBuildIdSymbol));
  if (id == nullptr) {
    return unsupported("No CUDA here: " + path + " is not a library of Arges.");
  }
  if (std::strcmp(id, cuda_build_id()) != 0) {
    return unsupported("No CUDA here: " + path +
                       " belongs to another build of Arges; install both together.");
  }
  const auto* library = static_cast<const CudaLibrary*>(::dlsym(object, kLibrarySymbol));
  if (library == nullptr) {
    return unsupported("No CUDA here: " + path + " offers nothing.");
  }
  return library;
}

// Never destroyed: a model may still be opened while the process exits.
Result<const CudaLibrary*> cuda_library() {
  using Loaded = Result<const CudaLibrary*>;
  static const Loaded& loaded = *new Loaded([]() -> Loaded {
    ARGES_ASSIGN_OR_RETURN(const std::string path, cuda_library_path());
    return load_cuda_library(path);
  }());
  return loaded;
}

}  // namespace arges::kernels::cuda
