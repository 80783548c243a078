// SPDX-License-Identifier: Apache-2.0
// A context of one's own and memory behind fixed addresses.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <string>
#include <vector>

#include "kernels/cuda/context.h"
#include "kernels/cuda/cuda_status.h"
#include "kernels/cuda/virtual_memory.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/fault.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;

constexpr std::size_t kReserved = std::size_t{64} << 30;

std::size_t free_bytes() {
  std::size_t free = 0;
  std::size_t total = 0;
  must(cudaMemGetInfo(&free, &total), "memory");
  return free;
}

bool holds(const std::byte* data, std::size_t bytes, unsigned char value) {
  std::vector<unsigned char> host(bytes);
  must(cudaMemcpy(host.data(), data, bytes, cudaMemcpyDeviceToHost), "download");
  for (const unsigned char byte : host) {
    if (byte != value) return false;
  }
  return true;
}

// Memory comes behind whole pages, goes from whole ones alone, and stays elsewhere.
void check_virtual_memory(int card) {
  auto created = VirtualMemory::create(card);
  must(created.status());
  VirtualMemory& memory = **created;
  const std::size_t page = memory.page_bytes();
  auto reserved = memory.reserve(kReserved);
  must(reserved.status());
  std::byte* data = *reserved;
  const std::size_t before = free_bytes();
  must(memory.commit(data + page / 2, 9 * page));  // 10 pages
  const std::size_t committed = before - free_bytes();
  must(cudaMemset(data, 0x11, 10 * page), "cudaMemset");
  must(memory.commit(data + 2 * page, 12 * page));  // 4 more
  must(cudaMemset(data + 10 * page, 0x22, 4 * page), "cudaMemset");
  const bool kept = holds(data, 10 * page, 0x11) && holds(data + 10 * page, 4 * page, 0x22);
  memory.decommit(data + 3 * page + 1, 3 * page);  // 2 whole pages
  const std::size_t left = before - free_bytes();
  const bool neighbours = holds(data, 4 * page, 0x11) && holds(data + 6 * page, 4 * page, 0x11);
  const Status too_much = memory.commit(data, kReserved * 64);
  memory.release(data, kReserved);
  const std::size_t after = free_bytes();
  report("memory behind fixed addresses, pages of " + std::to_string(page),
         kept && neighbours && committed == 10 * page && left == 12 * page && after == before,
         std::to_string(committed / page) + " then " + std::to_string(left / page) + " pages");
  report("more memory than there is is refused",
         too_much.code() == StatusCode::kOutOfMemoryDevice || !too_much.ok(), too_much.message());
}

// What the device says after a kernel that writes where there is no memory.
Status fault_in(const Context& context) {
  const Context::Current current(context);
  must(current.status());
  launch_fault();
  return to_status(cudaDeviceSynchronize(), "the card");
}

// What fails in one context is nothing to another, and nothing to the program's own.
void check_contexts() {
  int card = 0;
  must(cudaGetDevice(&card), "current card");
  const DeviceArray<int> own(std::vector<int>{1, 2, 3});
  auto first = Context::create(card);
  must(first.status());
  bool served = false;
  {
    const Context::Current current(**first);
    must(current.status());
    const DeviceArray<int> array(std::vector<int>{4, 5, 6});
    served = array.download() == std::vector<int>{4, 5, 6};
    check_virtual_memory(card);
  }
  const bool back = own.download() == std::vector<int>{1, 2, 3};
  const Status fault = fault_in(**first);
  report("a fault in a kernel is a status", fault.code() == StatusCode::kInternal, fault.message());
  first->reset();
  auto second = Context::create(card);
  must(second.status());
  {
    const Context::Current current(**second);
    must(current.status());
    const DeviceArray<int> array(std::vector<int>{7, 8});
    served = served && array.download() == std::vector<int>{7, 8};
  }
  const bool kept = own.download() == std::vector<int>{1, 2, 3};
  report("contexts of one's own, one behind another", served && back && kept, "");
  report("a card that is not there is refused",
         Context::create(1000).status().code() == StatusCode::kUnsupported, "");
}

}  // namespace

void check_memory() {
  check_contexts();
}

}  // namespace arges::testing
