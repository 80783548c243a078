// SPDX-License-Identifier: Apache-2.0
// On failure outputs are untouched: each function that has some fails with sentinels in them.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tests/bindings_c/abi_world.h"

namespace arges::bindings_test {
namespace {

// What a failing call may write to, all of it 0x5A but for a struct's own size.
struct Outputs {
  Outputs() { std::memset(static_cast<void*>(this), 0x5A, sizeof *this); }

  void* handle;
  std::uint64_t number;
  std::uint32_t width;
  std::uint32_t height;
  std::int32_t tokens[4];
  char text[8];
  union {
    arges_model_info model;
    arges_engine_info engine;
    arges_stats stats;
    arges_image_plan plan;
    arges_event event;
  };
};

template <typename Handle>
Handle** out(Outputs& outputs) {
  return reinterpret_cast<Handle**>(&outputs.handle);
}

struct FailingCall {
  const char* name;
  std::function<arges_status(World&, Outputs&)> call;
};

std::vector<FailingCall> failing_constructors() {
  return {{"engine_open",
           [](World&, Outputs& o) { return arges_engine_open(nullptr, out<arges_engine>(o)); }},
          {"session_create",
           [](World&, Outputs& o) { return arges_session_create(nullptr, out<arges_session>(o)); }},
          {"queue_create",
           [](World&, Outputs& o) {
             arges_queue_options options;
             arges_queue_options_init(&options, sizeof options);
             options.capacity = 100'000;
             return arges_queue_create(&options, out<arges_queue>(o));
           }},
          {"message_create",
           [](World&, Outputs& o) { return arges_message_create(99, out<arges_message>(o)); }},
          {"image_decode",
           [](World&, Outputs& o) { return arges_image_decode("no", 2, out<arges_image>(o)); }},
          {"image_from_pixels",
           [](World&, Outputs& o) {
             return arges_image_from_pixels("xxx", 1, 1, 3, 99, out<arges_image>(o));
           }},
          {"generate", [](World& world, Outputs& o) {
             return arges_generate(world.session, &world.message, 0, nullptr, world.queue, 1,
                                   out<arges_request>(o));
           }}};
}

std::vector<FailingCall> failing_numbers() {
  return {{"session_token_count",
           [](World&, Outputs& o) { return arges_session_token_count(nullptr, &o.number); }},
          {"count_tokens",
           [](World& world, Outputs& o) {
             return arges_count_tokens(world.engine, &world.message, 0, &o.number);
           }},
          {"tokenize",
           [](World& world, Outputs& o) {
             return arges_tokenize(world.engine, "\xFF", 1, o.tokens, 4, &o.number);
           }},
          {"detokenize",
           [](World& world, Outputs& o) {
             const std::int32_t none = -1;
             return arges_detokenize(world.engine, &none, 1, o.text, 8, &o.number);
           }},
          {"image_size",
           [](World&, Outputs& o) { return arges_image_size(nullptr, &o.width, &o.height); }},
          {"queue_next_many", [](World& world, Outputs& o) {
             o.event.struct_size = sizeof o.event;
             return arges_queue_next_many(world.queue, 0, &o.event, 1, &o.number);
           }}};
}

std::vector<FailingCall> failing_structs() {
  return {{"engine_model_info",
           [](World&, Outputs& o) {
             o.model.struct_size = sizeof o.model;
             return arges_engine_model_info(nullptr, &o.model);
           }},
          {"engine_get_info",
           [](World&, Outputs& o) {
             o.engine.struct_size = sizeof o.engine;
             return arges_engine_get_info(nullptr, &o.engine);
           }},
          {"engine_stats",
           [](World&, Outputs& o) {
             o.stats.struct_size = sizeof o.stats;
             return arges_engine_stats(nullptr, &o.stats);
           }},
          {"image_plan",
           [](World& world, Outputs& o) {
             o.plan.struct_size = sizeof o.plan;
             return arges_image_plan_for_size(world.engine, 0, 5, &o.plan);
           }},
          {"queue_next", [](World& world, Outputs& o) {
             o.event.struct_size = sizeof o.event;
             return arges_queue_next(world.queue, 0, &o.event);
           }}};
}

// All bytes but the size that the call itself has set, which is the struct's first field.
bool untouched(const Outputs& outputs) {
  Outputs before;
  before.model.struct_size = outputs.model.struct_size;
  return std::memcmp(&outputs, &before, sizeof outputs) == 0;
}

TEST(Outputs, AreUntouchedByACallThatFails) {
  arges_engine* engine = open_scripted_engine("said");
  for (const auto& calls : {failing_constructors(), failing_numbers(), failing_structs()}) {
    for (const FailingCall& failing : calls) {
      World world(engine);
      Outputs outputs;
      EXPECT_NE(failing.call(world, outputs), ARGES_OK) << failing.name;
      EXPECT_TRUE(untouched(outputs)) << failing.name;
    }
  }
  arges_engine_close(engine);
}

}  // namespace
}  // namespace arges::bindings_test
