// SPDX-License-Identifier: Apache-2.0
#include "sdk/quantise/new_file.h"

#include <fcntl.h>
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
                                 "; make some and run it again, to go on from there"};
  }
  return {StatusCode::kIo, "file " + quote_name(name) +
                               " cannot be written; check the folder's permissions and the disk"};
}

}  // namespace

NewFile::NewFile(int descriptor, std::string folder, std::string name)
    : descriptor_(descriptor), folder_(std::move(folder)), name_(std::move(name)) {}

Result<NewFile> NewFile::create(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name + kUnfinished;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  const int descriptor = ::open(path.c_str(), kFlags, 0666);
  if (descriptor < 0) return write_failure(name);
  return NewFile(descriptor, folder, name);
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

Status NewFile::finish() {
  const std::string path = folder_ + "/" + name_;
  const bool kept = ::fsync(descriptor_.get()) == 0 && descriptor_.close() &&
                    std::rename((path + kUnfinished).c_str(), path.c_str()) == 0;
  return kept ? Status() : write_failure(name_);
}

Status write_file(const std::string& folder, const std::string& name, const std::string& text) {
  ARGES_ASSIGN_OR_RETURN(NewFile file, NewFile::create(folder, name));
  ARGES_RETURN_IF_ERROR(file.write(std::as_bytes(std::span(text))));
  return file.finish();
}

}  // namespace arges::sdk
