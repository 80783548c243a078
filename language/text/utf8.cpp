// SPDX-License-Identifier: Apache-2.0
#include "language/text/utf8.h"

namespace arges::language {

Utf8Decoder::Step Utf8Decoder::begin(unsigned char byte) {
  if (byte < 0x80) return Step::kComplete;
  if (byte < 0xC2 || byte > 0xF4) return Step::kInvalid;
  needed_ = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  pending_ = 1;
  low_ = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
  high_ = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
  return Step::kPartial;
}

Utf8Decoder::Step Utf8Decoder::feed(unsigned char byte) {
  if (pending_ == 0) return begin(byte);
  if (byte < low_ || byte > high_) {
    reset();
    return Step::kInvalidBeforeThis;
  }
  low_ = 0x80;
  high_ = 0xBF;
  if (++pending_ < needed_) return Step::kPartial;
  reset();
  return Step::kComplete;
}

std::size_t utf8_valid_prefix(std::string_view text) {
  Utf8Decoder decoder;
  std::size_t valid = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto step = decoder.feed(static_cast<unsigned char>(text[i]));
    if (step == Utf8Decoder::Step::kComplete) valid = i + 1;
    if (step == Utf8Decoder::Step::kInvalid || step == Utf8Decoder::Step::kInvalidBeforeThis) break;
  }
  return valid;
}

Status check_utf8(std::string_view text, std::string_view what) {
  const std::size_t valid = utf8_valid_prefix(text);
  if (valid == text.size()) return {};
  return invalid_argument(std::string(what) + " is not UTF-8 at byte " + std::to_string(valid) +
                          "; convert it to UTF-8 first.");
}

Status check_text(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return check_utf8(text, "The text");
  return invalid_argument("The text has " + std::to_string(text.size()) + " bytes; at most " +
                          std::to_string(max_bytes) + " are allowed.");
}

void append_utf8(std::uint32_t code_point, std::string& out) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | (code_point >> 12));
    } else {
      put(0xF0 | (code_point >> 18));
      put(0x80 | ((code_point >> 12) & 0x3F));
    }
    put(0x80 | ((code_point >> 6) & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::uint32_t next_code_point(std::string_view text, std::size_t& offset) {
  const auto byte = [&] { return static_cast<unsigned char>(text[offset++]); };
  const std::uint32_t lead = byte();
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  std::uint32_t code_point = lead & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) code_point = (code_point << 6) | (byte() & 0x3Fu);
  return code_point;
}

}  // namespace arges::language
