// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arges::language {

// Appends the fields of one protocol-buffers message; the counterpart of WireReader.
class WireWriter {
 public:
  void varint(std::uint32_t field, std::uint64_t value);
  void fixed32(std::uint32_t field, std::uint32_t value);
  // A string, bytes or a message.
  void delimited(std::uint32_t field, std::string_view bytes);

  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  void append(std::uint64_t value);

  std::string bytes_;
};

}  // namespace arges::language
