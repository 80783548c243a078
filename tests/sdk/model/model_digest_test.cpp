// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/model_digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "sdk/model/loaded_model.h"
#include "tests/sdk/model/test_context.h"
#include "tests/sdk/model/test_model.h"

namespace arges::sdk {
namespace {

using testing::TempFolder;
using testing::TestModel;

std::uint64_t digest_of_model(const TestModel& model, FileAccess access = FileAccess::kMap) {
  const TempFolder folder;
  write_model(model, folder);
  const testing::TestContext context(kernels::reference_backend());
  LoadOptions options;
  options.access = access;
  auto loaded = load_model(folder.path(), context.kernels, options);
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  return loaded.ok() ? (*loaded)->digest : 0;
}

TEST(ModelDigest, IsTheSameForTheSameFilesWhereverTheyLie) {
  const std::uint64_t digest = digest_of_model(testing::tiny_vl_model());
  EXPECT_EQ(digest_of_model(testing::tiny_vl_model()), digest);
  EXPECT_EQ(digest_of_model(testing::tiny_vl_model(), FileAccess::kRead), digest);
}

TEST(ModelDigest, DiffersWhenAnythingThatItCoversDoes) {
  const std::function<void(TestModel&)> changes[] = {
      [](TestModel&) {},
      [](TestModel& model) { model.config["rope_theta"] = 20'000; },
      [](TestModel& model) {
        // Another of its weights, in its middle.
        testing::TestTensor& tensor = model.tensors.begin()->second;
        tensor.bytes[tensor.bytes.size() / 2] ^= 1;
      },
      [](TestModel& model) {
        testing::TestTensor& tensor = model.tensors.rbegin()->second;
        tensor.bytes[tensor.bytes.size() / 2] ^= 1;
      },
      [](TestModel& model) {
        std::string& text = model.files.at("tokenizer_config.json");
        const std::size_t at = text.find("<image>");
        ASSERT_NE(at, std::string::npos);
        text[at + 1] = 'I';
      },
  };
  std::set<std::uint64_t> digests;
  for (const auto& change : changes) {
    TestModel model = testing::tiny_text_model();
    change(model);
    digests.insert(digest_of_model(model));
  }
  EXPECT_EQ(digests.size(), std::size(changes));
}

}  // namespace
}  // namespace arges::sdk
