// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <cstddef>

namespace arges::sdk {

// The one header that shows Boost.Asio; included by the .cpp files of this folder only.
struct ThreadPoolHandle {
  explicit ThreadPoolHandle(std::size_t threads) : pool(threads) {}

  boost::asio::thread_pool pool;
};

}  // namespace arges::sdk
