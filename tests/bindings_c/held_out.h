// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace arges::bindings_test {

// A page that cannot be written before a condition holds: whoever writes to it first is held there,
// inside the call that writes. One at a time.
class HeldPage {
 public:
  // `until` must live as long as the page.
  explicit HeldPage(const std::atomic<bool>& until);
  ~HeldPage();
  HeldPage(const HeldPage&) = delete;
  HeldPage& operator=(const HeldPage&) = delete;

  void* address() const { return address_; }
  // Whether a writer was held; the page is as any other from then on.
  bool was_held() const;

 private:
  void* address_;
};

// The same as the place for a call's handle.
template <typename Handle>
class HeldOut {
 public:
  explicit HeldOut(const std::atomic<bool>& until) : page_(until) {}
  Handle** place() const { return static_cast<Handle**>(page_.address()); }
  bool was_held() const { return page_.was_held(); }

 private:
  HeldPage page_;
};

}  // namespace arges::bindings_test
