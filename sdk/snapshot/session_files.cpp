// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/session_files.h"

#include <algorithm>
#include <span>
#include <utility>

#include "sdk/files/new_file.h"
#include "sdk/model/model_file.h"
#include "sdk/snapshot/read_conversation.h"
#include "sdk/snapshot/write_conversation.h"

namespace arges::sdk {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

struct FilePlace {
  std::string folder;
  std::string name;
};

Result<FilePlace> place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  FilePlace place;
  place.name = slash == std::string::npos ? path : path.substr(slash + 1);
  place.folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (!place.name.empty() && place.name != "." && place.name != "..") return place;
  return invalid_argument("the path to save to names a folder; name a file in it");
}

// A mebibyte at a time, so that a cancel need not wait for more.
Status write_pieces(std::span<const std::byte> bytes, const StopCheck& stop, NewFile& file) {
  while (!bytes.empty()) {
    ARGES_RETURN_IF_ERROR(stop());
    const auto piece = bytes.first(std::min(kPiece, bytes.size()));
    ARGES_RETURN_IF_ERROR(file.write(piece));
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Status write_file(const FilePlace& place, const Model& model, const Conversation* past,
                  const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(NewFile file, NewFile::create(place.folder, place.name));
  ARGES_RETURN_IF_ERROR(snapshot::write_conversation(
      model, past,
      [&](std::span<const std::byte> bytes) { return write_pieces(bytes, stop, file); }));
  ARGES_RETURN_IF_ERROR(stop());
  return file.finish();
}

Result<std::shared_ptr<const Conversation>> read_file(const std::string& path, Model& model,
                                                      const CheckpointRules& rules,
                                                      const StopCheck& stop) {
  ARGES_ASSIGN_OR_RETURN(const ModelFile file, ModelFile::open(path));
  std::uint64_t at = 0;
  const auto give = [&](std::span<std::byte> to) -> Status {
    ARGES_RETURN_IF_ERROR(file.read(at, to.data(), to.size()));
    at += to.size();
    return {};
  };
  return snapshot::read_conversation(model, rules, give, file.size(), stop);
}

}  // namespace

Result<std::shared_ptr<Request>> save_session(Session& session, const std::string& path,
                                              std::shared_ptr<EventQueue> queue,
                                              std::uint64_t tag) {
  ARGES_ASSIGN_OR_RETURN(FilePlace place, place_of(path));
  const auto work = [place = std::move(place)](const Model& model, const Conversation* past,
                                               const StopCheck& stop) {
    return write_file(place, model, past, stop);
  };
  return session.save(work, std::move(queue), tag);
}

Result<std::shared_ptr<Request>> load_session(Session& session, const std::string& path,
                                              std::shared_ptr<EventQueue> queue,
                                              std::uint64_t tag) {
  const auto work = [path](Model& model, const CheckpointRules& rules, const StopCheck& stop) {
    return read_file(path, model, rules, stop);
  };
  return session.load(work, std::move(queue), tag);
}

}  // namespace arges::sdk
