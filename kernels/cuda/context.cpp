// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/context.h"

#include <cudaTypedefs.h>

#include <utility>

#include "kernels/cuda/driver.h"

namespace arges::kernels::cuda {

struct Context::Driver {
  PFN_cuDeviceGet_v2000 device_get = nullptr;
  PFN_cuCtxCreate_v3020 create = nullptr;
  PFN_cuCtxDestroy_v4000 destroy = nullptr;
  PFN_cuCtxPushCurrent_v4000 push = nullptr;
  PFN_cuCtxPopCurrent_v4000 pop = nullptr;

  Status find() {
    ARGES_RETURN_IF_ERROR(find_driver_function("cuDeviceGet", 2000, device_get));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuCtxCreate", 3020, create));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuCtxDestroy", 4000, destroy));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuCtxPushCurrent", 4000, push));
    return find_driver_function("cuCtxPopCurrent", 4000, pop);
  }
};

Result<std::unique_ptr<Context>> Context::create(int card) {
  int count = 0;  // asked first, so that the runtime starts the driver and a missing one is named
  ARGES_RETURN_IF_ERROR(to_status(cudaGetDeviceCount(&count), "cards"));
  auto driver = std::make_unique<Driver>();
  ARGES_RETURN_IF_ERROR(driver->find());
  CUdevice device = 0;
  ARGES_RETURN_IF_ERROR(to_status(driver->device_get(&device, card), "the card"));
  CUcontext context = nullptr;
  CUresult created = driver->create(&context, 0, device);
  // The driver may tell of what failed in a context that is gone, and do as it is told the next
  // time.
  if (created != CUDA_SUCCESS && created != CUDA_ERROR_OUT_OF_MEMORY) {
    created = driver->create(&context, 0, device);
  }
  ARGES_RETURN_IF_ERROR(to_status(created, "a context on the card"));
  // It is the calling thread's now; the program did not ask for that.
  CUcontext popped = nullptr;
  if (const Status status = to_status(driver->pop(&popped), "the context"); !status.ok()) {
    driver->destroy(context);
    return status;
  }
  return std::unique_ptr<Context>(new Context(card, std::move(driver), context));
}

Context::Context(int card, std::unique_ptr<const Driver> driver, CUctx_st* context)
    : card_(card), driver_(std::move(driver)), context_(context) {}

Context::~Context() {
  driver_->destroy(context_);  // of a lost card it fails, and there is nothing else to do
}

Context::Current::Current(const Context& context)
    : context_(context),
      status_(to_status(context.driver_->push(context.context_), "the card's context")) {}

Context::Current::~Current() {
  CUcontext popped = nullptr;
  if (status_.ok()) context_.driver_->pop(&popped);
}

}  // namespace arges::kernels::cuda
