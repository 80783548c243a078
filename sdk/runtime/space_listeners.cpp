// SPDX-License-Identifier: Apache-2.0
#include "sdk/runtime/space_listeners.h"

#include <algorithm>
#include <utility>

namespace arges::sdk {

struct SpaceListeners::Listener {
  explicit Listener(std::function<void()> function) : call(std::move(function)) {}

  std::recursive_mutex mutex;
  const std::function<void()> call;
  bool active = true;
};

// What the token owns.
struct SpaceListeners::Registration {
  explicit Registration(std::shared_ptr<Listener> entry) : listener(std::move(entry)) {}
  ~Registration() {
    std::lock_guard lock(listener->mutex);
    listener->active = false;
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  const std::shared_ptr<Listener> listener;
};

std::shared_ptr<void> SpaceListeners::add(const void* owner, std::function<void()> listener) {
  std::lock_guard lock(mutex_);
  for (const Slot& slot : slots_) {
    if (slot.owner != owner) continue;
    if (auto token = slot.token.lock()) return token;
  }
  auto entry = std::make_shared<Listener>(std::move(listener));
  auto token = std::make_shared<Registration>(entry);
  Slot slot{owner, token, entry};
  const auto free = std::find_if(slots_.begin(), slots_.end(),
                                 [](const Slot& other) { return other.token.expired(); });
  if (free != slots_.end()) {
    *free = std::move(slot);
  } else {
    slots_.push_back(std::move(slot));
  }
  return token;
}

std::shared_ptr<SpaceListeners::Listener> SpaceListeners::at(std::size_t slot, bool& end) {
  std::lock_guard lock(mutex_);
  end = slot >= slots_.size();
  return end ? nullptr : slots_[slot].listener.lock();
}

void SpaceListeners::notify() noexcept {
  bool end = false;
  for (std::size_t slot = 0; !end; ++slot) {
    const auto listener = at(slot, end);
    if (!listener) continue;
    std::lock_guard lock(listener->mutex);
    if (listener->active) listener->call();
  }
}

}  // namespace arges::sdk
