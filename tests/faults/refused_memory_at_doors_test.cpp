// SPDX-License-Identifier: Apache-2.0
// Every allocation that a door makes, refused in turn: the call ends with OUT_OF_MEMORY_HOST or as
// if nothing had happened; no exception leaves, of the third-party libraries behind it neither.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>

#include "language/text/byte_level_bpe.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "sdk/model/inspect.h"
#include "tests/faults/refused_malloc.h"
#include "vision/decode/decode.h"

namespace arges::faults {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kGolden = ARGES_GOLDEN_DIR;

// Runs the door once to count its allocations, then once for each of them (of more than `most`, for
// evenly spread ones). The door's own containers must be built before.
void refuse_each(const char* door, const std::function<Status()>& call, std::int64_t most = 3000) {
  const std::int64_t before = mallocs();
  ASSERT_TRUE(call().ok()) << door << ": " << call().message();
  const std::int64_t count = mallocs() - before;
  ASSERT_GT(count, 0);
  const std::int64_t stride = 1 + count / most;
  std::int64_t refused = 0;
  for (std::int64_t k = 0; k < count; k += stride) {
    Status status;
    try {
      const RefusedMalloc memory = RefusedMalloc::after(k);
      status = call();
    } catch (...) {
      FAIL() << door << ": an exception left at allocation " << k << " of " << count;
    }
    if (status.ok()) continue;  // somebody else's way around it, or a smaller buffer that served
    ++refused;
    ASSERT_EQ(status.code(), StatusCode::kOutOfMemoryHost)
        << door << ", allocation " << k << " of " << count << ": " << status.message();
  }
  EXPECT_GT(refused, count / stride / 2) << door << ": few refusals were noticed";
  EXPECT_TRUE(call().ok()) << door << " does not work afterwards";
}

template <typename Call>
StatusCode code_without_blocks_of(std::size_t size, Call call) {
  const RefusedMalloc memory = RefusedMalloc::from(size);
  return call().status().code();
}

// The SentencePiece library does not survive a refusal inside it; its calls are not begun unless
// all that they can need is there.
TEST(RefusedMemory, SentencePieceIsNotCalledWithoutMemory) {
  const std::string file = read(kGolden + "/tokenizer/sentencepiece_bpe.model");
  const std::string text(60'000, 'a');
  const auto tokenizer = language::load_sentencepiece(file);
  ASSERT_TRUE(tokenizer.ok());
  // Just below what README.md of language/text allows for.
  const StatusCode load =
      code_without_blocks_of(30 * file.size(), [&] { return language::load_sentencepiece(file); });
  const StatusCode encode =
      code_without_blocks_of(200 * 3 * text.size(), [&] { return (*tokenizer)->encode(text); });
  EXPECT_EQ(load, StatusCode::kOutOfMemoryHost);
  EXPECT_EQ(encode, StatusCode::kOutOfMemoryHost);
  EXPECT_TRUE((*tokenizer)->encode(text).ok());
}

TEST(RefusedMemory, TokenizerJson) {
  const std::string file = read(kGolden + "/tokenizer/tiny_bpe/tokenizer.json");
  refuse_each("load", [&] { return language::load_bpe_from_tokenizer_json(file).status(); });
  const auto tokenizer = language::load_bpe_from_tokenizer_json(file);
  ASSERT_TRUE(tokenizer.ok());
  refuse_each("encode", [&] { return (*tokenizer)->encode("What is the total? ★").status(); });
}

TEST(RefusedMemory, Pictures) {
  const std::string root = ARGES_SOURCE_DIR;
  for (const char* name : {"/samples/images/receipt.png", "/samples/images/poster.jpg",
                           "/tests/golden/image/webp/orientation_6.webp"}) {
    const std::string file = read(root + name);
    const auto bytes = std::as_bytes(std::span(file));
    refuse_each(name, [&] { return vision::decode_image(bytes, {}).status(); });
  }
}

// libwebp does not survive every refusal inside a lossless picture either.
TEST(RefusedMemory, LosslessWebpIsNotCalledWithoutMemory) {
  for (const char* name : {"/image/webp/lossless.webp", "/image/webp/lossy_alpha.webp"}) {
    const std::string file = read(kGolden + name);
    const auto bytes = std::as_bytes(std::span(file));
    const StatusCode refused = code_without_blocks_of(  // what vision/decode asks for before
        std::size_t{16} << 20, [&] { return vision::decode_image(bytes, {}); });
    EXPECT_EQ(refused, StatusCode::kOutOfMemoryHost) << name;
    EXPECT_TRUE(vision::decode_image(bytes, {}).ok()) << name;
  }
}

TEST(RefusedMemory, ModelFolder) {
  const std::string folder = kGolden + "/vl/model_original";
  refuse_each(
      "inspect", [&] { return sdk::inspect_model(folder).status(); }, 500);
}

}  // namespace
}  // namespace arges::faults
