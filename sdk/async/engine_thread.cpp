// SPDX-License-Identifier: Apache-2.0
#include "sdk/async/engine_thread.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "sdk/async/asio_thread.h"
#include "sdk/async/guard.h"

namespace arges::sdk {

EngineThread::EngineThread(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EngineThread::~EngineThread() {
  join();
}

Result<std::unique_ptr<EngineThread>> EngineThread::create() {
  std::unique_ptr<EngineThread> thread;
  ARGES_RETURN_IF_ERROR(guarded([&]() -> Status {
    thread.reset(new EngineThread(with_standard_errors(std::make_unique<Impl>)));
    return {};
  }));
  return thread;
}

Status EngineThread::post(Task task) {
  return guarded([&]() -> Status {
    boost::asio::post(impl_->pool, std::move(task));
    return {};
  });
}

void EngineThread::join() {
  impl_->pool.join();
}

}  // namespace arges::sdk
