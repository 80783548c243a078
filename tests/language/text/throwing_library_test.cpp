// SPDX-License-Identifier: Apache-2.0
// Whatever the SentencePiece library throws ends as a status, and takes back what it had appended.
#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include <stdexcept>

#include "language/text/byte_piece.h"
#include "language/text/sentencepiece_library.h"

namespace arges::language {
namespace {

SentencePieceModel bytes_only() {
  SentencePieceModel model;
  model.byte_fallback = true;
  model.pieces.push_back({"<unk>", 0, PieceType::kUnknown});
  for (int byte = 0; byte < 256; ++byte) {
    model.pieces.push_back({piece_of_byte(static_cast<unsigned char>(byte)), 0, PieceType::kByte});
  }
  return model;
}

struct Thrown {
  std::function<void()> raise;
  bool memory;
};

const std::vector<Thrown>& everything() {
  static const std::vector<Thrown> all = {
      {[] { throw std::runtime_error("bad \x1b[31m file"); }, false},
      {[] { throw std::bad_alloc(); }, true},
      {[] { throw std::length_error("long"); }, true},
      {[] { throw 7; }, false}};
  return all;
}

class ThrowingLibrary : public ::testing::Test {
 protected:
  void TearDown() override {
    sentencepiece::throw_from_load = nullptr;
    sentencepiece::throw_from_encode = nullptr;
  }
};

TEST_F(ThrowingLibrary, LoadingEndsWithAStatus) {
  for (const Thrown& thrown : everything()) {
    sentencepiece::throw_from_load = thrown.raise;
    const Status status = SentencePieceLibrary::load(bytes_only()).status();
    EXPECT_EQ(status.code(),
              thrown.memory ? StatusCode::kOutOfMemoryHost : StatusCode::kModelInvalid);
    EXPECT_EQ(status.message().find('\x1b'), std::string::npos);
  }
}

TEST_F(ThrowingLibrary, EncodingEndsWithAStatusAndLeavesTheIds) {
  const auto library = SentencePieceLibrary::load(bytes_only());
  ASSERT_TRUE(library.ok()) << library.status().message();
  std::vector<TokenId> ids = {5};
  for (const Thrown& thrown : everything()) {
    sentencepiece::throw_from_encode = thrown.raise;
    EXPECT_EQ(library->encode("text", ids).code(),
              thrown.memory ? StatusCode::kOutOfMemoryHost : StatusCode::kInternal);
    EXPECT_EQ(ids, std::vector<TokenId>{5});
  }
}

}  // namespace
}  // namespace arges::language
