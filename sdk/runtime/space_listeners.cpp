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

std::shared_ptr<void> SpaceListeners::add(std::function<void()> listener) {
  auto entry = std::make_shared<Listener>(std::move(listener));
  auto token = std::make_shared<Registration>(entry);
  std::lock_guard lock(mutex_);
  const auto free =
      std::find_if(slots_.begin(), slots_.end(), [](const auto& slot) { return slot.expired(); });
  if (free != slots_.end()) {
    *free = entry;
  } else {
    slots_.push_back(entry);
  }
  return token;
}

std::shared_ptr<SpaceListeners::Listener> SpaceListeners::at(std::size_t slot, bool& end) {
  std::lock_guard lock(mutex_);
  end = slot >= slots_.size();
  return end ? nullptr : slots_[slot].lock();
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
