// SPDX-License-Identifier: Apache-2.0
#include "language/text/wire_reader.h"

#include <algorithm>

namespace arges::language {

std::optional<std::uint64_t> WireReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> WireReader::fixed(std::size_t width) {
  if (bytes_.size() < width) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[i])) << (8 * i);
  }
  bytes_.remove_prefix(width);
  return value;
}

bool WireReader::read_payload(WireField& field) {
  if (field.type == WireType::kDelimited) {
    const auto length = varint();
    if (!length || *length > bytes_.size()) return false;
    field.bytes = bytes_.substr(0, *length);
    bytes_.remove_prefix(*length);
    return true;
  }
  std::optional<std::uint64_t> value;
  if (field.type == WireType::kVarint) value = varint();
  if (field.type == WireType::kFixed64) value = fixed(8);
  if (field.type == WireType::kFixed32) value = fixed(4);
  field.value = value.value_or(0);
  return value.has_value();
}

bool WireReader::is_well_typed(const WireField& field) const {
  return std::all_of(known_.begin(), known_.end(), [&](const KnownField& known) {
    return known.number != field.number || known.type == field.type;
  });
}

std::optional<WireField> WireReader::next() {
  if (!ok_ || bytes_.empty()) return std::nullopt;
  WireField field;
  const auto key = varint();
  ok_ = key && (*key >> 3) > 0 && (*key >> 3) < (1u << 29);
  if (ok_) {
    field.number = static_cast<std::uint32_t>(*key >> 3);
    field.type = static_cast<WireType>(*key & 7);
    ok_ = is_well_typed(field) && read_payload(field);
  }
  if (!ok_) return std::nullopt;
  return field;
}

}  // namespace arges::language
