// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>

#include "tests/bindings_c/misuse_cases.h"

namespace arges::bindings_test {
namespace {

// A struct as a program of a later version knows it, with `tail` behind what we know.
template <typename T>
struct Later {
  T known;
  unsigned char tail[32];
};

// A call that is right but for the struct, which it is given filled and with its size set.
template <typename T>
using UseStruct = std::function<arges_status(World&, T*)>;

template <typename T>
MisuseCase sized(const std::string& name, std::uint32_t size, unsigned char tail,
                 arges_status expected, const std::function<void(T*)>& fill,
                 const UseStruct<T>& use) {
  return {name, expected, [=](World& world) {
            Later<T> later;
            std::memset(static_cast<void*>(&later), 0, sizeof later);
            fill(&later.known);
            std::memset(later.tail, tail, sizeof later.tail);
            later.known.struct_size = size;
            const Later<T> before = later;
            const arges_status status = use(world, &later.known);
            if (status != ARGES_OK) {
              EXPECT_EQ(std::memcmp(&later, &before, sizeof later), 0);
            }
            return status;
          }};
}

// `good` is what the call answers when the struct is as it should be. A tail of ones is refused in
// options and zeroed in results.
template <typename T>
void append_cases(const std::string& name, arges_status good, arges_status tail_of_ones,
                  const std::function<void(T*)>& fill, const UseStruct<T>& use,
                  std::vector<MisuseCase>& cases) {
  constexpr std::uint32_t kToday = sizeof(T);
  for (const std::uint32_t size :
       {0u, 1u, 4u, kToday - 1, kToday - 8, kToday + 1, 4097u, 0xFFFFFFFFu}) {
    cases.push_back(sized<T>(name + "_size_" + std::to_string(size), size, 0,
                             ARGES_INVALID_ARGUMENT, fill, use));
  }
  cases.push_back(sized<T>(name + "_size_of_today", kToday, 0xFF, good, fill, use));
  cases.push_back(sized<T>(name + "_later_zero_tail", sizeof(Later<T>), 0, good, fill, use));
  cases.push_back(
      sized<T>(name + "_later_set_tail", sizeof(Later<T>), 0xFF, tail_of_ones, fill, use));
}

template <typename T>
void append_init_cases(const std::string& name, arges_status (*init)(T*, std::uint64_t),
                       std::vector<MisuseCase>& cases) {
  constexpr std::uint64_t kToday = sizeof(T);
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{4}, kToday - 1, kToday + 1, std::uint64_t{4097},
        std::uint64_t{1} << 40, ~std::uint64_t{0}, (std::uint64_t{1} << 32) + kToday}) {
    cases.push_back(
        {name + "_size_" + std::to_string(size), ARGES_INVALID_ARGUMENT, [init, size](World&) {
           T out;
           std::memset(static_cast<void*>(&out), 0x5A, sizeof out);
           const T before = out;
           const arges_status status = init(&out, size);
           EXPECT_EQ(std::memcmp(&out, &before, sizeof out), 0);
           return status;
         }});
  }
  cases.push_back({name + "_later", ARGES_OK, [init](World&) {
                     Later<T> later;
                     return init(&later.known, sizeof later);
                   }});
}

void append_engine_structs(std::vector<MisuseCase>& cases) {
  append_cases<arges_engine_options>(
      "engine_options", ARGES_NOT_FOUND, ARGES_INVALID_ARGUMENT,
      [](arges_engine_options* options) {
        options->model_path = "no/such/folder";
        options->model_path_length = 14;
      },
      [](World& world, arges_engine_options* options) {
        return arges_engine_open(options, world.out<arges_engine>());
      },
      cases);
  append_cases<arges_model_info>(
      "model_info", ARGES_OK, ARGES_OK, [](arges_model_info*) {},
      [](World& world, arges_model_info* info) {
        return arges_engine_model_info(world.engine, info);
      },
      cases);
  append_cases<arges_engine_info>(
      "engine_info", ARGES_OK, ARGES_OK, [](arges_engine_info*) {},
      [](World& world, arges_engine_info* info) {
        return arges_engine_get_info(world.engine, info);
      },
      cases);
  append_cases<arges_stats>(
      "stats", ARGES_OK, ARGES_OK, [](arges_stats*) {},
      [](World& world, arges_stats* stats) { return arges_engine_stats(world.engine, stats); },
      cases);
  append_cases<arges_image_plan>(
      "image_plan", ARGES_OK, ARGES_OK, [](arges_image_plan*) {},
      [](World& world, arges_image_plan* plan) {
        return arges_image_plan_for_size(world.engine, 64, 64, plan);
      },
      cases);
}

void append_session_structs(std::vector<MisuseCase>& cases) {
  append_cases<arges_session_options>(
      "session_options", ARGES_OK, ARGES_INVALID_ARGUMENT, [](arges_session_options*) {},
      [](World& world, arges_session_options* options) {
        const arges_status status =
            arges_session_create_with(world.engine, options, world.out<arges_session>());
        if (status == ARGES_OK) arges_session_close(*world.out<arges_session>());
        return status;
      },
      cases);
  append_cases<arges_reuse>(
      "reuse", ARGES_OK, ARGES_OK, [](arges_reuse*) {},
      [](World& world, arges_reuse* reuse) {
        return arges_session_reuse(world.session, &world.message, 1, reuse);
      },
      cases);
  append_cases<arges_turn_info>(
      "turn_info", ARGES_OK, ARGES_OK, [](arges_turn_info*) {},
      [](World& world, arges_turn_info* info) {
        return arges_session_turn(world.session, 0, info);
      },
      cases);
}

void append_queue_structs(std::vector<MisuseCase>& cases) {
  append_cases<arges_queue_options>(
      "queue_options", ARGES_OK, ARGES_INVALID_ARGUMENT, [](arges_queue_options*) {},
      [](World& world, arges_queue_options* options) {
        const arges_status status = arges_queue_create(options, world.out<arges_queue>());
        if (status == ARGES_OK) arges_queue_close(*world.out<arges_queue>());
        return status;
      },
      cases);
  append_cases<arges_event>(
      "event", ARGES_TIMEOUT, ARGES_TIMEOUT, [](arges_event*) {},
      [](World& world, arges_event* event) { return arges_queue_next(world.queue, 0, event); },
      cases);
}

void append_generate_structs(std::vector<MisuseCase>& cases) {
  append_cases<arges_generate_options>(
      "generate_options", ARGES_OK, ARGES_INVALID_ARGUMENT,
      [](arges_generate_options* options) {
        arges_generate_options_init(options, sizeof *options);
      },
      [](World& world, arges_generate_options* options) {
        const arges_status status = arges_generate(world.session, &world.message, 1, options,
                                                   world.queue, 1, world.out<arges_request>());
        if (status == ARGES_OK) arges_request_free(*world.out<arges_request>());
        return status;
      },
      cases);
}

}  // namespace

std::vector<MisuseCase> struct_size_cases() {
  std::vector<MisuseCase> cases;
  append_engine_structs(cases);
  append_session_structs(cases);
  append_queue_structs(cases);
  append_generate_structs(cases);
  append_init_cases("engine_options_init", &arges_engine_options_init, cases);
  append_init_cases("session_options_init", &arges_session_options_init, cases);
  append_init_cases("queue_options_init", &arges_queue_options_init, cases);
  append_init_cases("event_init", &arges_event_init, cases);
  append_init_cases("generate_options_init", &arges_generate_options_init, cases);
  return cases;
}

}  // namespace arges::bindings_test
