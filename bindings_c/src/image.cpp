// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <string>

#include "bindings_c/src/boundary.h"
#include "bindings_c/src/handles.h"
#include "bindings_c/src/struct_sizes.h"
#include "vision/decode/decode.h"
#include "vision/decode/limits.h"

namespace arges::bindings {
namespace {

Result<vision::PixelFormat> pixel_format(std::uint32_t format) {
  switch (format) {
    case ARGES_PIXELS_RGB:
      return vision::PixelFormat::kRgb;
    case ARGES_PIXELS_BGR:
      return vision::PixelFormat::kBgr;
    case ARGES_PIXELS_RGBA:
      return vision::PixelFormat::kRgba;
    case ARGES_PIXELS_BGRA:
      return vision::PixelFormat::kBgra;
    case ARGES_PIXELS_GREY:
      return vision::PixelFormat::kGrey;
    case ARGES_PIXELS_YUYV:
      return vision::PixelFormat::kYuyv;
    default:
      break;
  }
  return invalid_argument("the pixel format " + std::to_string(format) +
                          " is unknown; use one of ARGES_PIXELS_*");
}

Result<int> side(std::uint32_t pixels) {
  if (pixels <= static_cast<std::uint32_t>(std::numeric_limits<int>::max())) {
    return static_cast<int>(pixels);
  }
  return invalid_argument("a picture side of " + std::to_string(pixels) +
                          " pixels is over the limits; scale the picture down");
}

arges_image_plan describe_plan(const vision::TilePlan& plan, std::int64_t kv_bytes_per_token) {
  arges_image_plan out{};
  out.tiles = static_cast<std::uint32_t>(plan.tile_count);
  out.resized_width = static_cast<std::uint32_t>(plan.resized_width);
  out.resized_height = static_cast<std::uint32_t>(plan.resized_height);
  out.canvas_width = static_cast<std::uint32_t>(plan.canvas_width);
  out.canvas_height = static_cast<std::uint32_t>(plan.canvas_height);
  out.tokens = static_cast<std::uint64_t>(plan.token_count);
  out.kv_bytes = static_cast<std::uint64_t>(plan.token_count * kv_bytes_per_token);
  return out;
}

arges_image* keep(vision::Image image) {
  return const_cast<arges_image*>(
      images().insert(std::make_shared<const vision::Image>(std::move(image))));
}

}  // namespace
}  // namespace arges::bindings

using namespace arges::bindings;

arges_status arges_image_decode(const void* bytes, uint64_t length, arges_image** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(bytes, "bytes"));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(
        arges::vision::Image image,
        arges::vision::decode_image({static_cast<const std::byte*>(bytes), length}, {}));
    *out = keep(std::move(image));
    return {};
  });
}

arges_status arges_image_from_pixels(const void* pixels, uint32_t width, uint32_t height,
                                     uint64_t stride, uint32_t format, arges_image** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(pixels, "pixels"));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    ARGES_ASSIGN_OR_RETURN(const arges::vision::PixelFormat layout, pixel_format(format));
    ARGES_ASSIGN_OR_RETURN(const int columns, side(width));
    ARGES_ASSIGN_OR_RETURN(const int rows, side(height));
    ARGES_ASSIGN_OR_RETURN(arges::vision::Image image, arges::vision::image_from_pixels(
                                                           static_cast<const std::uint8_t*>(pixels),
                                                           columns, rows, stride, layout, {}));
    *out = keep(std::move(image));
    return {};
  });
}

arges_status arges_image_from_nv12(const void* luma, uint64_t luma_stride, const void* chroma,
                                   uint64_t chroma_stride, uint32_t width, uint32_t height,
                                   arges_image** out) {
  return at_boundary([&]() -> arges::Status {
    ARGES_RETURN_IF_ERROR(require_pointer(luma, "luma"));
    ARGES_RETURN_IF_ERROR(require_pointer(chroma, "chroma"));
    ARGES_RETURN_IF_ERROR(require_pointer(out, "out"));
    arges::vision::Nv12Frame frame;
    frame.luma = static_cast<const std::uint8_t*>(luma);
    frame.luma_stride = luma_stride;
    frame.chroma = static_cast<const std::uint8_t*>(chroma);
    frame.chroma_stride = chroma_stride;
    ARGES_ASSIGN_OR_RETURN(frame.width, side(width));
    ARGES_ASSIGN_OR_RETURN(frame.height, side(height));
    ARGES_ASSIGN_OR_RETURN(arges::vision::Image image, arges::vision::image_from_nv12(frame, {}));
    *out = keep(std::move(image));
    return {};
  });
}

arges_status arges_image_size(const arges_image* image, uint32_t* width, uint32_t* height) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto picture, images().find(image));
    ARGES_RETURN_IF_ERROR(require_pointer(width, "width"));
    ARGES_RETURN_IF_ERROR(require_pointer(height, "height"));
    *width = static_cast<uint32_t>(picture->width);
    *height = static_cast<uint32_t>(picture->height);
    return {};
  });
}

void arges_image_free(arges_image* image) {
  at_boundary([&] { return images().release(image); });
}

arges_status arges_image_plan_for_size(const arges_engine* engine, uint32_t width, uint32_t height,
                                       arges_image_plan* plan) {
  return at_boundary([&]() -> arges::Status {
    ARGES_ASSIGN_OR_RETURN(const auto owner, engines().find(engine));
    ARGES_RETURN_IF_ERROR(check_result_struct(plan));
    ARGES_RETURN_IF_ERROR(
        arges::vision::check_dimensions(height, width, {}, arges::StatusCode::kInvalidArgument));
    ARGES_ASSIGN_OR_RETURN(
        const arges::vision::TilePlan tiles,
        owner->model().plan_image(static_cast<int>(height), static_cast<int>(width)));
    write_struct(plan, describe_plan(tiles, owner->model().kv_bytes_per_token()));
    return {};
  });
}
