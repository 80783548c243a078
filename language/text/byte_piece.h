// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arges::language {

// SentencePiece's way to write a byte: "<0x1F>".
std::string piece_of_byte(unsigned char byte);
// The byte; nullopt when the piece is written in another way.
std::optional<unsigned char> byte_of_piece(std::string_view piece);

}  // namespace arges::language
