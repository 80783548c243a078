// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace {

Status open_error(const std::string& path) {
  if (errno == ENOENT || errno == ENOTDIR) {
    return {StatusCode::kNotFound, "file " + quote_name(path) + " does not exist"};
  }
  if (errno == ELOOP) return model_invalid("file " + quote_name(path) + " is a symbolic link");
  return {StatusCode::kIo, "file " + quote_name(path) + " cannot be opened; check its permissions"};
}

}  // namespace

Result<ModelFile> ModelFile::open(const std::string& path) {
  ModelFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.descriptor_.is_open()) return open_error(path);
  struct stat info {};
  if (::fstat(file.descriptor(), &info) != 0) return open_error(path);
  if (!S_ISREG(info.st_mode)) return model_invalid(quote_name(path) + " is not a regular file");
  file.size_ = static_cast<std::uint64_t>(info.st_size);
  return file;
}

Status ModelFile::read(std::uint64_t offset, std::byte* out, std::uint64_t count) const {
  for (std::uint64_t done = 0; done < count;) {
    const ssize_t got =
        ::pread(descriptor(), out + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return {StatusCode::kIo, "it ended or failed while being read"};
    done += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<std::string> ModelFile::read_text(std::uint64_t offset, std::uint64_t count) const {
  std::string text(count, '\0');
  ARGES_RETURN_IF_ERROR(read(offset, reinterpret_cast<std::byte*>(text.data()), count));
  return text;
}

}  // namespace arges::sdk
