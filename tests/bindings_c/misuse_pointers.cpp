// SPDX-License-Identifier: Apache-2.0
#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

constexpr unsigned char kPixels[12] = {};

arges_engine_options no_such_model() {
  arges_engine_options options;
  arges_engine_options_init(&options, sizeof options);
  options.model_path = "no/such/folder";
  options.model_path_length = 14;
  return options;
}

std::vector<MisuseCase> constructors() {
  return {
      {"engine_options_init_null", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_engine_options_init(nullptr, sizeof(arges_engine_options)); }},
      {"engine_open_null_options", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_engine_open(nullptr, world.out<arges_engine>()); }},
      {"engine_open_null_out", ARGES_INVALID_ARGUMENT,
       [](World&) {
         const arges_engine_options options = no_such_model();
         return arges_engine_open(&options, nullptr);
       }},
      {"engine_open_null_path", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         arges_engine_options options = no_such_model();
         options.model_path = nullptr;
         return arges_engine_open(&options, world.out<arges_engine>());
       }},
      {"engine_open_async_null_options", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_engine_open_async(nullptr, world.queue, 1, world.out<arges_request>());
       }},
      {"engine_open_async_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         const arges_engine_options options = no_such_model();
         return arges_engine_open_async(&options, world.queue, 1, nullptr);
       }},
      {"engine_open_async_with_progress", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         arges_engine_options options = no_such_model();
         options.progress = [](void*, std::uint64_t, std::uint64_t) { return 0; };
         return arges_engine_open_async(&options, world.queue, 1, world.out<arges_request>());
       }},
      {"request_take_engine_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_request_take_engine(world.request, nullptr); }},
      {"request_take_engine_of_an_answer", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_request_take_engine(world.request, world.out<arges_engine>());
       }},
      {"session_create_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_create(world.engine, nullptr); }},
      {"session_options_init_null", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_session_options_init(nullptr, sizeof(arges_session_options)); }},
      {"session_create_with_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_create_with(world.engine, nullptr, nullptr); }},
      {"queue_options_init_null", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_queue_options_init(nullptr, sizeof(arges_queue_options)); }},
      {"queue_create_null_out", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_queue_create(nullptr, nullptr); }},
      {"message_create_null_out", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_message_create(ARGES_ROLE_USER, nullptr); }},
      {"image_decode_null_bytes", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_image_decode(nullptr, 10, world.out<arges_image>()); }},
      {"image_decode_null_out", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_image_decode(kPixels, sizeof kPixels, nullptr); }},
      {"image_from_pixels_null_pixels", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_image_from_pixels(nullptr, 2, 2, 6, ARGES_PIXELS_RGB,
                                        world.out<arges_image>());
       }},
      {"image_from_nv12_null_luma", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_image_from_nv12(nullptr, 2, kPixels, 2, 2, 2, world.out<arges_image>());
       }},
      {"image_from_nv12_null_chroma", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_image_from_nv12(kPixels, 2, nullptr, 2, 2, 2, world.out<arges_image>());
       }},
      {"image_from_nv12_null_out", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_image_from_nv12(kPixels, 2, kPixels, 2, 2, 2, nullptr); }},
      {"image_from_pixels_null_out", ARGES_INVALID_ARGUMENT, [](World&) {
         return arges_image_from_pixels(kPixels, 2, 2, 6, ARGES_PIXELS_RGB, nullptr);
       }}};
}

