// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/message_image.h"

#include "vision/decode/decode.h"

namespace arges::sdk {

Result<vision::ImageSize> MessageImage::size() const {
  if (file_) return vision::probe_image(*file_, {});
  return vision::ImageSize{pixels_->height, pixels_->width};
}

Result<MessageImage::Pixels> MessageImage::pixels(const StopCheck& stop) const {
  if (!file_) return pixels_;
  ARGES_ASSIGN_OR_RETURN(vision::Image image, vision::decode_image(*file_, {}, stop));
  return Pixels(std::make_shared<const vision::Image>(std::move(image)));
}

}  // namespace arges::sdk
