// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "kernels/base/status.h"
#include "language/text/text_limits.h"
#include "language/text/tokenizer.h"

namespace arges::language {

// A tokenizer from the bytes of a SentencePiece .model file (unigram or BPE); keeps none of them.
//
// Kinds: control pieces are kControl, all others kPlain, user-defined ones too: those are text by
// definition. Bytes: '▁' (U+2581) is a space, a byte piece its byte, the unknown piece U+FFFD.
// Text comes back exactly from a model that has byte fallback, identity normalization, a piece for
// the space mark and no dummy prefix, and keeps extra white space, like the bundled one; any other
// rewrites text as its author chose. A '▁' that the user typed is spelled in byte pieces, so that
// it does not turn into a space; only without a dummy prefix, which would otherwise come in front
// of every part. encode() hands the library slices of some 64 KiB, cut only where that changes no
// id (text_cuts.h), and asks `stop` before each. INVALID_ARGUMENT for a stretch without such a
// place (a unigram model's text, or one's with rules, has none) of more than min(4 MiB, 256 MiB /
// longest piece) / growth bytes, where growth is the most bytes that normalizing makes of one: 1.4
// MB where characters stay as they are and pieces have at most 64 bytes.
// Errors as read_sentencepiece_model(); MODEL_INVALID too when the library refuses the model or
// reads other pieces from it.
Result<std::unique_ptr<Tokenizer>> load_sentencepiece(std::string_view model,
                                                      const TextLimits& limits = {});

}  // namespace arges::language
