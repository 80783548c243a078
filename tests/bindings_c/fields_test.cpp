// SPDX-License-Identifier: Apache-2.0
// Each field of what an engine says of itself, with a number of its own, so that none can stand for
// another.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

// Two bytes a letter, so that a field of even size would be cut inside one.
std::string umlauts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\u00FC";
  return text;
}

class NumberedModel : public sdk::ScriptedModel {
 public:
  using ScriptedModel::ScriptedModel;

  std::int64_t max_context() const override { return 3001; }
  std::int64_t state_bytes() const override { return 3002; }
  std::int64_t kv_bytes_per_token() const override { return 3003; }
  std::int64_t workspace_bytes() const override { return 3004; }
  const sdk::ModelFacts& facts() const override { return facts_; }
  Result<vision::TilePlan> plan_image(int height, int width) const override {
    vision::TilePlan plan;
    plan.original_height = height;
    plan.original_width = width;
    plan.canvas_height = 21;
    plan.canvas_width = 22;
    plan.resized_height = 23;
    plan.resized_width = 24;
    plan.tile_count = 25;
    plan.token_count = 26;
    return plan;
  }

 private:
  const sdk::ModelFacts facts_ = {umlauts(40), 31, umlauts(200), umlauts(17), "B", 32, 33};
};

sdk::ScriptedModelOptions slow_steps() {
  sdk::ScriptedModelOptions options;
  options.script = [](const sdk::History&) { return std::string("four"); };
  options.step_delay = std::chrono::milliseconds(2);
  return options;
}

class Fields : public testing::Test {
 protected:
  ~Fields() override {
    model->text_gate().open();
    arges_engine_close(engine);
  }
  arges_stats stats() const {
    arges_stats stats{};
    stats.struct_size = sizeof stats;
    EXPECT_EQ(arges_engine_stats(engine, &stats), ARGES_OK);
    return stats;
  }

  std::shared_ptr<NumberedModel> model = std::make_shared<NumberedModel>(slow_steps());
  arges_engine* engine = open_engine(model);
};

TEST_F(Fields, OfAModel) {
  arges_model_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(arges_engine_model_info(engine, &info), ARGES_OK);
  EXPECT_EQ(info.supports_images, 1u);
  EXPECT_EQ(info.max_context, 3001u);
  EXPECT_EQ(info.session_state_bytes, 3002u);
  EXPECT_EQ(info.kv_bytes_per_token, 3003u);
  EXPECT_EQ(info.vocab_size, 262u);
}

TEST(FieldsOfATextModel, SayThatItSeesNothing) {
  sdk::ScriptedModelOptions options;
  options.sees_images = false;
  arges_engine* engine = open_engine(std::make_shared<sdk::ScriptedModel>(std::move(options)));
  {
    World world(engine);
    auto* info = world.result<arges_model_info>();
    ASSERT_EQ(arges_engine_model_info(engine, info), ARGES_OK);
    EXPECT_EQ(info->supports_images, 0u);
    arges_image_plan plan{};
    plan.struct_size = sizeof plan;
    EXPECT_EQ(arges_image_plan_for_size(engine, 640, 480, &plan), ARGES_UNSUPPORTED);
    EXPECT_EQ(plan.tiles, 0u);
    ASSERT_EQ(arges_message_add_image(world.message, world.image), ARGES_OK);
    std::uint64_t count = 0;
    EXPECT_EQ(arges_count_tokens(engine, &world.message, 1, &count), ARGES_UNSUPPORTED);
  }
  arges_engine_close(engine);
}

TEST_F(Fields, OfAPicturesPlan) {
  arges_image_plan plan{};
  plan.struct_size = sizeof plan;
  ASSERT_EQ(arges_image_plan_for_size(engine, 640, 480, &plan), ARGES_OK);
  EXPECT_EQ(plan.canvas_height, 21u);
  EXPECT_EQ(plan.canvas_width, 22u);
  EXPECT_EQ(plan.resized_height, 23u);
  EXPECT_EQ(plan.resized_width, 24u);
  EXPECT_EQ(plan.tiles, 25u);
  EXPECT_EQ(plan.tokens, 26u);
  EXPECT_EQ(plan.kv_bytes, 26u * 3003u);
}

TEST_F(Fields, OfAnEngineAndTextsAreCutBetweenLetters) {
  arges_engine_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(arges_engine_get_info(engine, &info), ARGES_OK);
  EXPECT_EQ(info.device_index, 31u);
  EXPECT_EQ(info.threads, 32u);
  EXPECT_EQ(info.weight_bytes, 33u);
  EXPECT_EQ(info.prefill_chunk, 256u);
  EXPECT_EQ(std::string(info.device), umlauts(15)) << "30 bytes of 31";
  EXPECT_EQ(std::string(info.device_reason), umlauts(127));
  EXPECT_EQ(std::string(info.instruction_set), umlauts(15));
  EXPECT_EQ(std::string(info.weight_format), "B");
}

TEST_F(Fields, OfWhatAnEngineHasDone) {
  model->step_fault().fail_after(0, {StatusCode::kOutOfMemoryHost, "no memory for the step"});
  arges_session* session = nullptr;
  arges_queue* queue = nullptr;
  ASSERT_EQ(arges_session_create(engine, &session), ARGES_OK);
  ASSERT_EQ(arges_queue_create(nullptr, &queue), ARGES_OK);
  for (std::uint64_t tag = 1; tag <= 3; ++tag) {
    ASSERT_EQ(submit(session, "hello", queue, tag), ARGES_OK);
    read_answer(queue, tag);
  }
  const arges_stats now = stats();
  EXPECT_EQ(now.failed, 1u);
  EXPECT_EQ(now.done, 2u);
  EXPECT_EQ(now.cancelled, 0u);
  EXPECT_GE(now.step_us, 2000u * now.steps);
  EXPECT_EQ(now.weight_bytes, 33u);
  EXPECT_EQ(now.workspace_bytes, 3004u);
  std::uint64_t tokens = 0;
  ASSERT_EQ(arges_session_token_count(session, &tokens), ARGES_OK);
  EXPECT_EQ(now.session_bytes, 3002u + tokens * 3003u);
  arges_session_close(session);
  arges_queue_close(queue);
}

TEST_F(Fields, OfRequestsThatArePrepared) {
  World world(engine);
  model->text_gate().shut();
  ASSERT_EQ(submit(world.session, "hello", world.queue, 2), ARGES_OK);
  model->text_gate().wait_until_held();
  while (stats().preparing == 0) std::this_thread::yield();
  EXPECT_EQ(stats().prefilling + stats().decoding + stats().paused, 0u);
  model->text_gate().open();
  EXPECT_EQ(read_answer(world.queue, 2).end, ARGES_EVENT_DONE);
  while (stats().preparing != 0) std::this_thread::yield();
}

TEST_F(Fields, OfRequestsThatWaitForAReader) {
  World world(engine);
  arges_queue_options options;
  arges_queue_options_init(&options, sizeof options);
  options.capacity = 1;
  arges_queue* small = nullptr;
  ASSERT_EQ(arges_queue_create(&options, &small), ARGES_OK);
  ASSERT_EQ(submit(world.session, "hello", small, 2), ARGES_OK);
  while (stats().paused == 0) std::this_thread::yield();
  EXPECT_EQ(stats().preparing + stats().prefilling + stats().decoding, 0u);
  EXPECT_EQ(read_answer(small, 2).text, "four");
  while (stats().paused != 0) std::this_thread::yield();
  arges_queue_close(small);
}

}  // namespace
}  // namespace arges::bindings_test
