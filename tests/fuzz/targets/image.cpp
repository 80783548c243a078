// SPDX-License-Identifier: Apache-2.0
// Any bytes: IMAGE_DECODE, or an upright picture of the size that probing announced.
#include <malloc.h>

#include <cstring>

#include "tests/fuzz/support/check.h"
#include "tests/fuzz/support/target.h"
#include "vision/decode/decode.h"

namespace {

using namespace arges::fuzz;
using arges::vision::Image;

constexpr double kSeconds = 1;
constexpr double kQuick = 0.002;

// The code paths of large pictures at the price of small ones.
arges::vision::ImageLimits limits() {
  arges::vision::ImageLimits limits;
  limits.pixels = 1'000'000;
  return limits;
}

void check_image(const Image& image, const arges::vision::ImageLimits& limits) {
  require(image.height >= 1 && image.width >= 1, "a picture has pixels");
  require(image.height <= limits.side && image.width <= limits.side, "a side is within its limit");
  require(std::int64_t{image.height} * image.width <= limits.pixels, "pixels are within the limit");
  require(image.pixels.size() == image.row_bytes() * static_cast<std::size_t>(image.height),
          "pixels are height × width × 3");
}

// What a decoder finds in variables that it never wrote: bytes of its callers' calls before it.
[[gnu::noinline]] void fill_stack(int value) {
  char unused[16384];
  std::memset(unused, value, sizeof unused);
  asm volatile("" : : "r"(unused) : "memory");  // or the compiler drops the writes
}

// Fresh memory, heap or stack, holds this byte from now on. AddressSanitizer keeps both to itself,
// so this tells most in replays.
void fill_fresh_memory(int value) {
  mallopt(M_PERTURB, value);
  fill_stack(value);
}

// Memory begins with other bytes now: what was read before it was written gives another answer.
void check_again(std::span<const std::byte> bytes, const arges::vision::ImageLimits& limits,
                 const arges::Result<Image>& image) {
  fill_fresh_memory(0xA5);
  const auto again = arges::vision::decode_image(bytes, limits);
  require(again.ok() == image.ok(), "the same bytes are refused or decoded");
  if (image.ok()) require(again->pixels == image->pixels, "the same bytes give the same pixels");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  const auto accepted = limits();
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size);
  const CpuTime time;
  const auto probed = arges::vision::probe_image(bytes, accepted);
  fill_fresh_memory(0x3C);
  const auto image = arges::vision::decode_image(bytes, accepted);
  time.require_below(kSeconds, "decode_image()");
  if (!probed.ok()) require_status(probed.status(), {arges::StatusCode::kImageDecode});
  if (time.seconds() < kQuick) check_again(bytes, accepted, image);
  if (!image.ok()) {
    require_status(image.status(), {arges::StatusCode::kImageDecode});
    return 0;
  }
  check_image(*image, accepted);
  require(probed.ok(), "what decodes can be probed");
  require(probed->height == image->height && probed->width == image->width,
          "a picture has the size that probing announced");
  return 0;
}
