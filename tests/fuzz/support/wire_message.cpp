// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/support/wire_message.h"

#include <algorithm>
#include <optional>

namespace arges::fuzz {
namespace {

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> take_fixed(std::string_view& bytes, std::size_t width) {
  if (bytes.size() < width) return std::nullopt;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(width);
  return value;
}

std::optional<WireField> take_field(std::string_view& bytes) {
  const auto tag = take_varint(bytes);
  if (!tag) return std::nullopt;
  WireField field{static_cast<std::uint32_t>(*tag >> 3), static_cast<int>(*tag & 7), 0, {}};
  std::optional<std::uint64_t> value;
  if (field.type == 1) value = take_fixed(bytes, 8);
  if (field.type == 5) value = take_fixed(bytes, 4);
  if (field.type == 0 || field.type == 2) value = take_varint(bytes);
  if (!value) return std::nullopt;
  if (field.type != 2) {
    field.value = *value;
    return field;
  }
  if (*value > bytes.size()) return std::nullopt;
  field.bytes = bytes.substr(0, *value);
  bytes.remove_prefix(*value);
  return field;
}

void put_varint(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_fixed(std::uint64_t value, int width, std::string& out) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

WireMessage parse_wire(std::string_view bytes) {
  WireMessage message;
  while (!bytes.empty()) {
    auto field = take_field(bytes);
    if (!field) break;
    message.push_back(std::move(*field));
  }
  return message;
}

std::string write_wire(const WireMessage& message) {
  std::string out;
  for (const WireField& field : message) {
    put_varint(std::uint64_t{field.number} << 3 | static_cast<unsigned>(field.type), out);
    if (field.type == 0) put_varint(field.value, out);
    if (field.type == 1) put_fixed(field.value, 8, out);
    if (field.type == 5) put_fixed(field.value, 4, out);
    if (field.type != 2) continue;
    put_varint(field.bytes.size(), out);
    out += field.bytes;
  }
  return out;
}

const WireField* find_field(const WireMessage& message, std::uint32_t number) {
  const auto found =
      std::find_if(message.rbegin(), message.rend(),
                   [number](const WireField& field) { return field.number == number; });
  return found == message.rend() ? nullptr : &*found;
}

WireField& field_of(WireMessage& message, std::uint32_t number, int type) {
  if (const WireField* found = find_field(message, number)) return const_cast<WireField&>(*found);
  message.push_back({number, type, 0, {}});
  return message.back();
}

}  // namespace arges::fuzz
