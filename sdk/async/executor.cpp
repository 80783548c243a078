// SPDX-License-Identifier: Apache-2.0
#include "sdk/async/executor.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <utility>

#include "sdk/async/asio_pool.h"

namespace arges::sdk {

Executor::Executor(std::unique_ptr<ThreadPoolHandle> pool) : pool_(std::move(pool)) {}

Executor::~Executor() {
  join();
}

Result<std::unique_ptr<Executor>> Executor::create(int threads) {
  if (threads < 1) return invalid_argument("an executor needs at least one thread");
  try {
    auto pool = std::make_unique<ThreadPoolHandle>(static_cast<std::size_t>(threads));
    return std::unique_ptr<Executor>(new Executor(std::move(pool)));
  } catch (const std::exception&) {
    return Status(StatusCode::kOutOfMemoryHost, "the system refused to start the engine's threads");
  }
}

void Executor::join() {
  pool_->pool.join();
}

struct Strand::Impl {
  boost::asio::strand<boost::asio::thread_pool::executor_type> strand;
};

Strand::Strand(Executor& executor)
    : impl_(new Impl{boost::asio::make_strand(executor.pool().pool.get_executor())}) {}

Strand::~Strand() = default;

Status Strand::post(Task task) {
  try {
    boost::asio::post(impl_->strand, std::move(task));
    return {};
  } catch (const std::exception&) {
    return {StatusCode::kOutOfMemoryHost, "out of memory"};
  }
}

}  // namespace arges::sdk
