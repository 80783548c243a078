// SPDX-License-Identifier: Apache-2.0
#include "language/text/wire_writer.h"

#include "language/text/wire_reader.h"

namespace arges::language {
namespace {

std::uint64_t key(std::uint32_t field, WireType type) {
  return std::uint64_t{field} << 3 | static_cast<std::uint64_t>(type);
}

}  // namespace

void WireWriter::append(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
  bytes_ += static_cast<char>(value);
}

void WireWriter::varint(std::uint32_t field, std::uint64_t value) {
  append(key(field, WireType::kVarint));
  append(value);
}

void WireWriter::fixed32(std::uint32_t field, std::uint32_t value) {
  append(key(field, WireType::kFixed32));
  for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xFF);
}

void WireWriter::delimited(std::uint32_t field, std::string_view bytes) {
  append(key(field, WireType::kDelimited));
  append(bytes.size());
  bytes_ += bytes;
}

}  // namespace arges::language
