// SPDX-License-Identifier: Apache-2.0
// Stands in for the SentencePiece library's header: what language/text calls of it, each call
// throwing what the test says. The test compiles the wall around the library against this.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sentencepiece {

// Thrown from, when set.
inline std::function<void()> throw_from_load;
inline std::function<void()> throw_from_encode;

struct Status {
  bool ok() const { return true; }
  std::string ToString() const { return "OK"; }
};

class SentencePieceProcessor {
 public:
  Status LoadFromSerializedProto(std::string_view) {
    if (throw_from_load) throw_from_load();
    return {};
  }
  Status Encode(std::string_view, std::vector<int>* ids) const {
    ids->push_back(1);
    if (throw_from_encode) throw_from_encode();
    return {};
  }
  int GetPieceSize() const { return 257; }
  std::string IdToPiece(int id) const {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    if (id == 0) return "<unk>";
    const auto byte = static_cast<unsigned>(id - 1);
    return std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">";
  }
  bool IsControl(int) const { return false; }
  bool IsUnknown(int id) const { return id == 0; }
  bool IsByte(int id) const { return id > 0; }
  int unk_id() const { return 0; }
};

}  // namespace sentencepiece
