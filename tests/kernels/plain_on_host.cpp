// SPDX-License-Identifier: Apache-2.0
#include "tests/kernels/plain_on_host.h"

#include <cstring>

#include "kernels/base/thread_pool.h"
#include "kernels/cuda/plain/attention.h"
#include "kernels/cuda/plain/experts.h"
#include "kernels/cuda/plain/lay_out.h"
#include "kernels/cuda/plain/lightning.h"
#include "kernels/cuda/plain/products.h"
#include "kernels/cuda/plain/rows.h"

namespace arges::kernels {
namespace {

// A loop in place of a launch, its indices shared among threads: bodies know nothing of one
// another.
struct HostExecutor {
  ThreadPool* pool;

  template <class Body>
  Status each(std::int64_t count, const Body& body) const {
    constexpr std::int64_t kGrain = 32;
    pool->parallel_for(count, kGrain, [&body](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) body(i);
    });
    return {};
  }
  Status copy(void* to, const void* from, std::int64_t bytes) const {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
    return {};
  }
};

template <class Args, Status (*kOp)(const HostExecutor&, const ExecContext&, const Args&)>
Status run(const ExecContext& context, const Args& args) {
  return kOp(HostExecutor{context.pool}, context, args);
}

}  // namespace

const Backend& plain_on_host_backend() {
  using namespace plain;
  static const Backend kBackend = {
      .name = "plain_on_host",
      .device = &host_device(),
      .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = run<Args, op>,
      .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
      .kv_page_tokens = 128,
      .tiles_at_once = 2,
  };
  return kBackend;
}

}  // namespace arges::kernels
