// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/token.h"
#include "sdk/runtime/conversation.h"
#include "sdk/runtime/model.h"
#include "sdk/snapshot/snapshot_reader.h"

namespace arges::sdk::snapshot {

// Reads a conversation's turns and holds each against the model and the turn before it, so that
// whoever absorbs them finds what a request would have brought.
class TurnReader {
 public:
  // The id of a picture's placeholders is asked of the model's prompts. Both arguments must outlive
  // the object. Fails as PromptFamily::message.
  static Result<TurnReader> create(const Model& model, Reader& reader);

  // The one behind those read so far. It has no hasher: nothing says that the file's state is that
  // of its tokens, so what goes on from it stays this conversation's and its forks' own, whatever
  // its scope. MODEL_INVALID, CONTEXT_FULL; as Reader::bytes.
  Result<Passage> next();

 private:
  TurnReader(const Model& model, Reader& reader) : model_(model), reader_(reader) {}

  Result<std::vector<language::TokenId>> read_ids(std::int64_t before) const;
  Status read_pictures(Passage& passage) const;
  Status check_cuts(const Passage& passage) const;
  Status check_beginning(const Passage& passage) const;
  Status check_placeholders(const Passage& passage) const;
  Status check_picture(const language::ImageSpan& run, const MessageImage& image,
                       std::int64_t free_from, std::int64_t ids) const;

  const Model& model_;
  Reader& reader_;
  std::optional<language::TokenId> placeholder_;  // none: the model reads text only
  std::int64_t end_ = 0;                          // of the ids read
  std::vector<language::TokenId> tail_;           // of the last turn read
};

}  // namespace arges::sdk::snapshot
