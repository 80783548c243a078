// SPDX-License-Identifier: Apache-2.0
// A context of one's own and memory behind fixed addresses.
#include <cuda_runtime_api.h>

#include <algorithm>
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
  // The driver keeps the tables of addresses that were in use once.
  const bool given_back = after + (std::size_t{64} << 20) >= before;
  report("memory behind fixed addresses, pages of " + std::to_string(page),
         committed == 10 * page && left == 12 * page && given_back,
         std::to_string(committed / page) + " then " + std::to_string(left / page) + " pages, " +
             std::to_string(before - std::min(after, before)) + " bytes kept");
  report("what lies behind them stays", kept && neighbours, "");
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

bool serves(const Context& context) {
  const Context::Current current(context);
  must(current.status());
  const DeviceArray<int> array(std::vector<int>{4, 5, 6});
  return array.download() == std::vector<int>{4, 5, 6};
}

// Contexts come and go, and the program's own is left alone.
void check_contexts(int card) {
  const DeviceArray<int> own(std::vector<int>{1, 2, 3});
  auto first = Context::create(card);
  must(first.status());
  const bool served = serves(**first);
  {
    const Context::Current current(**first);
    must(current.status());
    check_virtual_memory(card);
  }
  first->reset();
  auto second = Context::create(card);
  must(second.status());
  report("contexts of one's own, one behind another",
         served && serves(**second) && own.download() == std::vector<int>{1, 2, 3}, "");
  report("a card that is not there is refused",
         Context::create(1000).status().code() == StatusCode::kUnsupported, "");
}

// What a fault in a kernel leaves: a status, and whatever else the driver lets go on.
void check_fault(int card) {
  auto context = Context::create(card);
  must(context.status());
  const Status fault = fault_in(**context);
  report("a fault in a kernel is a status", fault.code() == StatusCode::kInternal, fault.message());
  context->reset();
  const auto next = Context::create(card);
  report("another context after a fault, or a status",
         next.ok() || !next.status().message().empty(),
         next.ok() ? (serves(**next) ? "serves" : "does not serve") : next.status().message());
}

}  // namespace

void check_memory() {
  int card = 0;
  must(cudaGetDevice(&card), "current card");
  check_contexts(card);
  check_fault(card);
}

}  // namespace arges::testing
