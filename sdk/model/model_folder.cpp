// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_folder.h"

#include <filesystem>
#include <new>
#include <system_error>

#include "kernels/base/quote_name.h"

namespace arges::sdk {
namespace fs = std::filesystem;

bool is_plain_file_name(std::string_view name) {
  using std::literals::operator""sv;
  if (name.empty() || name.size() > 255 || name == "." || name == "..") return false;
  return name.find_first_of("/\\\0"sv) == std::string_view::npos;
}

Result<ModelFolder> ModelFolder::open(const std::string& path) {
  std::error_code error;
  const fs::path resolved = fs::canonical(path, error);
  // libstdc++ answers "invalid argument" when it gets no buffer for the path.
  const bool no_buffer = error == std::errc::invalid_argument && !path.empty();
  if (error == std::errc::not_enough_memory || no_buffer) {
    return Status(StatusCode::kOutOfMemoryHost, "out of memory");
  }
  // Whether files in it can be reached, so that one that is hidden is not taken for missing.
  if (!error) static_cast<void>(fs::symlink_status(resolved / ".", error));
  if (error == std::errc::permission_denied) {
    return Status(StatusCode::kIo, "model folder " + quote_name(path) +
                                       " cannot be looked into; check its permissions");
  }
  if (error || !fs::is_directory(resolved, error)) {
    return Status(StatusCode::kNotFound,
                  "model folder " + quote_name(path) + " does not exist or is not a folder");
  }
  ModelFolder folder;
  folder.path_ = resolved.string();
  return folder;
}

std::string ModelFolder::name() const {
  return fs::path(path_).filename().string();
}

bool ModelFolder::has(std::string_view name) const {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(fs::path(path_) / name, error);
  return is_plain_file_name(name) && fs::exists(status);
}

Result<std::string> ModelFolder::resolve(std::string_view name) const {
  if (!is_plain_file_name(name)) {
    return model_invalid("file name " + quote_name(name) +
                         " is not a plain name inside the model "
                         "folder");
  }
  if (!has(name)) {
    return Status(StatusCode::kNotFound, "model folder lacks " + quote_name(name) +
                                             "; complete the download of the model");
  }
  std::error_code error;
  const fs::path resolved = fs::canonical(fs::path(path_) / name, error);
  if (error == std::errc::not_enough_memory) throw std::bad_alloc();
  if (error) return model_invalid("file " + quote_name(name) + " is a link that leads nowhere");
  const std::string root = path_ == "/" ? path_ : path_ + "/";
  if (!resolved.string().starts_with(root)) {
    return model_invalid("file " + quote_name(name) +
                         " is a link that leaves the model folder; put the file itself into it "
                         "(a Hugging Face cache is such links: download with --local-dir)");
  }
  return resolved.string();
}

Result<ModelFile> ModelFolder::open_file(std::string_view name) const {
  ARGES_ASSIGN_OR_RETURN(const std::string path, resolve(name));
  return ModelFile::open(path);
}

Result<std::string> ModelFolder::read_text(std::string_view name, std::uint64_t max_bytes) const {
  ARGES_ASSIGN_OR_RETURN(const ModelFile file, open_file(name));
  if (file.size() > max_bytes) {
    return model_invalid("file " + quote_name(name) + " has " + std::to_string(file.size()) +
                         " bytes; at most " + std::to_string(max_bytes) + " are accepted");
  }
  auto text = file.read_text(0, file.size());
  if (text.ok()) return text;
  return Status(text.status().code(), "file " + quote_name(name) + ": " + text.status().message());
}

}  // namespace arges::sdk
