// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bindings_c/include/arges/arges.h"
#include "bindings_c/src/options.h"

// What sizes callers' structs may have. A field is added at a struct's end; its old size, written
// as the offset of the first new field, then stays in the list in front of today's.
namespace arges::bindings {

template <>
struct StructSizes<arges_engine_options> {
  static constexpr std::uint64_t values[] = {sizeof(arges_engine_options)};
};

template <>
struct StructSizes<arges_model_info> {
  static constexpr std::uint64_t values[] = {sizeof(arges_model_info)};
};

template <>
struct StructSizes<arges_engine_info> {
  static constexpr std::uint64_t values[] = {sizeof(arges_engine_info)};
};

template <>
struct StructSizes<arges_stats> {
  static constexpr std::uint64_t values[] = {sizeof(arges_stats)};
};

template <>
struct StructSizes<arges_image_plan> {
  static constexpr std::uint64_t values[] = {sizeof(arges_image_plan)};
};

template <>
struct StructSizes<arges_session_options> {
  static constexpr std::uint64_t values[] = {sizeof(arges_session_options)};
};

template <>
struct StructSizes<arges_reuse> {
  static constexpr std::uint64_t values[] = {sizeof(arges_reuse)};
};

template <>
struct StructSizes<arges_turn_info> {
  static constexpr std::uint64_t values[] = {sizeof(arges_turn_info)};
};

template <>
struct StructSizes<arges_event> {
  static constexpr std::uint64_t values[] = {sizeof(arges_event)};
};

template <>
struct StructSizes<arges_queue_options> {
  static constexpr std::uint64_t values[] = {sizeof(arges_queue_options)};
};

template <>
struct StructSizes<arges_generate_options> {
  static constexpr std::uint64_t values[] = {sizeof(arges_generate_options)};
};

}  // namespace arges::bindings
