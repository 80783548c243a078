// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/snapshot_writer.h"

namespace arges::sdk::snapshot {

void Writer::bytes(std::span<const std::byte> bytes) {
  if (!status_.ok()) return;
  sum_.add(bytes);
  if (buffer_.size() + bytes.size() > kBuffer) flush();
  if (bytes.size() <= kBuffer) {
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  } else if (status_.ok()) {
    status_ = take_(bytes);
  }
}

Status Writer::piece(std::span<const std::byte> bytes) {
  this->bytes(bytes);
  return status_;
}

void Writer::fail(Status status) {
  if (status_.ok()) status_ = std::move(status);
}

void Writer::flush() {
  if (status_.ok() && !buffer_.empty()) status_ = take_(buffer_);
  buffer_.clear();
}

Status Writer::finish() {
  number(sum_.value());
  flush();
  return status_;
}

}  // namespace arges::sdk::snapshot
