// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/file_mapping.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace arges::sdk {
namespace {

constexpr std::size_t kBytesBetweenStopChecks = std::size_t{16} << 20;

}  // namespace

FileMapping::~FileMapping() {
  if (mapped_) ::munmap(const_cast<std::byte*>(data_), size_);
}

FileMapping::FileMapping(FileMapping&& other) noexcept {
  *this = std::move(other);
}

FileMapping& FileMapping::operator=(FileMapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(mapped_, other.mapped_);
  std::swap(copy_, other.copy_);
  return *this;
}

Result<FileMapping> FileMapping::of(const ModelFile& file, FileAccess access,
                                    const StopCheck& stop) {
  FileMapping mapping;
  mapping.size_ = static_cast<std::size_t>(file.size());
  if (mapping.size_ == 0) return mapping;
  ARGES_RETURN_IF_ERROR(access == FileAccess::kMap ? mapping.map(file) : mapping.read(file, stop));
  return mapping;
}

Status FileMapping::map(const ModelFile& file) {
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.descriptor(), 0);
  if (data == MAP_FAILED) return {StatusCode::kOutOfMemoryHost, "no address space to map"};
  data_ = static_cast<const std::byte*>(data);
  mapped_ = true;
  return {};
}

Status FileMapping::read(const ModelFile& file, const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(copy_, Memory::allocate(size_));
  for (std::size_t done = 0; done < size_;) {
    ARGES_RETURN_IF_ERROR(stop());
    const std::size_t part = std::min(size_ - done, kBytesBetweenStopChecks);
    ARGES_RETURN_IF_ERROR(file.read(done, copy_.data() + done, part));
    done += part;
  }
  data_ = copy_.data();
  return {};
}

void FileMapping::advise_unneeded(std::span<const std::byte> part) const {
  if (!mapped_ || part.empty()) return;
  // Whole pages around the part: dropping a neighbour's page costs it one more fault, no data.
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(part.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size());
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace arges::sdk
