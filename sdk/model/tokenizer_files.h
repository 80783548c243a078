// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/base/status.h"
#include "kernels/base/stop_check.h"
#include "kernels/base/tensor_view.h"
#include "language/text/tokenizer.h"
#include "sdk/model/model_folder.h"

namespace arges::sdk {

// The tokenizer of a model folder, from the first of: tokenizer.model (SentencePiece),
// tokenizer.json, vocab.json + merges.txt, merges.txt; the last two with tokenizer_config.json
// where there is one. NOT_FOUND when there is none of them; MODEL_INVALID or UNSUPPORTED as the
// tokenizer's loader says; what `stop` returns, which is asked behind each file's reading.
Result<std::shared_ptr<const language::Tokenizer>> read_tokenizer(
    const ModelFolder& folder, const StopCheck& stop = never_stop());

// MODEL_INVALID when a tokenizer cannot belong to an embedding table of that many rows: it has
// more ids than rows, or leaves more rows unused than padding explains (1,024 or an eighth).
Status check_vocabulary(const language::Tokenizer& tokenizer, std::int64_t embedding_rows);

// Ids that must never be sampled, ascending: rows no token has, and rows from base_vocab_size() on
// whose embedding is all zero, because they were never trained (architecture.md §5.5).
// embedding: [vocab, hidden] f32, bf16 or f16 in host memory.
std::vector<language::TokenId> find_untrained_tokens(const language::Tokenizer& tokenizer,
                                                     const ConstTensorView& embedding);

}  // namespace arges::sdk
