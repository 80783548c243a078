// SPDX-License-Identifier: Apache-2.0
// Every allocation that a door makes, refused in turn: the call ends with OUT_OF_MEMORY_HOST or as
// if nothing had happened; no exception leaves, of the third-party libraries behind it neither.
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>

#include "language/text/byte_level_bpe.h"
#include "language/text/sentencepiece_tokenizer.h"
#include "sdk/model/inspect.h"
#include "vision/decode/decode.h"

namespace {

std::atomic<long> refuse_at{-1};  // the allocation to refuse, counted from now; below 0: none
std::atomic<long> allocations{0};
std::atomic<std::size_t> refuse_from{SIZE_MAX};  // sizes from here on are refused

// Says so in errno too, as the C library does.
bool refused(std::size_t size) {
  ++allocations;
  const bool refuse = size >= refuse_from || (refuse_at.load() >= 0 && refuse_at.fetch_sub(1) == 0);
  if (refuse) errno = ENOMEM;
  return refuse;
}

}  // namespace

// In the place of the C library's own, which operator new and every C library call.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  return refused(size) ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return refused(count * size) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
  return refused(size) ? nullptr : __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return refused(size) ? nullptr : __libc_memalign(alignment, size);
}
}

namespace arges {
namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kGolden = ARGES_GOLDEN_DIR;

// Runs the door once to count its allocations, then once for each of them (of more than `most`, for
// evenly spread ones). The door's own containers must be built before.
void refuse_each(const char* door, const std::function<Status()>& call, long most = 3000) {
  const long before = allocations;
  ASSERT_TRUE(call().ok()) << door << ": " << call().message();
  const long count = allocations - before;
  ASSERT_GT(count, 0);
  const long stride = 1 + count / most;
  long refused = 0;
  for (long k = 0; k < count; k += stride) {
    refuse_at = k;
    Status status;
    try {
      status = call();
    } catch (...) {
      refuse_at = -1;
      FAIL() << door << ": an exception left at allocation " << k << " of " << count;
    }
    refuse_at = -1;
    if (status.ok()) continue;  // somebody else's way around it, or a smaller buffer that served
    ++refused;
    ASSERT_EQ(status.code(), StatusCode::kOutOfMemoryHost)
        << door << ", allocation " << k << " of " << count << ": " << status.message();
  }
  EXPECT_GT(refused, count / stride / 2) << door << ": few refusals were noticed";
  EXPECT_TRUE(call().ok()) << door << " does not work afterwards";
}

// The SentencePiece library does not survive a refusal inside it; its calls are not begun unless
// all that they can need is there.
TEST(RefusedMemory, SentencePieceIsNotCalledWithoutMemory) {
  const std::string file = read(kGolden + "/tokenizer/sentencepiece_bpe.model");
  const std::string text(60'000, 'a');
  const auto tokenizer = language::load_sentencepiece(file);
  ASSERT_TRUE(tokenizer.ok());
  refuse_from = 30 * file.size();  // just below what README.md of language/text allows for
  const StatusCode load = language::load_sentencepiece(file).status().code();
  refuse_from = 200 * 3 * text.size();
  const StatusCode encode = (*tokenizer)->encode(text).status().code();
  refuse_from = SIZE_MAX;
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
    refuse_from = std::size_t{16} << 20;  // what vision/decode asks for before
    const StatusCode refused = vision::decode_image(bytes, {}).status().code();
    refuse_from = SIZE_MAX;
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
}  // namespace arges
