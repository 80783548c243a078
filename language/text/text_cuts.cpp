// SPDX-License-Identifier: Apache-2.0
#include "language/text/text_cuts.h"

#include <algorithm>
#include <bit>

#include "language/text/utf8.h"

namespace arges::language {
namespace {

constexpr std::uint32_t kSpaceMark = 0x2581;

bool can_be_cut(const SentencePieceModel& model) {
  const bool unused =
      std::any_of(model.pieces.begin(), model.pieces.end(),
                  [](const SentencePiece& piece) { return piece.type == PieceType::kUnused; });
  return model.search == PieceSearch::kBpe && model.rules.empty() && !model.drops_spaces && !unused;
}

// As the pieces write it.
std::uint32_t mark_space(std::uint32_t character) {
  return character == ' ' ? kSpaceMark : character;
}

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

}  // namespace

TextCuts::TextCuts(const SentencePieceModel& model) : needs_space_(model.add_dummy_prefix) {
  if (!can_be_cut(model)) return;
  constexpr std::size_t kLeastBits = std::size_t{1} << 12;
  constexpr std::size_t kMostBits = std::size_t{1} << 23;
  joined_.resize(std::clamp(std::bit_ceil(model.piece_bytes * 8), kLeastBits, kMostBits));
  for (const SentencePiece& piece : model.pieces) add_neighbours(piece.text);
}

void TextCuts::add_neighbours(std::string_view piece) {
  std::size_t offset = 0;
  std::uint32_t left = next_code_point(piece, offset);
  while (offset < piece.size()) {
    const std::uint32_t right = next_code_point(piece, offset);
    joined_[bit_of(mark_space(left), mark_space(right))] = true;
    left = right;
  }
}

std::size_t TextCuts::bit_of(std::uint32_t left, std::uint32_t right) const {
  const std::uint64_t pair = std::uint64_t{left} << 32 | right;
  const std::uint64_t mixed = (pair ^ pair >> 29) * 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(mixed >> 32) & (joined_.size() - 1);
}

bool TextCuts::may_part(std::uint32_t left, std::uint32_t right) const {
  return !joined_[bit_of(mark_space(left), mark_space(right))];
}

TextCuts::Slice TextCuts::first(std::string_view text, std::size_t least) const {
  const Slice all{text.size(), 0};
  if (joined_.empty() || text.size() <= least) return all;
  std::size_t at = least - 1;
  while (at > 0 && is_continuation(text[at])) --at;
  std::uint32_t left = next_code_point(text, at);
  while (at < text.size()) {
    const std::size_t cut = at;
    const std::uint32_t right = next_code_point(text, at);
    if (needs_space_) {
      // Behind the space something must remain, or the library writes no prefix.
      if (right == ' ' && at < text.size() && may_part(left, right)) return {cut, 1};
    } else if (may_part(left, right)) {
      return {cut, 0};
    }
    left = right;
  }
  return all;
}

}  // namespace arges::language
