// SPDX-License-Identifier: Apache-2.0
// Bytes as calls of the C ABI, with handles that live and handles that do not, over a scripted
// model and now and then the bundled one: only the statuses that fit the call, outputs untouched on
// failure, and exactly one terminal event for each request.
#include <algorithm>
#include <cstring>

#include "tests/fuzz/support/target.h"
#include "tests/fuzz/targets/abi/world.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) noexcept {
  constexpr std::size_t kMostCalls = 64;
  using arges::fuzz::Call;
  arges::fuzz::World world;
  const std::size_t calls = std::min(size / sizeof(Call), kMostCalls);
  for (std::size_t i = 0; i < calls; ++i) {
    Call call;
    std::memcpy(&call, data + i * sizeof call, sizeof call);
    world.run(call);
  }
  world.finish();
  return 0;
}
