// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace arges::language {

// How a field is written; the numbers are those of the protocol-buffers encoding.
enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

// One field of a protocol-buffers message.
struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::kVarint;
  std::uint64_t value = 0;  // of a varint or fixed-width field, else 0
  std::string_view bytes;   // of a length-delimited field, else empty; a view into the message
};

// A field that a message's reader knows, and the one way it may be written.
struct KnownField {
  std::uint32_t number;
  WireType type;
};

// Walks the fields of one serialized message without copying. Never reads past its bytes. A known
// field of another wire type is damage: protocol-buffers libraries skip such a field, so whoever
// read it would see another message than they do.
class WireReader {
 public:
  // `known` must outlive the reader.
  WireReader(std::string_view bytes, std::span<const KnownField> known)
      : bytes_(bytes), known_(known) {}

  // nullopt at the end and at the first damage, which ok() tells apart.
  std::optional<WireField> next();
  bool ok() const { return ok_; }

 private:
  std::optional<std::uint64_t> varint();
  std::optional<std::uint64_t> fixed(std::size_t width);
  bool read_payload(WireField& field);
  bool is_well_typed(const WireField& field) const;

  std::string_view bytes_;
  std::span<const KnownField> known_;
  bool ok_ = true;
};

}  // namespace arges::language
