// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/base/status.h"
#include "language/text/text_limits.h"
#include "language/text/vocabulary.h"

namespace arges::language {

// Readers of the parts that the BPE loaders share. All return MODEL_INVALID for bad contents.

using MergeList = std::vector<std::pair<std::string, std::string>>;

// {"written token": id, ...} into plain tokens. A token that is already markup in `vocabulary`
// with the same id is left alone.
Status read_vocabulary(const nlohmann::json& object, Vocabulary& vocabulary);

// One merge written "a b", in the names of ByteAlphabet, appended to `out` as bytes.
Status read_merge_line(std::string_view line, MergeList& out);

// One merge given as its two written halves.
Status read_merge_pair(std::string_view left, std::string_view right, MergeList& out);

// merges.txt: an optional "#version" line, then one merge a line.
Result<MergeList> read_merges_txt(std::string_view bytes, const TextLimits& limits);

// One entry {"content": ..., "special": ...} of added_tokens or added_tokens_decoder.
Status read_added_token(std::int64_t id, const nlohmann::json& entry, Vocabulary& vocabulary);

// The added_tokens_decoder of tokenizer_config.json, {"id": {...}}; where there is none, and for
// empty bytes, the two certain ids when the base vocabulary has 200,000 tokens.
Status read_tokenizer_config(std::string_view bytes, const TextLimits& limits,
                             Vocabulary& vocabulary);

}  // namespace arges::language
