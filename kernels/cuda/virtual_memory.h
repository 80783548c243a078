// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>

#include "kernels/base/status.h"

namespace arges::kernels::cuda {

// Addresses of a card's that stay where they are while memory comes and goes behind them, in the
// card's pages (2 MiB on those of today). What pools are made of: a captured graph holds addresses.
// All calls are made while the context is current (context.h); they may come from any thread.
class VirtualMemory {
 public:
  // UNSUPPORTED when the driver cannot do it.
  static Result<std::unique_ptr<VirtualMemory>> create(int card);
  // Gives back all memory and all addresses.
  ~VirtualMemory();
  VirtualMemory(const VirtualMemory&) = delete;
  VirtualMemory& operator=(const VirtualMemory&) = delete;

  std::size_t page_bytes() const { return page_; }

  // Addresses without memory behind them, aligned to a page; OUT_OF_MEMORY_DEVICE when so many are
  // not to be had.
  Result<std::byte*> reserve(std::size_t bytes);
  // A range that reserve gave, of the same size, with the memory behind it.
  void release(std::byte* data, std::size_t bytes);
  // Puts memory behind a reserved range; what was not there before may hold anything. Pages that
  // reach over the ends get theirs whole. OUT_OF_MEMORY_DEVICE: what this call put there is gone
  // again.
  Status commit(std::byte* data, std::size_t bytes);
  // Gives back the memory of the pages that lie inside the range whole. Nothing on the card uses
  // it.
  void decommit(std::byte* data, std::size_t bytes);
  // Whether decommit would give anything back.
  bool has_page_within(const std::byte* data, std::size_t bytes) const;

 private:
  struct Driver;
  using Address = std::uint64_t;
  using Handle = unsigned long long;

  VirtualMemory(int card, std::unique_ptr<const Driver> driver, std::size_t page);
  Status commit_page(Address page);
  void decommit_pages(Address begin, Address end);

  int card_;
  std::unique_ptr<const Driver> driver_;
  std::size_t page_;
  std::mutex mutex_;
  std::map<Address, std::size_t> ranges_;  // reserved, and their sizes
  std::map<Address, Handle> pages_;        // that have memory
};

}  // namespace arges::kernels::cuda
