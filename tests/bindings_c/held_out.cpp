// SPDX-License-Identifier: Apache-2.0
#include "tests/bindings_c/held_out.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace arges::bindings_test {
namespace {

// The handler of the process's faults has no other way to them.
std::atomic<void*> page{nullptr};
std::atomic<const std::atomic<bool>*> condition{nullptr};
std::atomic<bool> held{false};
struct sigaction handler_before;

std::size_t page_bytes() {
  return static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void on_fault(int, siginfo_t* fault, void*) {
  if (fault->si_addr != page) {
    sigaction(SIGSEGV, &handler_before, nullptr);  // the next attempt ends as it would have
    return;
  }
  while (!*condition.load()) sched_yield();
  held = true;
  mprotect(page, page_bytes(), PROT_READ | PROT_WRITE);
}

}  // namespace

HeldPage::HeldPage(const std::atomic<bool>& until)
    : address_(mmap(nullptr, page_bytes(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
  EXPECT_NE(address_, MAP_FAILED);
  page = address_;
  condition = &until;
  held = false;
  struct sigaction action = {};
  action.sa_sigaction = &on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, &handler_before);
}

HeldPage::~HeldPage() {
  sigaction(SIGSEGV, &handler_before, nullptr);
  munmap(address_, page_bytes());
}

bool HeldPage::was_held() const {
  return held;
}

}  // namespace arges::bindings_test
