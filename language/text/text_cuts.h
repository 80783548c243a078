// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "language/text/sentencepiece_model.h"

namespace arges::language {

// Where a text may be cut so that its parts, encoded one after the other, give the very ids of the
// whole: in a BPE model that leaves characters and spaces as they are, between two characters that
// no piece holds side by side. No symbol can then reach over the cut, and merges on one side do not
// look at the other. (A model with unused pieces is not cut: how the library splits one depends on
// the whole text. Nor is a unigram model: its sums run on from the text's beginning, and rounding
// them otherwise could choose other pieces.)
class TextCuts {
 public:
  explicit TextCuts(const SentencePieceModel& model);

  // One slice from the front: encode text[0, length), then go on behind length + skip. `skip` is
  // the space in whose place the model's dummy prefix comes again, or 0.
  struct Slice {
    std::size_t length = 0;
    std::size_t skip = 0;
  };
  // The shortest slice of at least `least` bytes that may be cut off, or all of the text.
  // Precondition: UTF-8, not empty, least > 0.
  Slice first(std::string_view text, std::size_t least) const;

 private:
  void add_neighbours(std::string_view piece);
  std::size_t bit_of(std::uint32_t left, std::uint32_t right) const;
  bool may_part(std::uint32_t left, std::uint32_t right) const;

  // Neighbours in some piece, by hash; one that is not meant only loses a cut. Empty: no cuts.
  std::vector<bool> joined_;
  bool needs_space_;
};

}  // namespace arges::language
