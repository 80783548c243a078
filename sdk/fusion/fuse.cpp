// SPDX-License-Identifier: Apache-2.0
#include "sdk/fusion/fuse.h"

#include <algorithm>
#include <numeric>

#include "kernels/ops/copy_rows.h"

namespace arges::sdk {
namespace {

// Copies the picture's rows that fall inside the chunk [begin, begin + count) of the input.
Status place_picture(const kernels::ExecContext& context, const ModelInput::Picture& picture,
                     std::int64_t begin, std::int64_t count, TensorView hidden) {
  const std::int64_t first = std::max(picture.begin, begin);
  const std::int64_t last = std::min(picture.begin + picture.features->tokens, begin + count);
  if (first >= last) return {};
  std::vector<std::int32_t> from(static_cast<std::size_t>(last - first));
  std::vector<std::int32_t> to(from.size());
  std::iota(from.begin(), from.end(), static_cast<std::int32_t>(first - picture.begin));
  std::iota(to.begin(), to.end(), static_cast<std::int32_t>(first - begin));
  const ConstTensorView features = view_f32(static_cast<const float*>(picture.features->data.f32()),
                                            {picture.features->tokens, hidden.shape[1]});
  return kernels::copy_rows(context, {features, view_i32(from), view_i32(to), hidden});
}

}  // namespace

Status fuse(const kernels::ExecContext& context, const language::Decoder& decoder,
            const ModelInput& input, std::int64_t begin, std::int64_t count, TensorView hidden) {
  const auto size = static_cast<std::int64_t>(input.ids.size());
  if (begin < 0 || count < 1 || begin > size - count) {
    return invalid_argument("fusion: the chunk leaves the input");
  }
  const std::span<const language::TokenId> ids(input.ids.data() + begin,
                                               static_cast<std::size_t>(count));
  ARGES_RETURN_IF_ERROR(decoder.embed(context, ids, hidden));
  for (const ModelInput::Picture& picture : input.pictures) {
    if (picture.begin < 0 || picture.begin + picture.features->tokens > size) {
      return invalid_argument("fusion: a picture's placeholders leave the input");
    }
    ARGES_RETURN_IF_ERROR(place_picture(context, picture, begin, count, hidden));
  }
  return {};
}

}  // namespace arges::sdk
