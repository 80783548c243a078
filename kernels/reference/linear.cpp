// SPDX-License-Identifier: Apache-2.0
#include "kernels/reference/backend.h"
#include "kernels/reference/scalar.h"

namespace arges::kernels::reference {

Result<Matrix> pack_matrix(const ExecContext&, const ConstTensorView& row_major) {
  Matrix matrix;
  matrix.rows = row_major.shape[0];
  matrix.cols = row_major.shape[1];
  matrix.dtype = row_major.dtype;
  matrix.data = row_major.data;
  return matrix;
}

Status linear(const ExecContext&, const LinearArgs& args) {
  const Matrix& weight = *args.weight;
  for (std::int64_t row = 0; row < args.x.shape[0]; ++row) {
    for (std::int64_t out = 0; out < weight.rows; ++out) {
      float sum = dot_row(weight, out, args.x.f32() + row * weight.cols);
      if (args.bias.data != nullptr) sum += args.bias.f32()[out];
      args.out.f32()[row * weight.rows + out] = activate(sum, args.activation);
    }
  }
  return {};
}

}  // namespace arges::kernels::reference
