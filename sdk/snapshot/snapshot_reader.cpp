// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/snapshot_reader.h"

#include <algorithm>

namespace arges::sdk::snapshot {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::size_t kSkipped = std::size_t{1} << 16;
constexpr std::uint64_t kChecksumBytes = sizeof(std::uint64_t);

}  // namespace

Status damaged(const std::string& what) {
  return model_invalid("the file is no saved session or is damaged: " + what);
}

Reader::Reader(const GiveBytes& give, std::uint64_t size, const StopCheck& stop)
    : give_(give),
      stop_(stop),
      left_(size < kChecksumBytes ? 0 : size - kChecksumBytes),
      has_checksum_(size >= kChecksumBytes) {}

Status Reader::bytes(std::span<std::byte> to) {
  if (to.size() > left_) return damaged("it ends too early");
  while (!to.empty()) {
    const auto piece = to.first(std::min(kPiece, to.size()));
    ARGES_RETURN_IF_ERROR(stop_());
    ARGES_RETURN_IF_ERROR(give_(piece));
    sum_.add(piece);
    left_ -= piece.size();
    to = to.subspan(piece.size());
  }
  return {};
}

Result<std::uint64_t> Reader::count(std::uint64_t most, std::uint64_t least_bytes) {
  ARGES_ASSIGN_OR_RETURN(const auto size, number<std::uint64_t>());
  if (size > most || size > left_ / least_bytes) {
    return damaged("it counts " + std::to_string(size) + " of what it has no room for");
  }
  return size;
}

Status Reader::skip(std::uint64_t count) {
  std::vector<std::byte> skipped(std::min<std::uint64_t>(count, kSkipped));
  while (count > 0) {
    const auto piece = std::span(skipped).first(std::min<std::uint64_t>(count, skipped.size()));
    ARGES_RETURN_IF_ERROR(bytes(piece));
    count -= piece.size();
  }
  return {};
}

Status Reader::check_whole() {
  if (!has_checksum_) return damaged("it ends too early");
  ARGES_RETURN_IF_ERROR(skip(left_));
  std::uint64_t written = 0;
  ARGES_RETURN_IF_ERROR(give_(std::as_writable_bytes(std::span(&written, 1))));
  if (written != sum_.value()) return damaged("its checksum is another one than that of its bytes");
  return {};
}

}  // namespace arges::sdk::snapshot
