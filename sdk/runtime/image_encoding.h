// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/memory.h"
#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"

namespace arges::sdk {

// A picture as the language model reads it: [tokens, hidden] f32, in the memory of the model's
// device.
struct ImageFeatures {
  std::int64_t tokens = 0;
  Memory data;
};

// A picture on its way to features, slice by slice, so that several can take turns. One thread at a
// time; model and picture must outlive it.
class ImageEncoding {
 public:
  virtual ~ImageEncoding() = default;

  // All features are there.
  virtual bool done() const = 0;
  // Scales the picture, or encodes a few of its tiles. `stop` is asked inside what takes long; what
  // it returns when not ok ends the work. Not to be used any more after a failure. Precondition:
  // !done().
  virtual Status encode_slice(const StopCheck& stop) = 0;
  // The features, once. Precondition: done().
  virtual ImageFeatures take() = 0;
};

}  // namespace arges::sdk
