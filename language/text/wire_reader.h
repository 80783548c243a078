// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace arges::language {

// One field of a protocol-buffers message.
struct WireField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  // of a varint or fixed-width field, else 0
  std::string_view bytes;   // of a length-delimited field, else empty; a view into the message
};

// Walks the fields of one serialized message without copying. Never reads past its bytes.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : bytes_(bytes) {}

  // nullopt at the end and at the first damage, which ok() tells apart.
  std::optional<WireField> next();
  bool ok() const { return ok_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<std::uint64_t> fixed(std::size_t width);
  bool read_payload(std::uint64_t wire_type, WireField& field);

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace arges::language
