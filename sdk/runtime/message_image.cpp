// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/message_image.h"

#include "vision/decode/decode.h"

namespace arges::sdk {
namespace {

// What a digest is of.
constexpr std::uint64_t kPixels = 1;
constexpr std::uint64_t kFile = 2;  // decoded as vision::ImageLimits() says

}  // namespace

Result<vision::ImageSize> MessageImage::size() const {
  if (file_) return vision::probe_image(*file_, {});
  return vision::ImageSize{pixels_->height, pixels_->width};
}

Result<MessageImage::Pixels> MessageImage::pixels(const StopCheck& stop) const {
  if (!file_) return pixels_;
  ARGES_ASSIGN_OR_RETURN(vision::Image image, vision::decode_image(*file_, {}, stop));
  return Pixels(std::make_shared<const vision::Image>(std::move(image)));
}

const Digest& MessageImage::digest() const {
  std::call_once(digest_->made, [this] { digest_->digest = make_digest(); });
  return digest_->digest;
}

// Files are all decoded in one way, so it needs no more than a word of its own.
Digest MessageImage::make_digest() const {
  Hasher hasher;
  if (file_) {
    hasher.add_number(kFile);
    hasher.add(*file_);
  } else {
    hasher.add_number(kPixels);
    hasher.add_number(static_cast<std::uint64_t>(pixels_->height));
    hasher.add_number(static_cast<std::uint64_t>(pixels_->width));
    hasher.add(std::as_bytes(std::span(pixels_->pixels)));
  }
  return hasher.digest();
}

}  // namespace arges::sdk
