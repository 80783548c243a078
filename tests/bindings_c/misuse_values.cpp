// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>

#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

template <typename Options>
struct Change {
  const char* name;
  std::function<void(Options&)> apply;
  arges_status expected = ARGES_INVALID_ARGUMENT;
};

MisuseCase opening(const Change<arges_engine_options>& change) {
  return {std::string("engine_open_") + change.name, change.expected, [change](World& world) {
            arges_engine_options options;
            arges_engine_options_init(&options, sizeof options);
            options.model_path = "no/such/folder";
            options.model_path_length = 14;
            change.apply(options);
            return arges_engine_open(&options, world.out<arges_engine>());
          }};
}

MisuseCase generating(const Change<arges_generate_options>& change) {
  return {std::string("generate_") + change.name, change.expected, [change](World& world) {
            arges_generate_options options;
            arges_generate_options_init(&options, sizeof options);
            change.apply(options);
            const arges_status status = arges_generate(world.session, &world.message, 1, &options,
                                                       world.queue, 1, world.out<arges_request>());
            if (status == ARGES_OK) arges_request_free(*world.out<arges_request>());
            return status;
          }};
}

std::vector<MisuseCase> engine_numbers() {
  const std::vector<Change<arges_engine_options>> changes = {
      {"threads_257", [](arges_engine_options& o) { o.threads = 257; }},
      {"threads_huge", [](arges_engine_options& o) { o.threads = 0xFFFFFFFF; }},
      {"context_huge", [](arges_engine_options& o) { o.max_context = kHuge; }},
      {"context_over", [](arges_engine_options& o) { o.max_context = 1'000'000'001; }},
      {"chunk_8193", [](arges_engine_options& o) { o.prefill_chunk = 8193; }},
      {"sessions_65537", [](arges_engine_options& o) { o.max_sessions = 65537; }},
      {"files_3", [](arges_engine_options& o) { o.files = 3; }},
      {"memory_budget_huge", [](arges_engine_options& o) { o.memory_budget = kHuge; }},
      {"device_budget_huge", [](arges_engine_options& o) { o.device_budget = kHuge; }},
      {"checkpoint_budget_huge", [](arges_engine_options& o) { o.checkpoint_budget = kHuge; }},
      {"weight_format_empty", [](arges_engine_options& o) { o.weight_format = ""; }},
      {"device_index_1", [](arges_engine_options& o) { o.device_index = 1; }, ARGES_UNSUPPORTED},
      {"memory_budget", [](arges_engine_options& o) { o.memory_budget = 1 << 20; },
       ARGES_UNSUPPORTED},
      {"device_budget", [](arges_engine_options& o) { o.device_budget = 1 << 20; },
       ARGES_UNSUPPORTED},
      {"weight_format_unknown",
       [](arges_engine_options& o) { o.weight_format = "int4", o.weight_format_length = 4; },
       ARGES_UNSUPPORTED},
      {"weight_format_stored",
       [](arges_engine_options& o) { o.weight_format = "stored", o.weight_format_length = 6; },
       ARGES_NOT_FOUND}};
  std::vector<MisuseCase> cases;
  for (const auto& change : changes) cases.push_back(opening(change));
  return cases;
}

std::vector<MisuseCase> sampling_numbers() {
  using Options = arges_generate_options;
  const std::vector<Change<Options>> changes = {
      {"max_tokens_over", [](Options& o) { o.max_tokens = 1'000'001; }},
      {"temperature_negative", [](Options& o) { o.temperature = -0.5f; }},
      {"temperature_over", [](Options& o) { o.temperature = 100.5f; }},
      {"temperature_nan", [](Options& o) { o.temperature = kNan; }},
      {"temperature_infinite", [](Options& o) { o.temperature = kInfinity; }},
      {"top_p_zero", [](Options& o) { o.top_p = 0; }, ARGES_OK},
      {"top_p_negative", [](Options& o) { o.top_p = -0.1f; }},
      {"top_p_over", [](Options& o) { o.top_p = 1.5f; }},
      {"top_p_nan", [](Options& o) { o.top_p = kNan; }},
      {"min_p_negative", [](Options& o) { o.min_p = -0.1f; }},
      {"min_p_over", [](Options& o) { o.min_p = 1.1f; }},
      {"repetition_zero", [](Options& o) { o.repetition_penalty = 0; }, ARGES_OK},
      {"repetition_negative", [](Options& o) { o.repetition_penalty = -1; }},
      {"repetition_nan", [](Options& o) { o.repetition_penalty = kNan; }},
      {"presence_over", [](Options& o) { o.presence_penalty = 100.5f; }},
      {"frequency_under", [](Options& o) { o.frequency_penalty = -100.5f; }},
      {"stop_strings_17", [](Options& o) { o.stop_string_count = 17; }},
      {"stop_tokens_65", [](Options& o) { o.stop_token_count = 65; }},
      {"logit_biases_1025", [](Options& o) { o.logit_bias_count = 1025; }},
      {"logit_biases_huge", [](Options& o) { o.logit_bias_count = 0xFFFFFFFF; }},
      {"continue_last_users", [](Options& o) { o.continue_last = 1; }},
      {"continue_last_2", [](Options& o) { o.continue_last = 2; }},
      {"priority_101", [](Options& o) { o.priority = 101; }},
      {"priority_minus_101", [](Options& o) { o.priority = -101; }},
      {"top_k_huge", [](Options& o) { o.top_k = 0xFFFFFFFF; }, ARGES_OK},
      {"seed_huge", [](Options& o) { o.seed = kHuge; }, ARGES_OK},
      {"deadline_huge", [](Options& o) { o.deadline_ms = kHuge; }, ARGES_OK}};
  std::vector<MisuseCase> cases;
  for (const auto& change : changes) cases.push_back(generating(change));
  return cases;
}

std::vector<MisuseCase> token_numbers() {
  using Options = arges_generate_options;
  static const std::int32_t kNegative = -1;
  static const std::int32_t kLarge = std::numeric_limits<std::int32_t>::max();
  static const arges_logit_bias kBadToken = {-1, 1};
  static const arges_logit_bias kBadBias = {1, kNan};
  static const arges_logit_bias kTwice[] = {{1, 1}, {1, 2}};
  const std::vector<Change<Options>> changes = {
      {"stop_token_negative",
       [](Options& o) { o.stop_tokens = &kNegative, o.stop_token_count = 1; }},
      {"stop_token_large", [](Options& o) { o.stop_tokens = &kLarge, o.stop_token_count = 1; }},
      {"bias_token", [](Options& o) { o.logit_biases = &kBadToken, o.logit_bias_count = 1; }},
      {"bias_nan", [](Options& o) { o.logit_biases = &kBadBias, o.logit_bias_count = 1; }},
      {"bias_twice", [](Options& o) { o.logit_biases = kTwice, o.logit_bias_count = 2; }}};
  std::vector<MisuseCase> cases;
  for (const auto& change : changes) cases.push_back(generating(change));
  return cases;
}

struct Picture {
  const char* name;
  std::uint32_t width, height;
  std::uint64_t stride;
  std::uint32_t format;
};

std::vector<MisuseCase> picture_numbers() {
  static const unsigned char kPixels[256] = {};
  constexpr Picture kPictures[] = {{"no_width", 0, 4, 12, ARGES_PIXELS_RGB},
                                   {"no_height", 4, 0, 12, ARGES_PIXELS_RGB},
                                   {"huge_width", 0xFFFFFFFF, 1, kHuge, ARGES_PIXELS_GREY},
                                   {"huge_height", 1, 0xFFFFFFFF, 1, ARGES_PIXELS_GREY},
                                   {"over_side", 16385, 100, 16385, ARGES_PIXELS_GREY},
                                   {"over_pixels", 16384, 16384, 16384, ARGES_PIXELS_GREY},
                                   {"over_aspect", 201, 1, 201, ARGES_PIXELS_GREY},
                                   {"short_stride", 4, 4, 11, ARGES_PIXELS_RGB},
                                   {"no_stride", 4, 4, 0, ARGES_PIXELS_RGB},
                                   {"huge_stride", 4, 4, kHuge / 2, ARGES_PIXELS_RGB},
                                   {"format_0", 4, 4, 16, 0},
                                   {"short_yuyv_stride", 5, 4, 11, ARGES_PIXELS_YUYV},
                                   {"format_7", 4, 4, 16, 7},
                                   {"format_huge", 4, 4, 16, 0xFFFFFFFF}};
  std::vector<MisuseCase> cases;
  for (const Picture& picture : kPictures) {
    cases.push_back({std::string("image_from_pixels_") + picture.name, ARGES_INVALID_ARGUMENT,
                     [picture](World& world) {
                       return arges_image_from_pixels(kPixels, picture.width, picture.height,
                                                      picture.stride, picture.format,
                                                      world.out<arges_image>());
                     }});
    if (picture.format != ARGES_PIXELS_GREY && picture.width * picture.height != 0) continue;
    cases.push_back({std::string("image_plan_") + picture.name, ARGES_INVALID_ARGUMENT,
                     [picture](World& world) {
                       return arges_image_plan_for_size(world.engine, picture.width, picture.height,
                                                        world.result<arges_image_plan>());
                     }});
  }
  return cases;
}

struct Frame {
  const char* name;
  std::uint32_t width;
  std::uint32_t height;
  std::uint64_t luma_stride;
  std::uint64_t chroma_stride;
};

std::vector<MisuseCase> frame_numbers() {
  static const unsigned char kPlane[256] = {};
  constexpr Frame kFrames[] = {{"no_width", 0, 4, 4, 4},
                               {"no_height", 4, 0, 4, 4},
                               {"huge_width", 0xFFFFFFFF, 1, kHuge, kHuge},
                               {"over_side", 16385, 100, 16385, 16386},
                               {"short_luma_stride", 5, 4, 4, 6},
                               {"short_chroma_stride", 5, 4, 5, 5},
                               {"huge_luma_stride", 4, 4, kHuge / 2, 4},
                               {"huge_chroma_stride", 4, 4, 4, kHuge / 2 + 1}};
  std::vector<MisuseCase> cases;
  for (const Frame& frame : kFrames) {
    cases.push_back({std::string("image_from_nv12_") + frame.name, ARGES_INVALID_ARGUMENT,
                     [frame](World& world) {
                       return arges_image_from_nv12(kPlane, frame.luma_stride, kPlane,
                                                    frame.chroma_stride, frame.width, frame.height,
                                                    world.out<arges_image>());
                     }});
  }
  return cases;
}

// Calls with an assistant's message, which only a conversation from elsewhere may end with.
using CallWithMessage = std::function<arges_status(World&, arges_message*)>;

MisuseCase assistant_last(const char* name, arges_status expected, CallWithMessage call) {
  return {name, expected, [call = std::move(call)](World& world) {
            arges_message* message = nullptr;
            arges_message_create(ARGES_ROLE_ASSISTANT, &message);
            arges_message_add_text(message, "said", 4);
            const arges_status status = call(world, message);
            arges_message_free(message);
            return status;
          }};
}

std::vector<MisuseCase> assistants() {
  return {assistant_last("generate_assistant_last", ARGES_INVALID_ARGUMENT,
                         [](World& world, arges_message* message) {
                           return arges_generate(world.session, &message, 1, nullptr, world.queue,
                                                 1, world.out<arges_request>());
                         }),
          assistant_last("session_reuse_assistant_last", ARGES_INVALID_ARGUMENT,
                         [](World& world, arges_message* message) {
                           return arges_session_reuse(world.session, &message, 1,
                                                      world.result<arges_reuse>());
                         }),
          assistant_last("count_tokens_assistant_last", ARGES_INVALID_ARGUMENT,
                         [](World& world, arges_message* message) {
                           return arges_count_tokens(world.engine, &message, 1,
                                                     &world.outputs.number);
                         })};
}

std::vector<MisuseCase> other_numbers() {
  std::vector<MisuseCase> cases;
  for (const std::uint32_t role : {0u, 4u, 0xFFFFFFFFu}) {
    cases.push_back(
        {"message_create_role_" + std::to_string(role), ARGES_INVALID_ARGUMENT,
         [role](World& world) { return arges_message_create(role, world.out<arges_message>()); }});
  }
  for (const std::uint32_t level : {5u, 0xFFFFFFFFu}) {
    cases.push_back({"set_log_level_" + std::to_string(level), ARGES_INVALID_ARGUMENT,
                     [level](World&) { return arges_set_log(nullptr, nullptr, level); }});
  }
  for (const std::uint32_t capacity : {65537u, 0xFFFFFFFFu}) {
    cases.push_back({"queue_create_capacity_" + std::to_string(capacity), ARGES_INVALID_ARGUMENT,
                     [capacity](World& world) {
                       arges_queue_options options;
                       arges_queue_options_init(&options, sizeof options);
                       options.capacity = capacity;
                       return arges_queue_create(&options, world.out<arges_queue>());
                     }});
  }
  for (const std::uint32_t checkpoints : {4097u, 0xFFFFFFFFu}) {
    cases.push_back({"session_create_with_checkpoints_" + std::to_string(checkpoints),
                     ARGES_INVALID_ARGUMENT, [checkpoints](World& world) {
                       arges_session_options options;
                       arges_session_options_init(&options, sizeof options);
                       options.checkpoints = checkpoints;
                       return arges_session_create_with(world.engine, &options,
                                                        world.out<arges_session>());
                     }});
  }
  for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{4097}, kHuge / 2, kHuge}) {
    const std::string name = "_messages_" + std::to_string(count);
    cases.push_back({"generate" + name, ARGES_INVALID_ARGUMENT, [count](World& world) {
                       return arges_generate(world.session, &world.message, count, nullptr,
                                             world.queue, 1, world.out<arges_request>());
                     }});
    cases.push_back({"session_add" + name, ARGES_INVALID_ARGUMENT, [count](World& world) {
                       return arges_session_add(world.session, &world.message, count, world.queue,
                                                1, world.out<arges_request>());
                     }});
    cases.push_back({"session_reuse" + name, ARGES_INVALID_ARGUMENT, [count](World& world) {
                       return arges_session_reuse(world.session, &world.message, count,
                                                  world.result<arges_reuse>());
                     }});
    cases.push_back({"count_tokens" + name, ARGES_INVALID_ARGUMENT, [count](World& world) {
                       return arges_count_tokens(world.engine, &world.message, count,
                                                 &world.outputs.number);
                     }});
  }
  return cases;
}

}  // namespace

std::vector<MisuseCase> number_cases() {
  std::vector<MisuseCase> cases;
  for (const auto& more : {engine_numbers(), sampling_numbers(), token_numbers(), picture_numbers(),
                           frame_numbers(), assistants(), other_numbers()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace arges::bindings_test
