// SPDX-License-Identifier: Apache-2.0
#include "sdk/model/stored_type.h"

namespace arges::sdk {
namespace {

constexpr StoredType kTypes[] = {
    {"F32", 32, DType::kF32},     {"BF16", 16, DType::kBF16},   {"F16", 16, DType::kF16},
    {"I32", 32, DType::kI32},     {"I64", 64, DType::kI64},     {"U8", 8, DType::kU8},
    {"F64", 64, std::nullopt},    {"I16", 16, std::nullopt},    {"I8", 8, std::nullopt},
    {"U16", 16, std::nullopt},    {"U32", 32, std::nullopt},    {"U64", 64, std::nullopt},
    {"BOOL", 8, std::nullopt},    {"C64", 64, std::nullopt},    {"F8_E4M3", 8, std::nullopt},
    {"F8_E5M2", 8, std::nullopt}, {"F8_E8M0", 8, std::nullopt}, {"F6_E2M3", 6, std::nullopt},
    {"F6_E3M2", 6, std::nullopt}, {"F4", 4, std::nullopt},
};

}  // namespace

const StoredType* find_stored_type(std::string_view name) {
  for (const StoredType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

const StoredType& stored_type_of(DType dtype) {
  for (const StoredType& type : kTypes) {
    if (type.dtype == dtype) return type;
  }
  return kTypes[0];  // unreachable: every DType is listed
}

}  // namespace arges::sdk
