// SPDX-License-Identifier: Apache-2.0
// A model on a device that is not the host: what is chosen, that nothing of it is touched by the
// host's code, and what goes wrong there. The device is the pretended card beside this program;
// where libarges_cuda.so itself was put in its place, what needs the pretended one skips.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/loader/load_cuda_library.h"
#include "sdk/fusion/vision_language_model.h"
#include "sdk/runtime/log.h"
#include "tests/sdk/fusion/guarded_device.h"
#include "tests/sdk/fusion/pretend_card.h"
#include "tests/sdk/runtime/scripted_engine.h"
#include "tests/sdk/snapshot/saved_sessions.h"
#include "tests/support/tiny_png.h"

namespace arges::testing {
namespace {

using sdk::EventType;
using sdk::ModelOpenOptions;
using sdk::VisionLanguageModel;
using sdk::testing::ask;
using sdk::testing::load;
using sdk::testing::save;
using sdk::testing::user;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kGolden = std::string(ARGES_GOLDEN_DIR) + "/vl/model_original";
const std::string kPocket = std::string(ARGES_SOURCE_DIR) + "/models/pocket";

Result<std::shared_ptr<VisionLanguageModel>> open(const std::string& device,
                                                  const std::string& folder = kGolden) {
  ModelOpenOptions options;
  options.path = folder;
  options.device = device;
  options.threads = 2;
  options.weights_only = folder == kGolden;
  return VisionLanguageModel::open(options);
}

std::shared_ptr<sdk::Engine> open_engine(const std::string& device) {
  return sdk::Engine::create(open(device, kPocket).value(), {}).value();
}

sdk::GenerateOptions short_answer() {
  sdk::GenerateOptions options;
  options.max_tokens = 4;
  return options;
}

std::string answer(sdk::Engine& engine) {
  const auto session = engine.create_session().value();
  return ask(*session, {user("What is the total?")}, short_answer()).text;
}

class OtherDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<std::string> path = kernels::cuda::cuda_library_path();
    ASSERT_TRUE(path.ok()) << path.status().message();
    void* library = dlopen(path->c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    card_ = static_cast<PretendCard*>(dlsym(library, kPretendCardSymbol));
    if (card_ == nullptr) GTEST_SKIP() << "a real library lies beside this program";
  }
  void TearDown() override {
    sdk::set_log({}, sdk::LogLevel::kError);
    if (card_ == nullptr) return;
    EXPECT_EQ(card_->cards, 0);
    EXPECT_EQ(card_->bytes_left, 0);
    card_->driver = true;
    card_->memory = std::int64_t{1} << 30;
    card_->ops_until_launch_fails = -1;
    card_->ops_until_lost = -1;
    card_->bytes_left = 0;
  }

  // A request during which a fault comes, the end of its engine, and one after that.
  void expect_recovery(const std::function<void()>& fault, const std::function<void()>& mend) {
    const std::string expected = answer(*open_engine("cpu"));
    const auto engine = open_engine("cuda");
    EXPECT_EQ(answer(*engine), expected);
    const auto session = engine->create_session().value();
    const auto other = engine->create_session().value();
    fault();
    for (const auto& each : {session, other}) {
      const auto transcript = ask(*each, {user("What is the total?")}, short_answer());
      EXPECT_EQ(transcript.last().type, EventType::kFailed);
      EXPECT_EQ(transcript.last().status.code(), StatusCode::kInternal);
      EXPECT_EQ(each->token_count(), 0);
    }
    engine->close();
    mend();
    EXPECT_EQ(answer(*open_engine("cuda")), expected);
  }

  PretendCard* card_ = nullptr;
};

TEST_F(OtherDevice, AutoTakesTheFirstGpu) {
  const auto model = open("auto").value();
  EXPECT_EQ(model->facts().device, "cuda");
  EXPECT_EQ(model->facts().instruction_set, "sm_90");
  EXPECT_EQ(model->facts().prompt_tokens_at_once, 2048);
  EXPECT_EQ(open("cpu").value()->facts().prompt_tokens_at_once, 0);
  EXPECT_THAT(model->facts().device_reason, HasSubstr("the first GPU, a pretended card"));
}

TEST_F(OtherDevice, IsTakenByItsNumber) {
  EXPECT_EQ(open("cuda:0").value()->facts().device, "cuda");
  for (const char* absent : {"cuda:1", "cuda:", "cuda:x", "cuda:-1", "cuda:0x", "cuda:99999999"}) {
    EXPECT_EQ(open(absent).status().code(), StatusCode::kUnsupported) << absent;
  }
  EXPECT_THAT(open("cuda:7").status().message(), HasSubstr("no GPU 7"));
}

TEST_F(OtherDevice, WithoutADriverIsRefusedAndAutoSaysOnceThatItTakesTheProcessor) {
  card_->driver = false;
  EXPECT_EQ(open("cuda").status().code(), StatusCode::kUnsupported);
  int lines = 0;
  sdk::set_log(
      [&lines](sdk::LogLevel, std::string_view line) {
        lines += line.find("there is no driver") != std::string_view::npos ? 1 : 0;
      },
      sdk::LogLevel::kDebug);
  const auto model = open("auto").value();
  EXPECT_EQ(model->facts().device, "cpu");
  EXPECT_EQ(model->facts().device_reason,
            "auto takes the processor: No CUDA here: there is no driver");
  EXPECT_EQ(lines, 1);
}

TEST_F(OtherDevice, WithoutRoomForTheWeightsIsRefusedAndAutoWarnsThatItTakesTheProcessor) {
  card_->memory = 1 << 16;
  const Status status = open("cuda").status();
  EXPECT_EQ(status.code(), StatusCode::kOutOfMemoryDevice) << status.message();
  std::vector<std::string> warnings;
  sdk::set_log([&](sdk::LogLevel, std::string_view line) { warnings.emplace_back(line); },
               sdk::LogLevel::kWarning);
  const auto model = open("auto").value();
  EXPECT_EQ(model->facts().device, "cpu");
  EXPECT_THAT(model->facts().device_reason, HasSubstr("memory of the card"));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("auto takes the processor")));
}

