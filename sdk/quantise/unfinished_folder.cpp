// SPDX-License-Identifier: Apache-2.0
#include "sdk/quantise/unfinished_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "kernels/base/quote_name.h"
#include "sdk/files/new_file.h"

namespace arges::sdk {
namespace fs = std::filesystem;
namespace {

Status folder_failure(const std::string& path) {
  return {StatusCode::kIo, "folder " + quote_name(path) +
                               " cannot be made or written to; check that the folder above it is "
                               "there and yours"};
}

Status target_exists(const std::string& target) {
  return invalid_argument(quote_name(target) + " exists already; name a folder that does not");
}

// A name for a folder that does not end in what is none.
std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Status check_target(const std::string& target, const ModelFolder& source) {
  std::error_code error;
  if (fs::canonical(target, error).string() == source.path() && !error) {
    return invalid_argument("the new folder is the source itself; name another");
  }
  const fs::file_status status = fs::symlink_status(target, error);
  if (target.empty() || fs::exists(status)) return target_exists(target);
  return {};
}

// Nothing of anybody else's is written over, or taken along under the target's name.
Status check_own(const std::string& folder, const std::vector<std::string>& files) {
  std::error_code error;
  for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::end(entry);
       entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(NewFile::kUnfinished)) {
      name.resize(name.size() - std::string_view(NewFile::kUnfinished).size());
    }
    if (std::ranges::find(files, name) == files.end()) {
      return invalid_argument("folder " + quote_name(folder) + " holds " + quote_name(name) +
                              ", which is not of this run; remove the folder or name another");
    }
  }
  return error ? folder_failure(folder) : Status();
}

}  // namespace

Result<UnfinishedFolder> UnfinishedFolder::open(const std::string& target,
                                                const ModelFolder& source,
                                                const std::vector<std::string>& files) {
  UnfinishedFolder folder;
  folder.target_ = without_slashes(target);
  ARGES_RETURN_IF_ERROR(check_target(folder.target_, source));
  folder.path_ = folder.target_ + kUnfinished;
  if (::mkdir(folder.path_.c_str(), 0777) != 0 && errno != EEXIST) {
    return folder_failure(folder.path_);
  }
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  folder.lock_ = FileDescriptor(::open(folder.path_.c_str(), kFlags));
  if (!folder.lock_.is_open()) return folder_failure(folder.path_);
  if (::flock(folder.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    return Status(StatusCode::kBusy,
                  "folder " + quote_name(folder.path_) + " is being written by another process");
  }
  ARGES_RETURN_IF_ERROR(check_own(folder.path_, files));
  return folder;
}

Status UnfinishedFolder::check_room(std::uint64_t bytes) const {
  struct statvfs disk {};
  if (::fstatvfs(lock_.get(), &disk) != 0) return folder_failure(path_);
  const std::uint64_t room = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (bytes <= room) return {};
  return {StatusCode::kIo, "the disk of " + quote_name(path_) + " has room for " +
                               std::to_string(room) + " bytes, but " + std::to_string(bytes) +
                               " are needed; make room or name a folder elsewhere"};
}

Status UnfinishedFolder::finish() {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(target_, ignored))) return target_exists(target_);
  if (::fsync(lock_.get()) != 0 || std::rename(path_.c_str(), target_.c_str()) != 0) {
    return folder_failure(target_);
  }
  // The name itself is on the disk when the folder above is; some systems cannot be asked for that.
  const fs::path above = fs::absolute(target_, ignored).parent_path();
  const int parent = ::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    static_cast<void>(::fsync(parent));
    ::close(parent);
  }
  return {};
}

}  // namespace arges::sdk
