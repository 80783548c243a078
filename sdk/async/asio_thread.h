// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <boost/system/system_error.hpp>
#include <system_error>
#include <utility>

#include "sdk/async/engine_thread.h"

namespace arges::sdk {

// The one header that shows Boost.Asio; included by the .cpp files of this folder only. A pool of
// one: a larger one whose second thread is refused waits forever for its first.
struct EngineThread::Impl {
  boost::asio::thread_pool pool{1};
};

// Runs work(); a failure of the system that Boost reports comes out as the standard's kind.
template <typename Work>
auto with_standard_errors(Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code().value(), std::system_category(), error.what());
  }
}

}  // namespace arges::sdk
