// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"
#include "kernels/ops/norm_linear.h"
#include "kernels/ops/residual.h"
#include "kernels/ops/route.h"

namespace arges::kernels {

// Collects the checks of one op's arguments and keeps the first failure, an INVALID_ARGUMENT whose
// sentence names the op, the argument and what it should have been. After a failure every further
// check does nothing, so that later ones may rely on earlier ones.
class ArgumentCheck {
 public:
  // An extent that may have any value.
  static constexpr std::int64_t kAny = -1;

  // Also checks that the context is complete.
  ArgumentCheck(const ExecContext& context, const char* op);

  // The tensor is present, on the backend's device, of this type and this shape.
  ArgumentCheck& tensor(const char* name, const ConstTensorView& view, DType dtype, Shape shape);
  ArgumentCheck& f32(const char* name, const ConstTensorView& view, Shape shape);
  ArgumentCheck& i32(const char* name, const ConstTensorView& view, Shape shape);

  // The weight was laid out by this context's backend and maps `cols` inputs to `rows` outputs.
  ArgumentCheck& matrix(const char* name, const Matrix* weight, std::int64_t rows,
                        std::int64_t cols);

  // What several ops take: a norm of rows of `width`, the residual around a block, the routing of
  // `rows` to `experts`.
  ArgumentCheck& norm(const RmsNorm& norm, std::int64_t width);
  ArgumentCheck& residual(const Residual& residual, std::int64_t rows, std::int64_t width);
  ArgumentCheck& routing(const Routing& routing, std::int64_t rows, std::int64_t experts);

  // A table of spans that follow one another and cover [0, rows) exactly; that their slots lie in
  // [0, slots), or before it where they are read. On the host only, as indices.
  ArgumentCheck& spans(const ConstTensorView& table, std::int64_t rows);
  ArgumentCheck& slots(const ConstTensorView& table, std::int64_t slots);

  // Every value of an i32 tensor lies in [0, limit). Host tensors only: values on another device
  // are that backend's to guard.
  ArgumentCheck& indices(const char* name, const ConstTensorView& view, std::int64_t limit);

  // `out` shares no byte with `in`.
  ArgumentCheck& apart(const char* out_name, const ConstTensorView& out, const char* in_name,
                       const ConstTensorView& in);

  // The backend multiplies rows of that type; UNSUPPORTED where it does not.
  ArgumentCheck& row_type(DType type);

  // `condition` holds; `sentence` completes "<op>: …".
  ArgumentCheck& require(bool condition, const char* sentence);

  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }

 private:
  // Messages are only built here, since the checks run before every op of every step.
  ArgumentCheck& fail(const std::string& sentence);

  const ExecContext& context_;
  const char* op_;
  Status status_;
};

// The limit for indices() when only the sign matters.
constexpr std::int64_t kNonNegative = std::numeric_limits<std::int64_t>::max();

}  // namespace arges::kernels
