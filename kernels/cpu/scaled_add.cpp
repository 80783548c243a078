// SPDX-License-Identifier: Apache-2.0
#include "kernels/cpu/backend.h"
#include "kernels/cpu/parallel.h"
#include "kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/scaled_add.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace arges::kernels::cpu::HWY_NAMESPACE {

void run_scaled_add(const ScaledAddArgs& args, std::int64_t begin, std::int64_t end) {
  const FloatTag d;
  const FloatVec alpha = hn::Set(d, args.alpha);
  const FloatVec beta = hn::Set(d, args.beta);
  const float* a = args.a.f32() + begin;
  const float* b = args.b.f32() + begin;
  float* out = args.out.f32() + begin;
  for_each_vector(end - begin, [=](std::int64_t i, std::int64_t lanes) HWY_ATTR {
    const FloatVec right = hn::Mul(beta, load_some(b + i, lanes));
    store_some(fused_multiply_add(alpha, load_some(a + i, lanes), right), out + i, lanes);
  });
}

}  // namespace arges::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace arges::kernels::cpu {

HWY_EXPORT(run_scaled_add);

Status scaled_add(const ExecContext& context, const ScaledAddArgs& args) {
  context.pool->parallel_for(args.a.shape.count(), kSmallestShare,
                             [&](std::int64_t begin, std::int64_t end) {
                               HWY_DYNAMIC_DISPATCH(run_scaled_add)(args, begin, end);
                             });
  return {};
}

}  // namespace arges::kernels::cpu
#endif
