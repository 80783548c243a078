// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "kernels/base/status.h"

namespace arges::bindings {

// The next number of the process, never given twice; handles of all kinds share the sequence, so
// that a handle of one kind is unknown to every other kind's table.
std::uintptr_t next_handle_number() noexcept;

// The handles of one kind that callers hold. A handle is a number dressed as a pointer: it is
// looked up, never dereferenced, so that a null, stale, foreign or made-up one is told apart
// without touching memory, and a call in flight keeps its object alive while another thread gives
// the handle back. Safe from any thread.
template <typename Handle, typename Object>
class HandleTable {
  static_assert(sizeof(void*) >= 8, "handle numbers are never reused, which takes 64 bits");

 public:
  // `noun` names the kind in messages; a static string.
  explicit HandleTable(const char* noun) : noun_(noun) {}

  Handle* insert(std::shared_ptr<Object> object) {
    const std::uintptr_t number = next_handle_number();
    const std::lock_guard lock(mutex_);
    objects_.emplace(number, std::move(object));
    return reinterpret_cast<Handle*>(number);
  }

  // INVALID_ARGUMENT when the handle is null or not one of this kind in use.
  Result<std::shared_ptr<Object>> find(const Handle* handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    if (found == objects_.end()) return unknown(handle);
    return found->second;
  }

  // Takes the object out; null when the handle is null or unknown.
  std::shared_ptr<Object> remove(const Handle* handle) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(reinterpret_cast<std::uintptr_t>(handle));
    if (found == objects_.end()) return nullptr;
    std::shared_ptr<Object> object = std::move(found->second);
    objects_.erase(found);
    return object;
  }

  // As remove, for a function that gives a handle back: ok for null, INVALID_ARGUMENT when
  // unknown.
  Status release(const Handle* handle) {
    return handle == nullptr || remove(handle) != nullptr ? Status() : unknown(handle);
  }

 private:
  Status unknown(const Handle* handle) const {
    const std::string noun(noun_);
    if (handle == nullptr) return invalid_argument("the " + noun + " is null; pass a handle");
    return invalid_argument("the " + noun + " handle is not in use; it was given back already, " +
                            "or is a handle of another kind");
  }

  const char* noun_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uintptr_t, std::shared_ptr<Object>> objects_;
};

// A handle made before a step that cannot be undone, so that nothing can fail after it. Taken back
// unless released.
template <typename Handle, typename Object>
class ReservedHandle {
 public:
  ReservedHandle(HandleTable<Handle, Object>& table, std::shared_ptr<Object> object)
      : table_(table), handle_(table.insert(std::move(object))) {}
  ~ReservedHandle() { table_.remove(handle_); }
  ReservedHandle(const ReservedHandle&) = delete;
  ReservedHandle& operator=(const ReservedHandle&) = delete;

  Handle* release() noexcept { return std::exchange(handle_, nullptr); }

 private:
  HandleTable<Handle, Object>& table_;
  Handle* handle_;
};

}  // namespace arges::bindings
