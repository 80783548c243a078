// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/model.h"

namespace arges::sdk {

Result<ImageFeatures> Model::encode_image(const vision::Image& image, const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(const auto encoding, begin_image(image));
  while (!encoding->done()) {
    ARGES_RETURN_IF_ERROR(stop());
    ARGES_RETURN_IF_ERROR(encoding->encode_slice(stop));
  }
  return encoding->take();
}

}  // namespace arges::sdk