std::vector<MisuseCase> getters() {
  return {
      {"engine_model_info_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_engine_model_info(world.engine, nullptr); }},
      {"engine_get_info_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_engine_get_info(world.engine, nullptr); }},
      {"engine_stats_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_engine_stats(world.engine, nullptr); }},
      {"count_tokens_null_messages", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_count_tokens(world.engine, nullptr, 1, &world.outputs.number);
       }},
      {"count_tokens_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_count_tokens(world.engine, &world.message, 1, nullptr); }},
      {"tokenize_null_text", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_tokenize(world.engine, nullptr, 1, nullptr, 0, &world.outputs.number);
       }},
      {"tokenize_null_tokens", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_tokenize(world.engine, "x", 1, nullptr, 8, &world.outputs.number);
       }},
      {"tokenize_null_count", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_tokenize(world.engine, "x", 1, nullptr, 0, nullptr); }},
      {"detokenize_null_tokens", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_detokenize(world.engine, nullptr, 1, nullptr, 0, &world.outputs.number);
       }},
      {"detokenize_null_text", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         static const std::int32_t kToken = 'x';
         return arges_detokenize(world.engine, &kToken, 1, nullptr, 8, &world.outputs.number);
       }},
      {"detokenize_null_length", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_detokenize(world.engine, nullptr, 0, nullptr, 0, nullptr);
       }},
      {"queue_next_many_null_events", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_queue_next_many(world.queue, 0, nullptr, 1, &world.outputs.number);
       }},
      {"queue_next_many_null_count", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_queue_next_many(world.queue, 0, world.result<arges_event>(), 1, nullptr);
       }},
      {"image_plan_for_size_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_image_plan_for_size(world.engine, 64, 64, nullptr); }},
      {"image_size_null_width", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_image_size(world.image, nullptr, &world.outputs.height); }},
      {"image_size_null_height", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_image_size(world.image, &world.outputs.width, nullptr); }},
      {"message_add_text_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_message_add_text(world.message, nullptr, 1); }},
      {"message_add_image_bytes_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_message_add_image_bytes(world.message, nullptr, 1); }},
      {"event_init_null", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_event_init(nullptr, sizeof(arges_event)); }},
      {"event_clear_null", ARGES_OK,
       [](World&) {
         arges_event_clear(nullptr);
         return ARGES_OK;
       }},
      {"queue_next_null_event", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_queue_next(world.queue, 0, nullptr); }},
      {"session_fork_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_fork(world.session, nullptr); }},
      {"session_reuse_null_messages", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_reuse(world.session, nullptr, 1, world.result<arges_reuse>());
       }},
      {"session_reuse_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_reuse(world.session, &world.message, 1, nullptr); }},
      {"session_save_null_path", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_save(world.session, nullptr, 1, world.queue, 1,
                                   world.out<arges_request>());
       }},
      {"session_save_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_save(world.session, "a/b", 3, world.queue, 1, nullptr);
       }},
      {"session_load_null_path", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_load(world.session, nullptr, 1, world.queue, 1,
                                   world.out<arges_request>());
       }},
      {"session_load_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_load(world.session, "a/b", 3, world.queue, 1, nullptr);
       }},
      {"session_turn_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_turn(world.session, 0, nullptr); }},
      {"session_token_count_null", ARGES_INVALID_ARGUMENT,
       [](World& world) { return arges_session_token_count(world.session, nullptr); }}};
}

// arges_generate with one array of its options announced but not given.
MisuseCase null_array(const char* name, std::function<void(arges_generate_options&)> announce) {
  return {name, ARGES_INVALID_ARGUMENT, [announce = std::move(announce)](World& world) {
            arges_generate_options options;
            arges_generate_options_init(&options, sizeof options);
            announce(options);
            return arges_generate(world.session, &world.message, 1, &options, world.queue, 1,
                                  world.out<arges_request>());
          }};
}

std::vector<MisuseCase> generation() {
  static const arges_text kNoText = {nullptr, 3};
  return {
      {"generate_options_init_null", ARGES_INVALID_ARGUMENT,
       [](World&) { return arges_generate_options_init(nullptr, sizeof(arges_generate_options)); }},
      {"generate_null_messages", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_generate(world.session, nullptr, 1, nullptr, world.queue, 1,
                               world.out<arges_request>());
       }},
      {"session_add_null_messages", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_add(world.session, nullptr, 1, world.queue, 1,
                                  world.out<arges_request>());
       }},
      {"session_add_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_session_add(world.session, &world.message, 1, world.queue, 1, nullptr);
       }},
      {"generate_null_out", ARGES_INVALID_ARGUMENT,
       [](World& world) {
         return arges_generate(world.session, &world.message, 1, nullptr, world.queue, 1, nullptr);
       }},
      null_array("generate_null_stop_strings",
                 [](arges_generate_options& options) { options.stop_string_count = 1; }),
      null_array("generate_null_stop_string_data",
                 [](arges_generate_options& options) {
                   options.stop_string_count = 1;
                   options.stop_strings = &kNoText;
                 }),
      null_array("generate_null_stop_tokens",
                 [](arges_generate_options& options) { options.stop_token_count = 1; }),
      null_array("generate_null_logit_biases",
                 [](arges_generate_options& options) { options.logit_bias_count = 1; })};
}

}  // namespace

std::vector<MisuseCase> pointer_cases() {
  std::vector<MisuseCase> cases = constructors();
  for (const auto& more : {getters(), generation()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace arges::bindings_test
