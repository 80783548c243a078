// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

struct BadText {
  const char* name;
  std::string_view bytes;
};

// Unicode 15, table 3-7.
constexpr BadText kNotUtf8[] = {{"lone_continuation", "a\x80"},
                                {"overlong", "\xC0\xAF"},
                                {"overlong_three", "\xE0\x80\xAF"},
                                {"surrogate", "\xED\xA0\x80"},
                                {"beyond_unicode", "\xF4\x90\x80\x80"},
                                {"cut_short", "\xE2\x82"},
                                {"byte_ff", "\xFF"}};

std::vector<MisuseCase> not_utf8() {
  std::vector<MisuseCase> cases;
  for (const BadText& text : kNotUtf8) {
    cases.push_back({std::string("message_add_text_") + text.name, ARGES_INVALID_ARGUMENT,
                     [text](World& world) {
                       return arges_message_add_text(world.message, text.bytes.data(),
                                                     text.bytes.size());
                     }});
    cases.push_back(
        {std::string("tokenize_") + text.name, ARGES_INVALID_ARGUMENT, [text](World& world) {
           return arges_tokenize(world.engine, text.bytes.data(), text.bytes.size(),
                                 world.outputs.tokens, 4, &world.outputs.number);
         }});
    cases.push_back(
        {std::string("stop_string_") + text.name, ARGES_INVALID_ARGUMENT, [text](World& world) {
           const arges_text stop = {text.bytes.data(), text.bytes.size()};
           arges_generate_options options;
           arges_generate_options_init(&options, sizeof options);
           options.stop_strings = &stop;
           options.stop_string_count = 1;
           return arges_generate(world.session, &world.message, 1, &options, world.queue, 1,
                                 world.out<arges_request>());
         }});
  }
  return cases;
}

MisuseCase path_to_save(const char* name, std::string_view path) {
  return {std::string("session_save_") + name, ARGES_INVALID_ARGUMENT, [path](World& world) {
            return arges_session_save(world.session, path.data(), path.size(), world.queue, 1,
                                      world.out<arges_request>());
          }};
}

MisuseCase path_to_load(const char* name, std::string_view path) {
  return {std::string("session_load_") + name, ARGES_INVALID_ARGUMENT, [path](World& world) {
            return arges_session_load(world.session, path.data(), path.size(), world.queue, 1,
                                      world.out<arges_request>());
          }};
}

std::vector<MisuseCase> session_paths() {
  static const std::string too_long(4097, 'x');
  std::vector<MisuseCase> cases = {path_to_save("of_a_folder", "folder/"),
                                   path_to_save("of_this_folder", "."),
                                   path_to_save("of_the_root", "/")};
  const BadText paths[] = {
      {"empty", ""}, {"too_long", too_long}, {"with_a_zero", std::string_view("a\0b", 3)}};
  for (const auto& [name, path] : paths) {
    cases.push_back(path_to_save(name, path));
    cases.push_back(path_to_load(name, path));
  }
  return cases;
}

MisuseCase text_of_length(const char* name, std::uint64_t length) {
  return {name, ARGES_INVALID_ARGUMENT,
          [length](World& world) { return arges_message_add_text(world.message, "x", length); }};
}

// Refused by its length, before a byte is read.
MisuseCase tokens_of_length(const char* name, std::uint64_t length) {
  return {name, ARGES_INVALID_ARGUMENT, [length](World& world) {
            return arges_tokenize(world.engine, "x", length, world.outputs.tokens, 4,
                                  &world.outputs.number);
          }};
}

MisuseCase stop_of_length(const char* name, std::uint64_t length) {
  return {name, ARGES_INVALID_ARGUMENT, [length](World& world) {
            const arges_text stop = {"x", length};
            arges_generate_options options;
            arges_generate_options_init(&options, sizeof options);
            options.stop_strings = &stop;
            options.stop_string_count = 1;
            return arges_generate(world.session, &world.message, 1, &options, world.queue, 1,
                                  world.out<arges_request>());
          }};
}

MisuseCase opening(const char* name, arges_status expected, std::string_view path,
                   std::string_view device) {
  return {name, expected, [path, device](World& world) {
            arges_engine_options options;
            arges_engine_options_init(&options, sizeof options);
            options.model_path = path.data();
            options.model_path_length = path.size();
            options.device = device.data();
            options.device_length = device.size();
            return arges_engine_open(&options, world.out<arges_engine>());
          }};
}

std::vector<MisuseCase> model_paths() {
  static const std::string kLong(4097, 'x');
  using namespace std::string_view_literals;
  return {opening("engine_open_no_folder", ARGES_NOT_FOUND, "no/such/folder", "cpu"),
          opening("engine_open_empty_path", ARGES_INVALID_ARGUMENT, "", "cpu"),
          opening("engine_open_long_path", ARGES_INVALID_ARGUMENT, kLong, "cpu"),
          opening("engine_open_zero_in_path", ARGES_INVALID_ARGUMENT, "no\0such"sv, "cpu"),
          opening("engine_open_unknown_device", ARGES_UNSUPPORTED, "no/such/folder", "abacus"),
          opening("engine_open_empty_device", ARGES_INVALID_ARGUMENT, "no/such/folder", ""),
          opening("engine_open_long_device", ARGES_INVALID_ARGUMENT, "no/such/folder", kLong)};
}

MisuseCase decoding(const char* name, std::string_view bytes) {
  return {name, ARGES_IMAGE_DECODE, [bytes](World& world) {
            return arges_image_decode(bytes.data(), bytes.size(), world.out<arges_image>());
          }};
}

// Refused by its length, before a byte is read.
MisuseCase file_of_length(const char* name, std::uint64_t length) {
  return {name, ARGES_IMAGE_DECODE, [length](World& world) {
            return arges_message_add_image_bytes(world.message, "x", length);
          }};
}

std::vector<MisuseCase> pictures() {
  return {file_of_length("message_add_image_bytes_over", (20u << 20) + 1),
          file_of_length("message_add_image_bytes_huge", ~std::uint64_t{0}),
          decoding("image_decode_nothing", ""),
          decoding("image_decode_words", "not a picture"),
          decoding("image_decode_png_magic", "\x89PNG\r\n\x1a\n"),
          decoding("image_decode_jpeg_magic", "\xFF\xD8\xFF\xE0"),
          decoding("image_decode_webp_magic", "RIFF....WEBPVP8L")};
}

}  // namespace

std::vector<MisuseCase> text_cases() {
  std::vector<MisuseCase> cases = {text_of_length("message_add_text_over", 8'000'001),
                                   text_of_length("message_add_text_huge", ~std::uint64_t{0}),
                                   tokens_of_length("tokenize_over", 8'000'001),
                                   tokens_of_length("tokenize_huge", ~std::uint64_t{0}),
                                   stop_of_length("stop_string_empty", 0),
                                   stop_of_length("stop_string_over", 513),
                                   stop_of_length("stop_string_huge", ~std::uint64_t{0})};
  for (const auto& more : {not_utf8(), model_paths(), session_paths(), pictures()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace arges::bindings_test
