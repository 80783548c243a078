// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "kernels/base/status.h"

namespace arges {

// A kind of memory, and the only way to come by it. A device outlives all memory that came from it;
// its members are safe from any thread.
class Device {
 public:
  // Of every allocation: a cache line, the widest vector.
  static constexpr std::size_t kAlignment = 64;

  Device() = default;
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  virtual const char* name() const = 0;

  // Whether code on the host may follow pointers into it.
  virtual bool is_host() const = 0;

  // Uninitialised memory, never null; OUT_OF_MEMORY_HOST or _DEVICE.
  virtual Result<std::byte*> allocate(std::size_t bytes) = 0;
  virtual void free(std::byte* data, std::size_t bytes) = 0;

  // Addresses without memory behind them; UNSUPPORTED when so many are not to be had.
  virtual Result<std::byte*> reserve(std::size_t bytes) = 0;
  virtual void release(std::byte* data, std::size_t bytes) = 0;
  // Puts memory behind reserved addresses: what was never there before, or was given back, may hold
  // anything. Neighbours that share a page with the range keep theirs. OUT_OF_MEMORY_*.
  virtual Status commit(std::byte* data, std::size_t bytes) = 0;
  // Gives the memory of whole pages inside the range back; their contents are lost.
  virtual void decommit(std::byte* data, std::size_t bytes) = 0;

  // Within the device; from the host to it; from it to the host. Ranges do not overlap. They follow
  // the ops begun before them; the host's bytes are free, or there, on return. What fails is the
  // device, and perhaps only now with an op begun before: INTERNAL.
  virtual Status copy(void* to, const void* from, std::size_t bytes) = 0;
  virtual Status upload(void* to, const void* from, std::size_t bytes) = 0;
  virtual Status download(void* to, const void* from, std::size_t bytes) = 0;

  // Returns when all that was begun on it is done. INTERNAL as above.
  virtual Status finish() { return {}; }

  // What work() begins on the device from this thread follows itself alone, and runs beside what
  // others begin there meanwhile; what is begun once aside has returned follows it. Precondition:
  // what it needs of others' is done. What work() says, else INTERNAL as above.
  virtual Status aside(const std::function<Status()>& work) { return work(); }

  // Of its memory, in use or not.
  virtual std::int64_t memory_bytes() const = 0;
};

// The memory that programs live in.
Device& host_device();

}  // namespace arges
