// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "sdk/runtime/digest.h"
#include "vision/decode/image.h"

namespace arges::sdk {

// A picture of a message: pixels, or a picture file that is decoded when its turn to be encoded has
// come, so that a request that waits holds no more of it than the file. Shared by copies, so that
// handing a message on costs the same whatever it shows. Never changes; safe from any thread.
class MessageImage {
 public:
  using Pixels = std::shared_ptr<const vision::Image>;

  MessageImage() = default;
  // Throws std::bad_alloc, as the next.
  MessageImage(Pixels pixels)  // NOLINT: implicit, pixels are one
      : pixels_(std::move(pixels)), digest_(std::make_shared<LazyDigest>()) {}
  explicit MessageImage(std::vector<std::byte> file)
      : file_(std::make_shared<const std::vector<std::byte>>(std::move(file))),
        digest_(std::make_shared<LazyDigest>()) {}

  bool is_null() const { return !pixels_ && !file_; }
  bool is_file() const { return file_ != nullptr; }
  // Precondition: is_file().
  std::span<const std::byte> file() const { return *file_; }

  // Of the upright picture; of a file it reads the header alone. IMAGE_DECODE.
  Result<vision::ImageSize> size() const;
  // Decodes a file, on the calling thread, asking as vision::decode_image does. IMAGE_DECODE,
  // OUT_OF_MEMORY_HOST, those of `stop`.
  Result<Pixels> pixels(const StopCheck& stop) const;
  // Of the pixels and their size, or of the file, with how it is decoded; made when it is first
  // asked for. Precondition: !is_null().
  const Digest& digest() const;

 private:
  struct LazyDigest {
    std::once_flag made;
    Digest digest;
  };
  Digest make_digest() const;

  Pixels pixels_;
  std::shared_ptr<const std::vector<std::byte>> file_;
  std::shared_ptr<LazyDigest> digest_;
};

}  // namespace arges::sdk
