// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "kernels/base/exec_context.h"
#include "kernels/base/matrix.h"
#include "kernels/base/status.h"
#include "kernels/base/tensor_view.h"

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

  // The weight was packed by this context's backend and maps `cols` inputs to `rows` outputs.
  ArgumentCheck& matrix(const char* name, const Matrix* weight, std::int64_t rows,
                        std::int64_t cols);

  // Every value of an i32 tensor lies in [0, limit). Host tensors only: values on another device
  // are that backend's to guard.
  ArgumentCheck& indices(const char* name, const ConstTensorView& view, std::int64_t limit);

  // `out` shares no byte with `in`.
  ArgumentCheck& apart(const char* out_name, const ConstTensorView& out, const char* in_name,
                       const ConstTensorView& in);

  // `condition` holds; `sentence` completes "<op>: …".
  ArgumentCheck& require(bool condition, const char* sentence);

  // A check made elsewhere.
  ArgumentCheck& also(const Status& status);

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
