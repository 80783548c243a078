// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace arges::cli {

// What a file of one kind may hold at most: the wrong file is refused before it has filled the
// memory.
struct FileLimit {
  std::size_t bytes;
  const char* kind;  // for people, e.g. "a picture"
};
inline constexpr FileLimit kPictureFile{std::size_t{20} << 20,
                                        "a picture"};  // arges_image_decode's
inline constexpr FileLimit kEvalSetFile{std::size_t{64} << 20, "a set of questions"};
// Room for ten million ids, the longest context of the model family.
inline constexpr FileLimit kIdsFile{std::size_t{128} << 20, "a list of token ids"};

// A whole regular file of at most limit.bytes; nothing else is waited for. Throws Failure, naming
// the path.
std::string read_file(const std::string& path, const FileLimit& limit);

// Whitespace-separated decimal ids, as token lists are written in files and on the command line.
// Throws Failure, naming `where`, for anything else.
std::vector<std::int32_t> parse_ids(const std::string& text, const std::string& where);

}  // namespace arges::cli
