// SPDX-License-Identifier: Apache-2.0
#include "tests/vision/decode/webp_maker.h"

#include <webp/encode.h>

#include "tests/vision/decode/png_maker.h"

namespace arges::vision::testing {
namespace {

constexpr std::size_t kFileStart = 12;
constexpr std::uint8_t kExifFlag = 0x08;

void append_little(std::uint32_t value, int count, FileBytes& out) {
  for (int i = 0; i < count; ++i) out.push_back(static_cast<std::byte>(value >> 8 * i));
}

FileBytes letters(const std::string& text) {
  FileBytes bytes;
  for (const char c : text) bytes.push_back(static_cast<std::byte>(c));
  return bytes;
}

// The chunks of an extended file with the EXIF chunk behind them; `simple` is extended if it is
// not.
FileBytes with_exif(const WebpSpec& spec, const FileBytes& simple) {
  FileBytes chunks(simple.begin() + kFileStart, simple.end());
  if (std::equal(chunks.begin(), chunks.begin() + 4, letters("VP8X").begin())) {
    chunks[8] |= std::byte{kExifFlag};
  } else {
    FileBytes extended = make_vp8x(spec.width, spec.height, kExifFlag);
    append(extended, chunks);
    chunks = extended;
  }
  append(chunks, make_riff_chunk("EXIF", spec.exif));
  return make_riff(chunks);
}

}  // namespace

std::vector<std::uint8_t> smooth_rgba(const WebpSpec& spec) {
  std::vector<std::uint8_t> rgba;
  for (int y = 0; y < spec.height; ++y) {
    for (int x = 0; x < spec.width; ++x) {
      rgba.push_back(static_cast<std::uint8_t>(40 + 5 * x % 200));
      rgba.push_back(static_cast<std::uint8_t>(30 + 3 * y % 200));
      rgba.push_back(static_cast<std::uint8_t>(2 * (x + y) % 256));
      rgba.push_back(static_cast<std::uint8_t>(spec.alpha ? 255 - (x + y) % 200 : 255));
    }
  }
  return rgba;
}

FileBytes make_webp(const WebpSpec& spec) {
  const auto rgba = smooth_rgba(spec);
  std::uint8_t* out = nullptr;
  const std::size_t size =
      spec.lossless
          ? WebPEncodeLosslessRGBA(rgba.data(), spec.width, spec.height, 4 * spec.width, &out)
          : WebPEncodeRGBA(rgba.data(), spec.width, spec.height, 4 * spec.width, 90, &out);
  const auto* bytes = reinterpret_cast<const std::byte*>(out);
  const FileBytes file(bytes, bytes + size);
  WebPFree(out);
  return spec.exif.empty() ? file : with_exif(spec, file);
}

FileBytes make_riff_chunk(const std::string& name, const FileBytes& data) {
  FileBytes chunk = letters(name);
  append_little(static_cast<std::uint32_t>(data.size()), 4, chunk);
  append(chunk, data);
  if (data.size() % 2 != 0) chunk.push_back(std::byte{0});
  return chunk;
}

FileBytes make_riff(const FileBytes& chunks) {
  FileBytes file = letters("RIFF");
  append_little(static_cast<std::uint32_t>(chunks.size() + 4), 4, file);
  append(file, letters("WEBP"));
  append(file, chunks);
  return file;
}

FileBytes make_vp8x(int width, int height, std::uint8_t flags) {
  FileBytes data = {std::byte{flags}, {}, {}, {}};
  append_little(static_cast<std::uint32_t>(width - 1), 3, data);
  append_little(static_cast<std::uint32_t>(height - 1), 3, data);
  return make_riff_chunk("VP8X", data);
}

}  // namespace arges::vision::testing
