// SPDX-License-Identifier: Apache-2.0
#include "vision/decode/exif.h"

namespace arges::vision {
namespace {

constexpr std::uint32_t kTagOrientation = 0x0112;
constexpr std::uint32_t kTypeShort = 3;
constexpr std::size_t kEntryBytes = 12;

using Read = std::optional<std::uint32_t> (*)(Bytes, std::size_t, std::size_t);

// TIFF blocks say by their first two bytes which way round their numbers are.
Read byte_order(Bytes tiff) {
  const auto mark = read_big(tiff, 0, 2);
  if (mark == 0x4949) return read_little;
  if (mark == 0x4D4D) return read_big;
  return nullptr;
}

// The value of a directory entry that is one SHORT; nullopt for any other entry.
std::optional<std::uint32_t> orientation_entry(Bytes tiff, std::size_t entry, Read read) {
  if (read(tiff, entry, 2) != kTagOrientation) return std::nullopt;
  if (read(tiff, entry + 2, 2) != kTypeShort || read(tiff, entry + 4, 4) != 1u) return std::nullopt;
  return read(tiff, entry + 8, 2);
}

}  // namespace

int read_exif_orientation(Bytes tiff) {
  const Read read = byte_order(tiff);
  if (read == nullptr || read(tiff, 2, 2) != 42u) return kUpright;
  const auto directory = read(tiff, 4, 4);
  if (!directory) return kUpright;
  const auto entries = read(tiff, *directory, 2);
  for (std::uint32_t i = 0; i < entries.value_or(0); ++i) {
    const auto value = orientation_entry(tiff, *directory + 2 + i * kEntryBytes, read);
    if (value) return *value >= 1 && *value <= 8 ? static_cast<int>(*value) : kUpright;
  }
  return kUpright;
}

}  // namespace arges::vision
