// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace arges::bindings {

// A process that forks copies the library's memory but not its threads: in the child, locks may be
// held for ever by threads that are not there, and descriptors are shared with the parent. There
// every call must end before it touches anything.

// From now on a fork of this process is known as one. Called when the first handle is made: a child
// of a process that has none may use the library as its own.
void watch_for_forks() noexcept;
// Whether this process is such a child. Needs no lock and no memory.
bool is_forked_process() noexcept;

}  // namespace arges::bindings
