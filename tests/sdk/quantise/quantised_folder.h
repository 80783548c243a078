// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "sdk/quantise/quantise.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk::testing {

// "q8" or "q4", files of so many bytes of tensors.
QuantiseOptions quantise_options(const std::string& format, std::uint64_t shard_bytes = 1 << 20);

// A checkpoint, and what becomes of it, in a folder of the test's own.
class QuantisedFolder {
 public:
  // Fails the test when it cannot be made.
  QuantisedFolder(const TestModel& model, const std::string& format,
                  std::uint64_t shard_bytes = 1 << 20);

  std::string source() const { return source_.path(); }
  std::string path() const { return holder_.file("quantised"); }

  // Writes bytes over those of a tensor, from its byte `at` on.
  void damage(const std::string& tensor, std::uint64_t at, const std::string& bytes) const;
  // Where a tensor lies: the file's path, and its first byte there.
  std::string file_of(const std::string& tensor) const;
  std::uint64_t place_of(const std::string& tensor) const;

 private:
  TempFolder source_;
  TempFolder holder_;
};

// The same tensors in `files` files and an index, in the folder.
void write_in_shards(const TestModel& model, const TempFolder& folder, std::size_t files);

// A model folder's config, tensors and other files, as a test takes them.
TestModel read_model(const std::string& folder);

// Names and bytes of all files of a folder.
std::map<std::string, std::string> files_of(const std::string& folder);

}  // namespace arges::sdk::testing
