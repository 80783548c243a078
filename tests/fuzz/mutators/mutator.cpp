// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls in place of its own mutations.
#include "tests/fuzz/mutators/mutator.h"

#include <cstring>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace arges::fuzz {

std::string mutate_bytes(std::string bytes, Random&, std::size_t growth) {
  const std::size_t size = bytes.size();
  bytes.resize(size + growth);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
  return bytes;
}

}  // namespace arges::fuzz

// Several changes at a time, because one rule is often only broken together with another: a table
// of rules does nothing until a text meets it.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  using namespace arges::fuzz;
  Random random(seed);
  if (random.one_in(32)) return LLVMFuzzerMutate(data, size, max_size);
  std::string input(reinterpret_cast<const char*>(data), size);
  for (std::size_t count = random.up_to(5); count > 0; --count) {
    std::string changed = mutate_input(input, max_size, random);
    if (changed.size() <= max_size) input = std::move(changed);
  }
  std::memcpy(data, input.data(), input.size());
  return input.size();
}
