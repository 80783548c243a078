// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/file_mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

// Closes a file descriptor at the end of a scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

Status open_error(const std::string& path) {
  if (errno == ENOENT || errno == ENOTDIR) {
    return {StatusCode::kNotFound, "file " + quote_name(path) + " does not exist"};
  }
  if (errno == ELOOP) return model_invalid("file " + quote_name(path) + " is a symbolic link");
  return {StatusCode::kIo, "file " + quote_name(path) + " cannot be opened; check its permissions"};
}

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

Result<FileMapping> FileMapping::open(const std::string& path, FileAccess access) {
  // O_NONBLOCK: a named pipe in the folder must not make the call wait for a writer.
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (file.number < 0) return open_error(path);
  struct stat info {};
  if (::fstat(file.number, &info) != 0) return open_error(path);
  if (!S_ISREG(info.st_mode)) return model_invalid(quote_name(path) + " is not a regular file");
  FileMapping mapping;
  mapping.size_ = static_cast<std::size_t>(info.st_size);
  if (mapping.size_ == 0) return mapping;
  Status status = access == FileAccess::kMap ? mapping.map(file.number) : mapping.read(file.number);
  if (!status.ok()) return Status(status.code(), status.message() + " " + quote_name(path));
  return mapping;
}

Status FileMapping::map(int descriptor) {
  void* data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) return {StatusCode::kOutOfMemoryHost, "no address space to map"};
  data_ = static_cast<const std::byte*>(data);
  mapped_ = true;
  return {};
}

Status FileMapping::read(int descriptor) {
  ARGES_ASSIGN_OR_RETURN(copy_, Memory::allocate(size_));
  std::size_t done = 0;
  while (done < size_) {
    const ssize_t got = ::read(descriptor, copy_.data() + done, size_ - done);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {StatusCode::kIo, "the file ended or failed while being read:"};
    done += static_cast<std::size_t>(got);
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
