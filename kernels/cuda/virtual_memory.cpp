// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/virtual_memory.h"

#include <cudaTypedefs.h>

#include <utility>
#include <vector>

#include "kernels/cuda/driver.h"

namespace arges::kernels::cuda {

struct VirtualMemory::Driver {
  PFN_cuMemGetAllocationGranularity_v10020 granularity = nullptr;
  PFN_cuMemAddressReserve_v10020 reserve = nullptr;
  PFN_cuMemAddressFree_v10020 free = nullptr;
  PFN_cuMemCreate_v10020 create = nullptr;
  PFN_cuMemRelease_v10020 release = nullptr;
  PFN_cuMemMap_v10020 map = nullptr;
  PFN_cuMemUnmap_v10020 unmap = nullptr;
  PFN_cuMemSetAccess_v10020 set_access = nullptr;

  Status find() {
    ARGES_RETURN_IF_ERROR(
        find_driver_function("cuMemGetAllocationGranularity", 10020, granularity));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemAddressReserve", 10020, reserve));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemAddressFree", 10020, free));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemCreate", 10020, create));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemRelease", 10020, release));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemMap", 10020, map));
    ARGES_RETURN_IF_ERROR(find_driver_function("cuMemUnmap", 10020, unmap));
    return find_driver_function("cuMemSetAccess", 10020, set_access);
  }
};

namespace {

CUmemAllocationProp memory_of(int card) {
  CUmemAllocationProp properties{};
  properties.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  properties.location.id = card;
  return properties;
}

std::uint64_t address_of(const std::byte* data) {
  return reinterpret_cast<std::uintptr_t>(data);
}

std::uint64_t round_down(std::uint64_t address, std::size_t page) {
  return address / page * page;
}
std::uint64_t round_up(std::uint64_t address, std::size_t page) {
  return round_down(address + page - 1, page);
}

}  // namespace

Result<std::unique_ptr<VirtualMemory>> VirtualMemory::create(int card) {
  auto driver = std::make_unique<Driver>();
  ARGES_RETURN_IF_ERROR(driver->find());
  const CUmemAllocationProp properties = memory_of(card);
  std::size_t page = 0;
  ARGES_RETURN_IF_ERROR(to_status(
      driver->granularity(&page, &properties, CU_MEM_ALLOC_GRANULARITY_MINIMUM), "pages"));
  return std::unique_ptr<VirtualMemory>(new VirtualMemory(card, std::move(driver), page));
}

VirtualMemory::VirtualMemory(int card, std::unique_ptr<const Driver> driver, std::size_t page)
    : card_(card), driver_(std::move(driver)), page_(page) {}

VirtualMemory::~VirtualMemory() {
  for (const auto& [page, handle] : pages_) {
    driver_->unmap(page, page_);
    driver_->release(handle);
  }
  for (const auto& [range, bytes] : ranges_) driver_->free(range, bytes);
}

Result<std::byte*> VirtualMemory::reserve(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const std::size_t size = round_up(bytes, page_);
  CUdeviceptr range = 0;
  if (driver_->reserve(&range, size, 0, 0, 0) != CUDA_SUCCESS) {
    return Status{StatusCode::kOutOfMemoryDevice,
                  "the card has no " + std::to_string(bytes) + " bytes of addresses in a row"};
  }
  ranges_.emplace(range, size);
  return reinterpret_cast<std::byte*>(range);
}

void VirtualMemory::release(std::byte* data, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const Address range = address_of(data);
  decommit_pages(range, range + round_up(bytes, page_));
  driver_->free(range, round_up(bytes, page_));
  ranges_.erase(range);
}

Status VirtualMemory::commit_page(Address page) {
  const CUmemAllocationProp properties = memory_of(card_);
  CUmemGenericAllocationHandle handle = 0;
  ARGES_RETURN_IF_ERROR(
      to_status(driver_->create(&handle, page_, &properties, 0), "memory of the card"));
  Status status = to_status(driver_->map(page, page_, 0, handle, 0), "memory behind addresses");
  if (!status.ok()) {
    driver_->release(handle);
    return status;
  }
  pages_.emplace(page, handle);
  CUmemAccessDesc access{};
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  return to_status(driver_->set_access(page, page_, &access, 1), "access to memory of the card");
}

Status VirtualMemory::commit(std::byte* data, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const Address begin = round_down(address_of(data), page_);
  const Address end = round_up(address_of(data) + bytes, page_);
  std::vector<Address> added;
  for (Address page = begin; page < end; page += page_) {
    if (pages_.contains(page)) continue;
    added.push_back(page);
    const Status status = commit_page(page);
    if (status.ok()) continue;
    for (const Address gone : added) decommit_pages(gone, gone + page_);
    return status;
  }
  return {};
}

bool VirtualMemory::has_page_within(const std::byte* data, std::size_t bytes) const {
  return round_up(address_of(data), page_) < round_down(address_of(data) + bytes, page_);
}

void VirtualMemory::decommit(std::byte* data, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  decommit_pages(round_up(address_of(data), page_), round_down(address_of(data) + bytes, page_));
}

void VirtualMemory::decommit_pages(Address begin, Address end) {
  for (auto page = pages_.lower_bound(begin); page != pages_.end() && page->first < end;) {
    driver_->unmap(page->first, page_);
    driver_->release(page->second);
    page = pages_.erase(page);
  }
}

}  // namespace arges::kernels::cuda
