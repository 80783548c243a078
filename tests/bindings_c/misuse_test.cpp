// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

constexpr char kAnswer[] = "all is well";

void append(const std::string& group, std::vector<MisuseCase> some,
            std::vector<MisuseCase>& cases) {
  for (MisuseCase& one : some) {
    one.name = group + "_" + one.name;
    cases.push_back(std::move(one));
  }
}

std::vector<MisuseCase> all_cases() {
  std::vector<MisuseCase> cases;
  append("handle", handle_cases(), cases);
  append("pointer", pointer_cases(), cases);
  append("struct", struct_size_cases(), cases);
  append("number", number_cases(), cases);
  append("text", text_cases(), cases);
  return cases;
}

// The sentence of a call that failed in a way that no case does.
std::string fail_otherwise() {
  EXPECT_NE(arges_abi_check(99u << 16), ARGES_OK);
  return arges_last_error_message();
}

// One engine for all cases: what one of them breaks, the next one sees.
class Misuse : public testing::TestWithParam<MisuseCase> {
 protected:
  static void SetUpTestSuite() { engine_ = open_scripted_engine(kAnswer); }
  static void TearDownTestSuite() { arges_engine_close(engine_); }

  static arges_engine* engine_;
};

arges_engine* Misuse::engine_ = nullptr;

TEST_P(Misuse, IsAnsweredWithACodeTouchesNoOutputAndHarmsNobody) {
  {
    World world(engine_);
    const std::string before = fail_otherwise();
    EXPECT_EQ(GetParam().call(world), GetParam().expected) << arges_last_error_message();
    if (GetParam().expected != ARGES_OK) {
      EXPECT_STRNE(arges_last_error_message(), "");
      EXPECT_NE(arges_last_error_message(), before) << "the sentence is another call's";
      EXPECT_TRUE(world.outputs.untouched());
    }
  }
  const Answer answer = ask(engine_, "are you there?");
  EXPECT_EQ(answer.end, ARGES_EVENT_DONE) << answer.reason;
  EXPECT_EQ(answer.text, kAnswer);
}

INSTANTIATE_TEST_SUITE_P(Matrix, Misuse, testing::ValuesIn(all_cases()),
                         [](const auto& matrix) { return matrix.param.name; });

TEST(MisuseMatrix, CoversTheAbi) {
  EXPECT_GE(all_cases().size(), 400u);
}

}  // namespace
}  // namespace arges::bindings_test