TEST_F(OtherDevice, WithoutRoomForAConversationEndsTheRequest) {
  const auto engine = open_engine("cuda");
  card_->memory = 0;
  const auto session = engine->create_session().value();
  const auto transcript = ask(*session, {user("What is the total?")}, short_answer());
  EXPECT_EQ(transcript.last().type, EventType::kFailed);
  EXPECT_EQ(transcript.last().status.code(), StatusCode::kOutOfMemoryDevice);
  EXPECT_EQ(session->token_count(), 0);
}

TEST_F(OtherDevice, WhoseLaunchFailsEndsTheRequestsAndAnotherEngineWorks) {
  expect_recovery([this] { card_->ops_until_launch_fails = 20; },
                  [this] { card_->ops_until_launch_fails = -1; });
}

TEST_F(OtherDevice, ThatIsLostEndsTheRequestsAndAnotherEngineWorks) {
  expect_recovery([this] { card_->ops_until_lost = 20; }, [this] { card_->ops_until_lost = -1; });
}

// Two conversations of one batch, so that slots and pages are other ones than before.
TEST_F(OtherDevice, DecodesWhatCouldHaveBeenRecorded) {
  const auto engine = open_engine("cuda");
  const std::string alone = answer(*engine);
  const std::int64_t before = card_->replays;
  EXPECT_GT(before, 0);
  const auto first = engine->create_session().value();
  const auto second = engine->create_session().value();
  const auto queue = sdk::testing::make_queue();
  const auto other = sdk::testing::make_queue();
  const auto asked = first->generate({user("What is the total?")}, short_answer(), queue, 1);
  const auto also = second->generate({user("What is the total?")}, short_answer(), other, 2);
  ASSERT_TRUE(asked.ok() && also.ok());
  EXPECT_EQ(sdk::testing::read_all(*queue).text, alone);
  EXPECT_EQ(sdk::testing::read_all(*other).text, alone);
  EXPECT_GT(card_->replays, before);
}

TEST_F(OtherDevice, GoesWhenEngineSequencesAndFeaturesAreGone) {
  auto model = open("cuda").value();
  auto sequence = model->create_sequence().value();
  const sdk::ModelInput input{{1, 2, 3}, {}, {}};
  sdk::StepItem item{sequence.get(), &input, 0, 3, true};
  ASSERT_TRUE(model->step({&item, 1}).ok());
  const vision::Image image = *sdk::testing::make_image(8, 90, 8);
  auto features = model->encode_image(image, [] { return Status(); }).value();
  model.reset();
  EXPECT_EQ(card_->cards, 1);
  sequence.reset();
  EXPECT_EQ(card_->cards, 1);
  features = {};
  EXPECT_EQ(card_->cards, 0);
}

using GuardedDeviceDeathTest = OtherDevice;

TEST_F(GuardedDeviceDeathTest, CatchesAHostThatLooksIntoIt) {
  const std::atomic<std::int64_t> bytes{1 << 20};
  const auto device = GuardedDevice::create(bytes).value();
  float value = 1.0f;
  const auto memory = Memory::allocate(sizeof(float), *device).value();
  ASSERT_TRUE(device->upload(memory.data(), &value, sizeof(float)).ok());
  ASSERT_TRUE(device->download(&value, memory.data(), sizeof(float)).ok());
  EXPECT_EQ(value, 1.0f);
  EXPECT_DEATH(value += *memory.f32(), "");
}

TEST_F(OtherDevice, ASessionIsSavedThereAndGoesOnThereWithoutPrefill) {
  const sdk::testing::TempFolder folder;
  const auto engine = open_engine("cuda");
  const auto session = engine->create_session().value();
  ask(*session, {user("What is the total?")}, short_answer());
  ASSERT_EQ(save(*session, folder.file("session")).type, EventType::kDone);
  const auto loaded = engine->create_session().value();
  ASSERT_EQ(load(*loaded, folder.file("session")).type, EventType::kDone);
  EXPECT_TRUE(loaded->turn(0)->has_checkpoint);
  EXPECT_EQ(ask(*loaded, {user("And the date?")}, short_answer()).text,
            ask(*session, {user("And the date?")}, short_answer()).text);
}

TEST_F(OtherDevice, ASessionOfTheProcessorIsAbsorbedAgainThere) {
  const sdk::testing::TempFolder folder;
  const auto processor = open_engine("cpu");
  const auto session = processor->create_session().value();
  ask(*session, {user("What is the total?")}, short_answer());
  ASSERT_EQ(save(*session, folder.file("session")).type, EventType::kDone);
  const auto engine = open_engine("cuda");
  const auto loaded = engine->create_session().value();
  ASSERT_EQ(load(*loaded, folder.file("session")).type, EventType::kDone);
  EXPECT_FALSE(loaded->turn(0)->has_checkpoint);
  EXPECT_EQ(ask(*loaded, {user("And the date?")}, short_answer()).last().type, EventType::kDone);
}

}  // namespace
}  // namespace arges::testing
