// SPDX-License-Identifier: Apache-2.0
#include "kernels/ops/argument_check.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "kernels/backend.h"
#include "kernels/ops/step_span.h"

namespace arges::kernels {
namespace {

bool matches(const Shape& actual, const Shape& expected) {
  if (actual.rank() != expected.rank()) return false;
  for (int axis = 0; axis < actual.rank(); ++axis) {
    if (actual[axis] < 0) return false;
    if (expected[axis] != ArgumentCheck::kAny && actual[axis] != expected[axis]) return false;
  }
  return true;
}

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string pattern_text(const Shape& shape) {
  std::string text = shape.to_string();
  for (std::size_t at = text.find("-1"); at != std::string::npos; at = text.find("-1")) {
    text.replace(at, 2, "any");
  }
  return text;
}

}  // namespace

ArgumentCheck::ArgumentCheck(const ExecContext& context, const char* op)
    : context_(context), op_(op) {
  require(context.backend != nullptr && context.pool != nullptr && context.workspace != nullptr,
          "the execution context needs a backend, a thread pool and a workspace");
}

ArgumentCheck& ArgumentCheck::fail(const std::string& sentence) {
  if (ok()) status_ = invalid_argument(std::string(op_) + ": " + sentence);
  return *this;
}

ArgumentCheck& ArgumentCheck::require(bool condition, const char* sentence) {
  return condition ? *this : fail(sentence);
}

ArgumentCheck& ArgumentCheck::tensor(const char* name, const ConstTensorView& view, DType dtype,
                                     Shape shape) {
  if (!ok()) return *this;
  const std::string_view subject = name;
  if (view.dtype != dtype) {
    return fail(join({subject, " must be ", dtype_name(dtype), ", not ", dtype_name(view.dtype)}));
  }
  if (!matches(view.shape, shape)) {
    return fail(join(
        {subject, " must have shape ", pattern_text(shape), ", not ", view.shape.to_string()}));
  }
  if (view.device != context_.backend->device) {
    return fail(join({subject, " must be on the backend's device"}));
  }
  if (view.data == nullptr && view.shape.count() != 0) {
    return fail(join({subject, " must have data"}));
  }
  return *this;
}

ArgumentCheck& ArgumentCheck::f32(const char* name, const ConstTensorView& view, Shape shape) {
  return tensor(name, view, DType::kF32, shape);
}

ArgumentCheck& ArgumentCheck::i32(const char* name, const ConstTensorView& view, Shape shape) {
  return tensor(name, view, DType::kI32, shape);
}

ArgumentCheck& ArgumentCheck::matrix(const char* name, const Matrix* weight, std::int64_t rows,
                                     std::int64_t cols) {
  if (!ok()) return *this;
  if (weight == nullptr) return fail(join({name, " must be given"}));
  const Shape expected{rows, cols};
  const Shape actual{weight->rows, weight->cols};
  if (!matches(actual, expected)) {
    return fail(join({name, " must map ", pattern_text(expected), " (outputs, inputs), not ",
                      actual.to_string()}));
  }
  if (weight->device != context_.backend->device || weight->layout != context_.backend->layout) {
    return fail(join({name, " must be laid out by this backend"}));
  }
  if (weight->empty() && actual.count() != 0) return fail(join({name, " must have data"}));
  return *this;
}

ArgumentCheck& ArgumentCheck::row_type(DType type) {
  if (!ok()) return *this;
  if (type == DType::kBF16 && !context_.backend->bf16_rows) {
    status_ = unsupported(std::string(op_) +
                          ": this processor has no bf16 dot product that may be used (AVX512_BF16 "
                          "or AMX); keep the weights as stored");
  } else if (type == DType::kI8 && !context_.backend->i8_rows) {
    status_ =
        unsupported(std::string(op_) +
                    ": this device multiplies no weights of 8 or 4 bits; take the processor, or "
                    "weights that are not quantised");
  }
  return *this;
}

ArgumentCheck& ArgumentCheck::norm(const RmsNorm& norm, std::int64_t width) {
  return f32("the norm's weight", norm.weight, {width})
      .require(norm.epsilon >= 0, "epsilon must not be negative");
}

ArgumentCheck& ArgumentCheck::residual(const Residual& residual, std::int64_t rows,
                                       std::int64_t width) {
  f32("x", residual.x, {rows, width});
  if (residual.norm.data == nullptr) return *this;
  return f32("the residual's norm", residual.norm, {width})
      .f32("inverse_rms", residual.inverse_rms, {rows});
}

ArgumentCheck& ArgumentCheck::routing(const Routing& routing, std::int64_t rows,
                                      std::int64_t experts) {
  i32("ids", routing.ids, {rows, kAny});
  if (!ok()) return *this;
  const std::int64_t slots = routing.ids.shape[1];
  return require(slots >= 1 && slots <= experts, "there must be as many experts as slots")
      .f32("weights", routing.weights, {rows, slots})
      .i32("order", routing.order, {rows * slots})
      .i32("offsets", routing.offsets, {experts + 1});
}

ArgumentCheck& ArgumentCheck::spans(const ConstTensorView& table, std::int64_t rows) {
  i32("spans", table, {kAny, kSpanFields});
  if (!ok() || !table.device->is_host()) return *this;
  std::int64_t next = 0;
  for (const StepSpan& span : spans_of(table)) {
    if (span.count < 1 || span.row != next) break;
    next += span.count;
  }
  return require(next == rows, "spans must follow one another and cover all rows");
}

ArgumentCheck& ArgumentCheck::slots(const ConstTensorView& table, std::int64_t slots) {
  if (!ok() || !table.device->is_host()) return *this;
  for (const StepSpan& span : spans_of(table)) {
    require(span.read_slot < slots && span.write_slot >= 0 && span.write_slot < slots,
            "a span's slot is not in the pool");
  }
  return *this;
}

ArgumentCheck& ArgumentCheck::indices(const char* name, const ConstTensorView& view,
                                      std::int64_t limit) {
  if (!ok() || !view.device->is_host()) return *this;
  const std::int32_t* begin = view.i32();
  const std::int32_t* end = begin + view.shape.count();
  const auto wrong =
      std::find_if(begin, end, [&](std::int32_t value) { return value < 0 || value >= limit; });
  if (wrong == end) return *this;
  return fail(join({name, " holds ", std::to_string(*wrong), " at position ",
                    std::to_string(wrong - begin), ", outside [0, ", std::to_string(limit), ")"}));
}

ArgumentCheck& ArgumentCheck::apart(const char* out_name, const ConstTensorView& out,
                                    const char* in_name, const ConstTensorView& in) {
  if (!ok()) return *this;
  const auto* out_begin = static_cast<const std::byte*>(out.data);
  const auto* in_begin = static_cast<const std::byte*>(in.data);
  const bool separate = out.bytes() == 0 || in.bytes() == 0 ||
                        out_begin + out.bytes() <= in_begin || in_begin + in.bytes() <= out_begin;
  return separate ? *this : fail(join({out_name, " must not overlap ", in_name}));
}

}  // namespace arges::kernels
