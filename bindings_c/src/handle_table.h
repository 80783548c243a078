// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "kernels/base/status.h"

namespace arges::bindings {

// The next number of the process, never given twice; handles of all kinds share the sequence, so
// that a handle of one kind is unknown to every other kind's table.
std::uintptr_t next_handle_number() noexcept;

template <typename Handle, typename Object>
class ReservedHandle;

// The handles of one kind that callers hold. A handle is a number dressed as a pointer: it is
// looked up, never dereferenced, so that a null, stale, foreign or made-up one is told apart
// without touching memory, and a call in flight keeps its object alive while another thread gives
// the handle back. Safe from any thread.
template <typename Handle, typename Object>
class HandleTable {
  static_assert(sizeof(void*) >= 8, "handle numbers are never reused, which takes 64 bits");

 public:
  using Objects = std::map<std::uintptr_t, std::shared_ptr<Object>>;

  // `noun` names the kind in messages; a static string.
  explicit HandleTable(const char* noun) : noun_(noun) {}

  Handle* insert(std::shared_ptr<Object> object) {
    ReservedHandle<Handle, Object> reserved(*this);
    return reserved.publish(std::move(object));
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

  friend class ReservedHandle<Handle, Object>;

  const char* noun_;
  mutable std::mutex mutex_;
  Objects objects_;
};

// A handle made before a step that cannot be undone, so that nothing can fail after it. Nobody can
// find it before it is published.
template <typename Handle, typename Object>
class ReservedHandle {
 public:
  explicit ReservedHandle(HandleTable<Handle, Object>& table) : table_(table) {
    typename HandleTable<Handle, Object>::Objects one;
    one.emplace(next_handle_number(), nullptr);
    node_ = one.extract(one.begin());
  }

  // At most once.
  Handle* publish(std::shared_ptr<Object> object) noexcept {
    node_.mapped() = std::move(object);
    const std::uintptr_t number = node_.key();
    const std::lock_guard lock(table_.mutex_);
    table_.objects_.insert(std::move(node_));
    return reinterpret_cast<Handle*>(number);
  }

 private:
  HandleTable<Handle, Object>& table_;
  typename HandleTable<Handle, Object>::Objects::node_type node_;
};

}  // namespace arges::bindings
