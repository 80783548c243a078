// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace arges {

// Outcome of a call. The values are the C ABI's `arges_status` codes and never change meaning;
// a new failure gets a new number.
enum class StatusCode : std::int32_t {
  kOk = 0,
  kInvalidArgument = 1,
  kModelInvalid = 2,
  kImageDecode = 3,
  kContextFull = 4,
  kOutOfMemoryHost = 5,
  kOutOfMemoryDevice = 6,
  kCancelled = 7,
  kDeadline = 8,
  kBusy = 9,
  kUnsupported = 10,
  kInternal = 11,
  kNotFound = 12,
  kTimeout = 13,
  kClosed = 14,
  kIo = 15,
};

// The code's stable upper-case name, e.g. "MODEL_INVALID"; a static string.
std::string_view status_code_name(StatusCode code);

// A code and one sentence that says what happened and what to do. Copyable value; ok by default.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status invalid_argument(std::string message) {
  return {StatusCode::kInvalidArgument, std::move(message)};
}
inline Status model_invalid(std::string message) {
  return {StatusCode::kModelInvalid, std::move(message)};
}
inline Status image_decode_error(std::string message) {
  return {StatusCode::kImageDecode, std::move(message)};
}
inline Status unsupported(std::string message) {
  return {StatusCode::kUnsupported, std::move(message)};
}
inline Status internal_error(std::string message) {
  return {StatusCode::kInternal, std::move(message)};
}

// Either a value or a Status that is not ok. Moves with its value.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}         // NOLINT
  Result(Status status) : state_(std::in_place_index<1>, std::move(status)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  // The failure; an ok Status when a value is held.
  Status status() const { return ok() ? Status() : std::get<1>(state_); }

  // Precondition of the four accessors: ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  // By value, so that `for (auto x : *f())` does not look into a result that is gone.
  T value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace arges

// Leaves the enclosing function with the failure, if there is one.
#define ARGES_RETURN_IF_ERROR(expression)          \
  do {                                             \
    ::arges::Status arges_status_ = (expression);  \
    if (!arges_status_.ok()) return arges_status_; \
  } while (false)

#define ARGES_CONCAT_INNER(a, b) a##b
#define ARGES_CONCAT(a, b) ARGES_CONCAT_INNER(a, b)
#define ARGES_ASSIGN_OR_RETURN_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                                        \
  if (!temporary.ok()) return temporary.status();                       \
  declaration = std::move(temporary).value()

// ARGES_ASSIGN_OR_RETURN(auto x, compute()): declares x from the value or leaves with the failure.
#define ARGES_ASSIGN_OR_RETURN(declaration, expression) \
  ARGES_ASSIGN_OR_RETURN_IMPL(ARGES_CONCAT(arges_result_, __LINE__), declaration, expression)
