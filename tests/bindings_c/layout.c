/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and offsets of arges.h on 64-bit machines. Within an ABI version whose
 * programs keep working a line here is never changed, only added: a caller built against an older
 * header has these numbers compiled in. */
#include <arges/arges.h>

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type " changed")
#define FIELD(type, field, bytes) \
  _Static_assert(offsetof(type, field) == (bytes), #type "." #field " moved")

SIZE(arges_status, 4);

SIZE(arges_engine_options, 120);
FIELD(arges_engine_options, struct_size, 0);
FIELD(arges_engine_options, threads, 4);
FIELD(arges_engine_options, model_path, 8);
FIELD(arges_engine_options, model_path_length, 16);
FIELD(arges_engine_options, device, 24);
FIELD(arges_engine_options, device_length, 32);
FIELD(arges_engine_options, max_context, 40);
FIELD(arges_engine_options, prefill_chunk, 48);
FIELD(arges_engine_options, max_sessions, 52);
FIELD(arges_engine_options, progress, 56);
FIELD(arges_engine_options, progress_user, 64);
FIELD(arges_engine_options, device_index, 72);
FIELD(arges_engine_options, files, 76);
FIELD(arges_engine_options, weight_format, 80);
FIELD(arges_engine_options, weight_format_length, 88);
FIELD(arges_engine_options, memory_budget, 96);
FIELD(arges_engine_options, device_budget, 104);
FIELD(arges_engine_options, checkpoint_budget, 112);

SIZE(arges_engine_info, 376);
FIELD(arges_engine_info, struct_size, 0);
FIELD(arges_engine_info, threads, 4);
FIELD(arges_engine_info, device_index, 8);
FIELD(arges_engine_info, prefill_chunk, 12);
FIELD(arges_engine_info, device, 16);
FIELD(arges_engine_info, device_reason, 48);
FIELD(arges_engine_info, instruction_set, 304);
FIELD(arges_engine_info, weight_format, 336);
FIELD(arges_engine_info, weight_bytes, 368);

SIZE(arges_stats, 144);
FIELD(arges_stats, struct_size, 0);
FIELD(arges_stats, sessions, 4);
FIELD(arges_stats, preparing, 8);
FIELD(arges_stats, prefilling, 12);
FIELD(arges_stats, decoding, 16);
FIELD(arges_stats, paused, 20);
FIELD(arges_stats, done, 24);
FIELD(arges_stats, cancelled, 32);
FIELD(arges_stats, failed, 40);
FIELD(arges_stats, prompt_tokens, 48);
FIELD(arges_stats, generated_tokens, 56);
FIELD(arges_stats, images_encoded, 64);
FIELD(arges_stats, steps, 72);
FIELD(arges_stats, step_us, 80);
FIELD(arges_stats, weight_bytes, 88);
FIELD(arges_stats, workspace_bytes, 96);
FIELD(arges_stats, session_bytes, 104);
FIELD(arges_stats, request_bytes, 112);
FIELD(arges_stats, checkpoint_bytes, 120);
FIELD(arges_stats, images_cached, 128);
FIELD(arges_stats, reused_tokens, 136);

SIZE(arges_session_options, 16);
FIELD(arges_session_options, struct_size, 0);
FIELD(arges_session_options, checkpoints, 4);
FIELD(arges_session_options, scope, 8);

SIZE(arges_reuse, 56);
FIELD(arges_reuse, struct_size, 0);
FIELD(arges_reuse, reason, 4);
FIELD(arges_reuse, prompt_tokens, 8);
FIELD(arges_reuse, matched, 16);
FIELD(arges_reuse, reused, 24);
FIELD(arges_reuse, evicted, 32);
FIELD(arges_reuse, images, 40);
FIELD(arges_reuse, images_cached, 48);

SIZE(arges_turn_info, 32);
FIELD(arges_turn_info, struct_size, 0);
FIELD(arges_turn_info, has_checkpoint, 4);
FIELD(arges_turn_info, first_token, 8);
FIELD(arges_turn_info, tokens, 16);
FIELD(arges_turn_info, images, 24);

SIZE(arges_model_info, 40);
FIELD(arges_model_info, struct_size, 0);
FIELD(arges_model_info, supports_images, 4);
FIELD(arges_model_info, max_context, 8);
FIELD(arges_model_info, vocab_size, 16);
FIELD(arges_model_info, session_state_bytes, 24);
FIELD(arges_model_info, kv_bytes_per_token, 32);

SIZE(arges_image_plan, 40);
FIELD(arges_image_plan, struct_size, 0);
FIELD(arges_image_plan, tiles, 4);
FIELD(arges_image_plan, resized_width, 8);
FIELD(arges_image_plan, resized_height, 12);
FIELD(arges_image_plan, canvas_width, 16);
FIELD(arges_image_plan, canvas_height, 20);
FIELD(arges_image_plan, tokens, 24);
FIELD(arges_image_plan, kv_bytes, 32);

SIZE(arges_event, 128);
FIELD(arges_event, struct_size, 0);
FIELD(arges_event, type, 4);
FIELD(arges_event, tag, 8);
FIELD(arges_event, status, 16);
FIELD(arges_event, finish_reason, 20);
FIELD(arges_event, text, 24);
FIELD(arges_event, text_length, 32);
FIELD(arges_event, prompt_tokens, 40);
FIELD(arges_event, prompt_done, 48);
FIELD(arges_event, generated_tokens, 56);
FIELD(arges_event, storage, 64);
FIELD(arges_event, queued_us, 72);
FIELD(arges_event, text_us, 80);
FIELD(arges_event, images_us, 88);
FIELD(arges_event, prefill_us, 96);
FIELD(arges_event, first_token_us, 104);
FIELD(arges_event, total_us, 112);
FIELD(arges_event, reused_tokens, 120);
_Static_assert(sizeof(((arges_event*)0)->storage) == 8, "a number on every machine");

SIZE(arges_queue_options, 32);
FIELD(arges_queue_options, struct_size, 0);
FIELD(arges_queue_options, capacity, 4);
FIELD(arges_queue_options, callback, 8);
FIELD(arges_queue_options, callback_user, 16);
FIELD(arges_queue_options, release, 24);

SIZE(arges_text, 16);
FIELD(arges_text, data, 0);
FIELD(arges_text, length, 8);

SIZE(arges_logit_bias, 8);
FIELD(arges_logit_bias, token, 0);
FIELD(arges_logit_bias, bias, 4);

SIZE(arges_generate_options, 96);
FIELD(arges_generate_options, struct_size, 0);
FIELD(arges_generate_options, max_tokens, 4);
FIELD(arges_generate_options, temperature, 8);
FIELD(arges_generate_options, top_k, 12);
FIELD(arges_generate_options, top_p, 16);
FIELD(arges_generate_options, min_p, 20);
FIELD(arges_generate_options, repetition_penalty, 24);
FIELD(arges_generate_options, presence_penalty, 28);
FIELD(arges_generate_options, frequency_penalty, 32);
FIELD(arges_generate_options, stop_string_count, 36);
FIELD(arges_generate_options, seed, 40);
FIELD(arges_generate_options, deadline_ms, 48);
FIELD(arges_generate_options, stop_strings, 56);
FIELD(arges_generate_options, stop_tokens, 64);
FIELD(arges_generate_options, logit_biases, 72);
FIELD(arges_generate_options, stop_token_count, 80);
FIELD(arges_generate_options, logit_bias_count, 84);
FIELD(arges_generate_options, continue_last, 88);
FIELD(arges_generate_options, priority, 92);

/* The numbers that programs have compiled in. */
#define VALUE(name, number) _Static_assert((name) == (number), #name " changed")
VALUE(ARGES_OK, 0);
VALUE(ARGES_INVALID_ARGUMENT, 1);
VALUE(ARGES_MODEL_INVALID, 2);
VALUE(ARGES_IMAGE_DECODE, 3);
VALUE(ARGES_CONTEXT_FULL, 4);
VALUE(ARGES_OUT_OF_MEMORY_HOST, 5);
VALUE(ARGES_OUT_OF_MEMORY_DEVICE, 6);
VALUE(ARGES_CANCELLED, 7);
VALUE(ARGES_DEADLINE, 8);
VALUE(ARGES_BUSY, 9);
VALUE(ARGES_UNSUPPORTED, 10);
VALUE(ARGES_INTERNAL, 11);
VALUE(ARGES_NOT_FOUND, 12);
VALUE(ARGES_TIMEOUT, 13);
VALUE(ARGES_CLOSED, 14);
VALUE(ARGES_IO, 15);
VALUE(ARGES_LOG_ERROR, 1);
VALUE(ARGES_LOG_WARNING, 2);
VALUE(ARGES_LOG_INFO, 3);
VALUE(ARGES_LOG_DEBUG, 4);
VALUE(ARGES_FILES_MAP, 1);
VALUE(ARGES_FILES_READ, 2);
VALUE(ARGES_PIXELS_RGB, 1);
VALUE(ARGES_PIXELS_BGR, 2);
VALUE(ARGES_PIXELS_RGBA, 3);
VALUE(ARGES_PIXELS_BGRA, 4);
VALUE(ARGES_PIXELS_GREY, 5);
VALUE(ARGES_PIXELS_YUYV, 6);
VALUE(ARGES_ROLE_SYSTEM, 1);
VALUE(ARGES_ROLE_USER, 2);
VALUE(ARGES_ROLE_ASSISTANT, 3);
VALUE(ARGES_EVENT_PROGRESS, 1);
VALUE(ARGES_EVENT_TEXT, 2);
VALUE(ARGES_EVENT_DONE, 256);
VALUE(ARGES_EVENT_CANCELLED, 257);
VALUE(ARGES_EVENT_FAILED, 258);
VALUE(ARGES_FINISH_NONE, 0);
VALUE(ARGES_FINISH_STOP, 1);
VALUE(ARGES_FINISH_LENGTH, 2);
VALUE(ARGES_REUSE_ALL, 0);
VALUE(ARGES_REUSE_DIFFERS, 1);
VALUE(ARGES_REUSE_NO_CHECKPOINT, 2);
VALUE(ARGES_REUSE_SCOPE, 3);

int arges_layout_is_pinned(void);
int arges_layout_is_pinned(void) {
  return ARGES_OK;
}
