// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace arges::sdk {

// Those who wait for room in a queue. Safe from any thread.
//
// Each listener has a lock of its own, held while it runs: taking one away waits for its present
// call alone and needs no lock of the queue, so neither side can wait for the other. The lock is
// recursive, so that a listener may take itself away.
class SpaceListeners {
 public:
  // The listener stays until the last copy of the token is destroyed and is not called after that.
  // It must not throw, nor wait for a thread that destroys its token. An owner that has one gets
  // its token again and no second one: many requests of an engine wait for one queue. The owner, an
  // address that says who it is and no more, outlives its tokens. Throws std::bad_alloc.
  std::shared_ptr<void> add(const void* owner, std::function<void()> listener);
  // Calls all of them, from this thread. Sets no memory aside: news of room is never lost.
  void notify() noexcept;

 private:
  struct Listener;
  struct Registration;
  struct Slot {
    const void* owner = nullptr;
    std::weak_ptr<Registration> token;
    std::weak_ptr<Listener> listener;
  };
  // The listener of a slot; null when there is none. Slots do not move, so a walk by index meets
  // every listener that was there when it began.
  std::shared_ptr<Listener> at(std::size_t slot, bool& end);

  std::mutex mutex_;
  std::vector<Slot> slots_;
};

}  // namespace arges::sdk
