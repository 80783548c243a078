// SPDX-License-Identifier: Apache-2.0
#include "language/text/byte_piece.h"

namespace arges::language {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

}  // namespace

std::string piece_of_byte(unsigned char byte) {
  return {'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'};
}

std::optional<unsigned char> byte_of_piece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  const std::size_t high = kDigits.find(piece[3]);
  const std::size_t low = kDigits.find(piece[4]);
  if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

}  // namespace arges::language
