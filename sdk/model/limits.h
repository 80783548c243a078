// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace arges::sdk {

// What the files of a model folder may ask for. Every number is checked before anything is
// allocated on its behalf (reliability.md §3.1); a file beyond a limit is MODEL_INVALID.
struct ModelLimits {
  // One safetensors file.
  std::uint64_t header_bytes = 100'000'000;  // the format's own cap
  std::size_t tensors_per_file = 65'536;
  std::uint64_t metadata_bytes = std::uint64_t{1} << 20;  // of "__metadata__", keys and values
  std::size_t name_bytes = 512;                           // a tensor's name
  std::uint64_t dimension = std::uint64_t{1} << 31;  // one extent of a shape; the rank is Shape's

  // model.safetensors.index.json
  std::uint64_t index_bytes = std::uint64_t{64} << 20;
  std::size_t index_tensors = std::size_t{1} << 20;
  std::size_t shards = 1024;
  // The headers of all shards. A million tensors, the most that an index names, take some 170 MB.
  std::uint64_t all_header_bytes = 256'000'000;

  // config.json and its neighbours
  std::uint64_t config_bytes = std::uint64_t{1} << 20;
  int json_depth = 32;
  std::size_t json_keys = 65'536;  // in one object of a config
};

}  // namespace arges::sdk
