// SPDX-License-Identifier: Apache-2.0
#include "sdk/files/new_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

Status write_failure(const std::string& name) {
  if (errno == ENOSPC || errno == EDQUOT) {
    return {StatusCode::kIo, "the disk has no room left for file " + quote_name(name) +
                                 "; make some and try it again"};
  }
  if (errno == EFBIG) {
    return {StatusCode::kIo,
            "file " + quote_name(name) + " would be larger than the process may write (ulimit -f)"};
  }
  return {StatusCode::kIo, "file " + quote_name(name) +
                               " cannot be written; check the folder's permissions and the disk"};
}

Status being_written(const std::string& name) {
  return {StatusCode::kBusy,
          "file " + quote_name(name) + " is being written already; wait until that has ended"};
}

// Whether the file still has that name: whoever held the lock before may have given it another.
bool is_called(const FileDescriptor& file, const std::string& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file.get(), &opened) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// Some file systems know no locks: there each writer looks after itself.
bool is_locked_elsewhere(const FileDescriptor& file) {
  return ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

// Some systems cannot be asked for that.
bool sync_folder(const std::string& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return !opened.is_open() || ::fsync(opened.get()) == 0 || errno == EINVAL;
}

}  // namespace

NewFile::NewFile(FileDescriptor descriptor, std::string folder, std::string name)
    : descriptor_(std::move(descriptor)), folder_(std::move(folder)), name_(std::move(name)) {}

NewFile::~NewFile() {
  if (descriptor_.is_open()) ::unlink((path() + kUnfinished).c_str());
}

Result<NewFile> NewFile::create(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name + kUnfinished;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (;;) {
    FileDescriptor file(::open(path.c_str(), kFlags, 0666));
    if (!file.is_open()) return write_failure(name);
    if (is_locked_elsewhere(file)) return being_written(name);
    if (!is_called(file, path)) continue;
    NewFile made(std::move(file), folder, name);
    if (::ftruncate(made.descriptor_.get(), 0) != 0) return write_failure(name);
    return made;
  }
}

Status NewFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return write_failure(name_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// Closed, and with that unlocked, behind the rename: nobody else writes to what takes the name.
Status NewFile::finish() {
  const bool placed = ::fsync(descriptor_.get()) == 0 &&
                      std::rename((path() + kUnfinished).c_str(), path().c_str()) == 0;
  if (!placed) return write_failure(name_);
  descriptor_.close();
  if (sync_folder(folder_)) return {};
  return {StatusCode::kIo, "file " + quote_name(name_) +
                               " is in its place, but may not be there after a power cut; check "
                               "the disk"};
}

Status write_file(const std::string& folder, const std::string& name, const std::string& text) {
  ARGES_ASSIGN_OR_RETURN(NewFile file, NewFile::create(folder, name));
  ARGES_RETURN_IF_ERROR(file.write(std::as_bytes(std::span(text))));
  return file.finish();
}

}  // namespace arges::sdk
