// SPDX-License-Identifier: Apache-2.0
#include "samples/vqa/pictures.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace arges::vqa {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kEndings = {".png", ".jpg", ".jpeg", ".webp"};

bool is_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

std::vector<std::string> pictures_in(const fs::path& folder) {
  std::vector<std::string> pictures;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_picture(entry.path())) {
      pictures.push_back(entry.path().string());
    }
  }
  if (pictures.empty()) throw std::runtime_error(folder.string() + " holds no pictures");
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

}  // namespace

std::vector<std::string> find_pictures(const std::vector<std::string>& paths) {
  std::vector<std::string> pictures;
  for (const std::string& path : paths) {
    if (!fs::exists(path)) throw std::runtime_error(path + " is not there; check the path");
    if (!fs::is_directory(path)) {
      pictures.push_back(path);
      continue;
    }
    const std::vector<std::string> inside = pictures_in(path);
    pictures.insert(pictures.end(), inside.begin(), inside.end());
  }
  return pictures;
}

std::vector<std::byte> read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
  if (size < 0) throw std::runtime_error("cannot open " + path + "; check the path");
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!file) throw std::runtime_error("cannot read " + path + "; check the disk");
  return bytes;
}

}  // namespace arges::vqa
