// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/loader/load_cuda_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace arges::kernels::cuda {
namespace {

using ::testing::HasSubstr;

Status load(const std::string& path) {
  return load_cuda_library(path).status();
}

TEST(LoadCudaLibrary, SaysThatNothingIsThere) {
  const Status status = load("/nowhere/libarges_cuda.so");
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.message(), HasSubstr("/nowhere/libarges_cuda.so is not there"));
}

TEST(LoadCudaLibrary, TakesNoPathThatDependsOnWhereTheProgramStands) {
  EXPECT_EQ(load("libarges_cuda.so").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(load("./libarges_cuda.so").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(load("").code(), StatusCode::kInvalidArgument);
}

TEST(LoadCudaLibrary, SaysThatAFileIsNoLibrary) {
  const Status status = load(ARGES_SOURCE_DIR "/README.md");
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.message(), HasSubstr("cannot be loaded"));
}

TEST(LoadCudaLibrary, RefusesALibraryOfSomebodyElse) {
  const Status status = load(ARGES_NO_LIBRARY);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.message(), HasSubstr("not a library of Arges"));
}

TEST(LoadCudaLibrary, RefusesALibraryOfAnotherBuild) {
  const Status status = load(ARGES_OTHER_BUILD);
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_THAT(status.message(), HasSubstr("another build"));
}

// The test's program stands in for a library: what it would load lies beside it, wherever it was
// called from.
TEST(CudaLibraryPath, LiesBesideWhatHoldsTheCode) {
  const Result<std::string> path = cuda_library_path();
  ASSERT_TRUE(path.ok()) << path.status().message();
  EXPECT_EQ(*path, std::string(ARGES_OWN_FOLDER) + "/libarges_cuda.so");
}

TEST(CudaLibrary, GivesOneAnswerHoweverOftenItIsAsked) {
  const Result<const CudaLibrary*> first = cuda_library();
  const Result<const CudaLibrary*> second = cuda_library();
  ASSERT_EQ(first.ok(), second.ok());
  EXPECT_EQ(first.status().message(), second.status().message());
  if (first.ok()) {
    EXPECT_EQ(*first, *second);
  }
}

// Where the kernels were compiled. A machine without a GPU is one of the cases: it says so.
TEST(CudaLibrary, ListsCardsOrSaysWhatIsMissing) {
  const std::string path = ARGES_CUDA_LIBRARY;
  if (path.empty()) GTEST_SKIP() << "the kernels were not compiled: nvcc is missing";
  const Result<const CudaLibrary*> library = load_cuda_library(path);
  ASSERT_TRUE(library.ok()) << library.status().message();
  const Result<std::vector<CudaCard>> cards = (*library)->cards();
  if (!cards.ok()) {
    EXPECT_EQ(cards.status().code(), StatusCode::kUnsupported);
    EXPECT_THAT(cards.status().message(), HasSubstr("No CUDA here"));
    return;
  }
  ASSERT_FALSE(cards->empty());
  for (const CudaCard& card : *cards) {
    EXPECT_FALSE(card.name.empty());
    EXPECT_GE(card.major, 8);
    EXPECT_GT(card.multiprocessors, 0);
    EXPECT_GT(card.memory_bytes, std::int64_t{1} << 30);
  }
}

}  // namespace
}  // namespace arges::kernels::cuda
