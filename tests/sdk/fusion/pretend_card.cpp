// SPDX-License-Identifier: Apache-2.0
#include "tests/sdk/fusion/pretend_card.h"

#include <map>
#include <utility>
#include <vector>

#include "kernels/cuda/loader/cuda_library.h"
#include "tests/kernels/plain_on_host.h"
#include "tests/sdk/fusion/guarded_device.h"

extern "C" {
__attribute__((visibility("default"))) arges::testing::PretendCard arges_pretend_card;
}

namespace arges::testing {
namespace {

using kernels::Backend;
using kernels::ExecContext;
using kernels::OpTable;

// Counts down to a fault that stays.
bool is_due(std::atomic<std::int64_t>& ops) {
  if (ops < 0) return false;
  if (ops > 0) --ops;
  return ops == 0;
}

Status launch(GuardedDevice& device) {
  if (is_due(arges_pretend_card.ops_until_lost)) device.lose();
  if (is_due(arges_pretend_card.ops_until_launch_fails)) {
    return internal_error("launch of a plain op: it failed");
  }
  return device.health();
}

// Where what an op is called with lies; null: nobody asks.
using Trace = std::vector<const void*>;
thread_local Trace* trace = nullptr;

template <class Args>
void note(const Args& args) {
  if (trace == nullptr) return;
#define ARGES_NOTE(member) \
  if constexpr (requires { args.member.data; }) trace->push_back(args.member.data);
  ARGES_NOTE(ids)
  ARGES_NOTE(x)
  ARGES_NOTE(y)
  ARGES_NOTE(z)
  ARGES_NOTE(m)
  ARGES_NOTE(rows)
  ARGES_NOTE(spans)
  ARGES_NOTE(states)
  ARGES_NOTE(positions)
  ARGES_NOTE(page_table)
  ARGES_NOTE(logits)
#undef ARGES_NOTE
}

// In place of graphs: runs every step, and holds those of one key to the same addresses, so that
// one could have been replayed for the other.
class CheckingRecorder final : public kernels::StepRecorder {
 public:
  Status run(const kernels::StepKey& key, const std::function<Status()>& queue) override {
    Trace here;
    trace = &here;
    const Status status = queue();
    trace = nullptr;
    ARGES_RETURN_IF_ERROR(status);
    const auto [known, is_new] = traces_.emplace(key, here);
    if (!is_new) ++arges_pretend_card.replays;
    return known->second == here ? Status() : internal_error("steps of one key differ");
  }

 private:
  std::map<kernels::StepKey, Trace> traces_;
};

template <class Args, Status (*OpTable::*kOp)(const ExecContext&, const Args&)>
Status run(const ExecContext& context, const Args& args) {
  auto& device = static_cast<GuardedDevice&>(*context.backend->device);
  ARGES_RETURN_IF_ERROR(launch(device));
  note(args);
  const GuardedDevice::Open open(device);
  return (kernels::plain_on_host_backend().ops.*kOp)(context, args);
}

struct CardBackend {
  explicit CardBackend(std::unique_ptr<GuardedDevice> made) : device(std::move(made)) {
    using namespace kernels;  // NOLINT: the list's names
    backend = Backend{
        .name = "cuda",
        .device = device.get(),
        .layout = MatrixLayout::kRowMajor,
#define ARGES_OP(op, Args) .op = run<Args, &OpTable::op>,
        .ops = {ARGES_FOR_EACH_OP(ARGES_OP)},
#undef ARGES_OP
        .kv_page_tokens = 128,
        .tiles_at_once = 2,
        .recorder = &recorder,
    };
    ++arges_pretend_card.cards;
  }
  ~CardBackend() {
    --arges_pretend_card.cards;
    arges_pretend_card.bytes_left += device->bytes_in_use();
  }
  CardBackend(const CardBackend&) = delete;
  CardBackend& operator=(const CardBackend&) = delete;

  std::unique_ptr<GuardedDevice> device;
  CheckingRecorder recorder;
  Backend backend{};
};

Result<std::vector<kernels::cuda::CudaCard>> cards() {
  if (!arges_pretend_card.driver) return unsupported("No CUDA here: there is no driver");
  return std::vector<kernels::cuda::CudaCard>{
      {0, "a pretended card", 9, 0, 1, arges_pretend_card.memory}};
}

Result<std::shared_ptr<const Backend>> make_backend(int, kernels::cuda::CudaPrecision) {
  ARGES_ASSIGN_OR_RETURN(std::unique_ptr<GuardedDevice> device,
                         GuardedDevice::create(arges_pretend_card.memory));
  const auto made = std::make_shared<CardBackend>(std::move(device));
  return std::shared_ptr<const Backend>(made, &made->backend);
}

}  // namespace
}  // namespace arges::testing

extern "C" {
__attribute__((visibility("default"))) extern const char arges_cuda_build_id[];
__attribute__((
    visibility("default"))) extern const arges::kernels::cuda::CudaLibrary arges_cuda_library;

const char arges_cuda_build_id[] = ARGES_CUDA_BUILD_ID;
const arges::kernels::cuda::CudaLibrary arges_cuda_library = {arges::testing::cards,
                                                              arges::testing::make_backend};
}  // extern "C"
