// SPDX-License-Identifier: Apache-2.0
#include "language/text/byte_alphabet.h"

#include "language/text/utf8.h"

namespace arges::language {
namespace {

bool names_itself(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
}

}  // namespace

ByteAlphabet::ByteAlphabet() {
  bytes_.fill(-1);
  std::uint32_t next_free = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    names_[byte] = names_itself(byte) ? byte : next_free++;
    bytes_[names_[byte]] = static_cast<std::int16_t>(byte);
  }
  std::size_t rank = 0;
  for (const std::int16_t byte : bytes_) {
    if (byte >= 0) by_name_[rank++] = static_cast<unsigned char>(byte);
  }
}

const ByteAlphabet& ByteAlphabet::instance() {
  static const ByteAlphabet alphabet;
  return alphabet;
}

std::optional<std::string> ByteAlphabet::to_bytes(std::string_view written) const {
  std::string out;
  for (std::size_t at = 0; at < written.size();) {
    const std::uint32_t name = next_code_point(written, at);
    if (name >= kNameLimit || bytes_[name] < 0) return std::nullopt;
    out.push_back(static_cast<char>(bytes_[name]));
  }
  return out;
}

}  // namespace arges::language
