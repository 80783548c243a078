// SPDX-License-Identifier: Apache-2.0
#include "kernels/base/tensor_view.h"

namespace arges {

ConstTensorView ConstTensorView::slice(std::int64_t begin, std::int64_t count) const {
  const Shape part = shape.with_outermost(count);
  const std::int64_t step = shape.with_outermost(1).count();
  const auto offset = static_cast<std::size_t>(begin * step) * dtype_size(dtype);
  return {static_cast<const std::byte*>(data) + offset, dtype, part, device};
}

TensorView TensorView::slice(std::int64_t begin, std::int64_t count) const {
  const ConstTensorView part = ConstTensorView(*this).slice(begin, count);
  return {const_cast<void*>(part.data), dtype, part.shape, device};
}

}  // namespace arges
