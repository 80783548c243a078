// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/write_conversation.h"

#include <cstdint>
#include <span>
#include <string>

#include "sdk/snapshot/format.h"
#include "sdk/snapshot/image_bytes.h"
#include "sdk/snapshot/snapshot_writer.h"

namespace arges::sdk::snapshot {
namespace {

void write_turn(const Passage& passage, Writer& writer) {
  writer.run(std::span(passage.ids));
  writer.run(std::span(passage.cuts));
  writer.run(std::span(passage.tail));
  writer.number(static_cast<std::uint64_t>(passage.pictures.size()));
  for (std::size_t i = 0; i < passage.pictures.size(); ++i) {
    writer.number(passage.pictures[i].begin);
    writer.number(passage.pictures[i].count);
    write_image(passage.images[i], writer);
  }
}

// Of the last turn that has one; an empty sequence is none.
void write_state(const Model& model, const Conversation* past, Writer& writer) {
  Resumption state;
  if (past != nullptr) state = past->resumption();
  if (!state.sequence || state.sequence->length() == 0) return writer.number(std::uint64_t{0});
  writer.number(static_cast<std::uint64_t>(state.turns));
  writer.run(std::span<const char>(sequence_format(model)));
  writer.number(static_cast<std::uint64_t>(model.sequence_bytes(state.sequence->length())));
  const Status status = state.sequence->write(
      [&writer](std::span<const std::byte> piece) { return writer.piece(piece); });
  if (!status.ok()) writer.fail(status);
}

}  // namespace

Status write_conversation(const Model& model, const Conversation* past, const TakeBytes& take) {
  Writer writer(take);
  Header header;
  header.model_digest = model.digest();
  writer.number(header);
  writer.number(static_cast<std::uint64_t>(past == nullptr ? 0 : past->turns.size()));
  if (past != nullptr) {
    for (const PastTurn& turn : past->turns) write_turn(*turn.passage, writer);
  }
  write_state(model, past, writer);
  return writer.finish();
}

}  // namespace arges::sdk::snapshot
