// SPDX-License-Identifier: Apache-2.0
#include "sdk/snapshot/read_conversation.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sdk/snapshot/format.h"
#include "sdk/snapshot/snapshot_reader.h"
#include "sdk/snapshot/turn_reader.h"

namespace arges::sdk::snapshot {
namespace {

using SharedConversation = std::shared_ptr<const Conversation>;

// Of a turn: its four counts.
constexpr std::uint64_t kLeastTurnBytes = 4 * sizeof(std::uint64_t);

Status check_header(const Model& model, Reader& reader) {
  ARGES_ASSIGN_OR_RETURN(const Header header, reader.number<Header>());
  if (header.magic != kMagic) return damaged("it does not begin as one");
  if (header.version > kVersion) {
    return unsupported("the session was saved by a later version of the library, in format " +
                       std::to_string(header.version) + "; this one reads formats up to " +
                       std::to_string(kVersion));
  }
  if (header.version == 0) return damaged("it is of no version");
  if (header.model_digest == model.digest()) return {};
  return model_invalid(
      "the session was saved with another model, or the model's folder has changed since; load it "
      "into an engine of that model");
}

Status read_turns(const Model& model, Reader& reader, Conversation& conversation) {
  ARGES_ASSIGN_OR_RETURN(TurnReader turns, TurnReader::create(model, reader));
  ARGES_ASSIGN_OR_RETURN(const std::uint64_t count,
                         reader.count(~std::uint64_t{0}, kLeastTurnBytes));
  for (std::uint64_t i = 0; i < count; ++i) {
    ARGES_ASSIGN_OR_RETURN(Passage passage, turns.next());
    conversation.turns.push_back({std::make_shared<const Passage>(std::move(passage)), nullptr});
  }
  return {};
}

// The sequence of a turn whose passage ends at `length`; null when it is of no use here.
Result<std::shared_ptr<const Sequence>> read_sequence(Model& model, std::int64_t length,
                                                      Reader& reader) {
  using Shared = std::shared_ptr<const Sequence>;
  ARGES_ASSIGN_OR_RETURN(const auto format, reader.run<char>(kMaxFormatBytes));
  ARGES_ASSIGN_OR_RETURN(const std::uint64_t bytes, reader.count(~std::uint64_t{0}, 1));
  if (std::string(format.begin(), format.end()) != sequence_format(model)) {
    ARGES_RETURN_IF_ERROR(reader.skip(bytes));
    return Shared();
  }
  if (bytes != static_cast<std::uint64_t>(model.sequence_bytes(length))) {
    return damaged("its state is not of its tokens");
  }
  ARGES_ASSIGN_OR_RETURN(
      auto sequence,
      model.read_sequence(length, [&reader](std::span<std::byte> to) { return reader.bytes(to); }));
  return Shared(std::move(sequence));
}

Status read_state(Model& model, const CheckpointRules& rules, Reader& reader,
                  Conversation& conversation) {
  ARGES_ASSIGN_OR_RETURN(const auto turns, reader.number<std::uint64_t>());
  if (turns == 0) return {};
  if (turns > conversation.turns.size()) return damaged("it has a state of no turn");
  PastTurn& turn = conversation.turns[turns - 1];
  const std::int64_t length = turn.passage->end;
  if (length == 0) return damaged("it has a state of no tokens");
  ARGES_ASSIGN_OR_RETURN(auto sequence, read_sequence(model, length, reader));
  if (!sequence) return {};
  const std::int64_t bytes = model.state_bytes() + length * model.kv_bytes_per_token();
  turn.checkpoint = std::make_shared<SequenceCheckpoint>(rules.store, std::move(sequence), bytes);
  if (turns < conversation.turns.size()) rules.store->add(*turn.checkpoint);
  return {};
}

Status read_contents(Model& model, const CheckpointRules& rules, Reader& reader,
                     Conversation& conversation) {
  ARGES_RETURN_IF_ERROR(read_turns(model, reader, conversation));
  ARGES_RETURN_IF_ERROR(read_state(model, rules, reader, conversation));
  return reader.left() == 0 ? Status() : damaged("it goes on behind its end");
}

bool is_about_the_contents(const Status& status) {
  return status.ok() || status.code() == StatusCode::kModelInvalid ||
         status.code() == StatusCode::kContextFull;
}

// Finds what is still missing in it.
SharedConversation complete(const Conversation& read) {
  return read.turns.empty() ? nullptr : first_turns(read, read.turns.size());
}

}  // namespace

Result<SharedConversation> read_conversation(Model& model, const CheckpointRules& rules,
                                             const GiveBytes& give, std::uint64_t size,
                                             const StopCheck& stop) {
  Reader reader(give, size, stop);
  ARGES_RETURN_IF_ERROR(check_header(model, reader));
  Conversation conversation;
  const Status status = read_contents(model, rules, reader, conversation);
  // Of a damaged file nothing else can be said.
  if (is_about_the_contents(status)) {
    ARGES_RETURN_IF_ERROR(reader.check_whole());
  }
  ARGES_RETURN_IF_ERROR(status);
  return complete(conversation);
}

}  // namespace arges::sdk::snapshot
