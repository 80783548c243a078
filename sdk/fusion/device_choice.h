// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "kernels/backend.h"
#include "kernels/base/status.h"

namespace arges::sdk {

// What is to run a model.
struct DeviceChoice {
  std::shared_ptr<const kernels::Backend> backend;
  std::int64_t index = 0;          // of several devices of the kind
  std::string instruction_set;     // that the device's code uses
  std::string reason;              // why that one: a sentence without its full stop
  bool instead_of_a_card = false;  // that "auto" had taken, and that could not open the model
};

// The one place that lists the backends: "auto" (the first GPU that can be had, else the
// processor), "cpu", "cuda" (the GPU `index`), "cuda:N", "cuda-fp32" (the same as "cuda", in fp32
// throughout), "reference". UNSUPPORTED for what is not
// here, with the reason; OUT_OF_MEMORY_DEVICE when a GPU has no room to begin with. INTERNAL: the
// GPU does not work.
Result<DeviceChoice> choose_device(const std::string& name, std::int64_t index);

// The processor, for a reason.
DeviceChoice the_processor(std::string reason);

// The processor because a GPU that "auto" took, or would have, failed.
DeviceChoice the_processor_after(const Status& failure);

}  // namespace arges::sdk
