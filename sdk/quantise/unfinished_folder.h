// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/status.h"
#include "sdk/files/file_descriptor.h"
#include "sdk/model/model_folder.h"

namespace arges::sdk {

// A model folder under way: beside its place, under its name with ".partial" behind, until all of
// it is there. What is in it stays when a run ends early, for the next run to go on with. Movable;
// one process at a time has it.
class UnfinishedFolder {
 public:
  static constexpr const char* kUnfinished = ".partial";

  // Makes the folder, or takes up the one that an earlier run left. `files`: all that will be in
  // it. INVALID_ARGUMENT when the target is the source or exists, or the folder holds anything
  // else; BUSY while another process has it; IO.
  static Result<UnfinishedFolder> open(const std::string& target, const ModelFolder& source,
                                       const std::vector<std::string>& files);

  const std::string& path() const { return path_; }

  // IO when the disk has no room for that many bytes more.
  Status check_room(std::uint64_t bytes) const;

  // Gives the folder its name, with all that is in it on the disk. INVALID_ARGUMENT when the target
  // has come to exist meanwhile; IO.
  Status finish();

 private:
  UnfinishedFolder() = default;

  FileDescriptor lock_;  // an open folder, locked
  std::string path_;
  std::string target_;
};

}  // namespace arges::sdk
