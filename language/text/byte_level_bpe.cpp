// SPDX-License-Identifier: Apache-2.0
#include "language/text/byte_level_bpe.h"

#include <optional>

#include "kernels/base/guarded.h"
#include "language/text/piece_merger.h"
#include "language/text/utf8.h"

namespace arges::language {
namespace {

// Bytes of pieces and steps of merges in one slice.
constexpr std::size_t kStepsOfSlice = std::size_t{64} << 10;

}  // namespace

ByteLevelBpe::ByteLevelBpe(Vocabulary vocabulary, PatternSplitter splitter, bool ignore_merges,
                           std::size_t max_text_bytes)
    : vocabulary_(std::move(vocabulary)),
      splitter_(std::move(splitter)),
      ignore_merges_(ignore_merges),
      max_text_bytes_(max_text_bytes) {}

Result<std::unique_ptr<Tokenizer>> ByteLevelBpe::create(BpeParts parts, const TextLimits& limits) {
  ARGES_RETURN_IF_ERROR(parts.vocabulary.seal());
  ARGES_ASSIGN_OR_RETURN(auto splitter, PatternSplitter::create(parts.patterns, limits));
  std::unique_ptr<ByteLevelBpe> bpe(new ByteLevelBpe(std::move(parts.vocabulary),
                                                     std::move(splitter), parts.ignore_merges,
                                                     limits.max_text_bytes));
  ARGES_RETURN_IF_ERROR(bpe->index_bytes());
  ARGES_RETURN_IF_ERROR(bpe->index_merges(parts.merges, limits));
  return std::unique_ptr<Tokenizer>(std::move(bpe));
}

Status ByteLevelBpe::index_bytes() {
  for (unsigned byte = 0; byte < byte_ids_.size(); ++byte) {
    const char character = static_cast<char>(byte);
    const auto id = vocabulary_.find_plain({&character, 1});
    if (!id) {
      return model_invalid("The tokenizer has no token for byte " + std::to_string(byte) +
                           ", so not every text could be encoded.");
    }
    byte_ids_[byte] = *id;
  }
  return {};
}

Status ByteLevelBpe::index_merges(const std::vector<std::pair<std::string, std::string>>& merges,
                                  const TextLimits& limits) {
  if (merges.size() > limits.max_merges) {
    return model_invalid("The tokenizer has more than " + std::to_string(limits.max_merges) +
                         " merges.");
  }
  merges_ = MergeTable(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const auto a = vocabulary_.find_plain(left);
    const auto b = vocabulary_.find_plain(right);
    const auto merged = vocabulary_.find_plain(left + right);
    if (!a || !b || !merged) {
      return model_invalid("The tokenizer's merge of rank " + std::to_string(rank) +
                           " names or yields something that is not a token of the vocabulary.");
    }
    ARGES_RETURN_IF_ERROR(merges_.add(*a, *b, *merged));
  }
  return {};
}

// Piece after piece, and inside a long one merge after merge.
class ByteLevelBpe::Encoding final : public TextEncoding {
 public:
  Encoding(const ByteLevelBpe& bpe, PatternSplitter::Reader pieces, bool empty)
      : bpe_(bpe), pieces_(std::move(pieces)), done_(empty) {}

  bool done() const override { return done_; }
  Status encode_slice(const StopCheck& stop, std::vector<TokenId>& ids) override {
    return guarded(StatusCode::kInternal, "The text cannot be encoded", [&]() -> Status {
      for (std::size_t steps = 0; steps < kStepsOfSlice && !done_;) {
        ARGES_RETURN_IF_ERROR(merger_ ? merge(ids, steps) : take_piece(stop, ids, steps));
      }
      return {};
    });
  }

 private:
  Status merge(std::vector<TokenId>& ids, std::size_t& steps) {
    steps += merger_->run(kStepsOfSlice - steps);
    if (!merger_->done()) return {};
    merger_->append_to(ids);
    merger_.reset();
    return {};
  }

  Status take_piece(const StopCheck& stop, std::vector<TokenId>& ids, std::size_t& steps) {
    ARGES_ASSIGN_OR_RETURN(const std::string_view piece, pieces_.next(stop));
    done_ = piece.empty();
    if (done_) return {};
    steps += piece.size();
    if (bpe_.ignore_merges_) {
      if (const auto id = bpe_.vocabulary_.find_plain(piece)) {
        ids.push_back(*id);
        return {};
      }
    }
    symbols_.clear();
    for (const char byte : piece) symbols_.push_back(bpe_.byte_id(byte));
    if (symbols_.size() > 1) {
      merger_.emplace(bpe_.merges_, symbols_);
    } else {
      ids.insert(ids.end(), symbols_.begin(), symbols_.end());
    }
    return {};
  }

  const ByteLevelBpe& bpe_;
  PatternSplitter::Reader pieces_;
  bool done_;  // no piece is left
  std::vector<TokenId> symbols_;
  std::optional<PieceMerger> merger_;  // of the present piece
};

Result<std::unique_ptr<TextEncoding>> ByteLevelBpe::begin(std::string_view text) const {
  using Begun = Result<std::unique_ptr<TextEncoding>>;
  return guarded(StatusCode::kInternal, "The text cannot be encoded", [&]() -> Begun {
    ARGES_RETURN_IF_ERROR(check_text(text, max_text_bytes_));
    ARGES_ASSIGN_OR_RETURN(auto pieces, splitter_.read(text));
    return std::unique_ptr<TextEncoding>(
        std::make_unique<Encoding>(*this, std::move(pieces), text.empty()));
  });
}

}  // namespace arges::language
