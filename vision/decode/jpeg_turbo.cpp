// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <cstddef>
#include <cstdio>  // jpeglib.h needs FILE
// Order matters: jerror.h uses types of jpeglib.h.
#include <jpeglib.h>

#include <jerror.h>

#include "kernels/base/memory.h"
#include "vision/decode/cmyk.h"
#include "vision/decode/codec.h"
#include "vision/decode/jpeg_container.h"

namespace arges::vision {
namespace {

// A progressive JPEG keeps two bytes for each sample: 40 megapixels of four inks and some slack.
constexpr long kWorkingMemory = 384L << 20;
constexpr std::size_t kInks = 4;

// One decoding run. libjpeg leaves a failed call by longjmp, so everything that a guarded step
// touches is plain data here, and memory is owned by callers of run_guarded.
struct Run {
  jpeg_decompress_struct library{};
  jpeg_error_mgr errors{};
  std::jmp_buf leave{};
  Bytes bytes;
  std::uint8_t* rgb = nullptr;      // [height, width, 3]
  std::uint8_t* ink_row = nullptr;  // [width, 4], for CMYK pictures

  Run() = default;
  ~Run() { jpeg_destroy_decompress(&library); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
};

[[noreturn]] void leave_on_error(j_common_ptr library) {
  std::longjmp(static_cast<Run*>(library->client_data)->leave, 1);
}

// Oddities that do not change the picture. All other warnings mean that data was lost.
bool is_harmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_JFIF_MAJOR || code == JWRN_ADOBE_XFORM ||
         code == JWRN_BOGUS_ICC;
}

// level < 0: a warning; otherwise a trace, which nobody reads.
void judge_message(j_common_ptr library, int level) {
  if (level < 0 && !is_harmless(library->err->msg_code)) leave_on_error(library);
}

void discard_message(j_common_ptr) {}

// False when the library gave up. `step` and the frames below it hold no destructors to skip.
bool run_guarded(Run& run, void (*step)(Run&)) {
  if (setjmp(run.leave) != 0) return false;
  step(run);
  return true;
}

void read_header(Run& run) {
  jpeg_decompress_struct& library = run.library;
  jpeg_create_decompress(&library);
  library.mem->max_memory_to_use = kWorkingMemory;
  jpeg_mem_src(&library, reinterpret_cast<const unsigned char*>(run.bytes.data()),
               static_cast<unsigned long>(run.bytes.size()));
  jpeg_read_header(&library, TRUE);
  // As Pillow decodes: exact integer DCT, smooth chroma upsampling.
  library.dct_method = JDCT_ISLOW;
  library.do_fancy_upsampling = TRUE;
  library.out_color_space = library.num_components == kInks ? JCS_CMYK : JCS_RGB;
}

void read_row(Run& run) {
  jpeg_decompress_struct& library = run.library;
  const bool inks = library.out_color_space == JCS_CMYK;
  std::uint8_t* out = run.rgb + std::size_t{library.output_scanline} * library.output_width *
                                    std::size_t{Image::kChannels};
  JSAMPROW row = inks ? run.ink_row : out;
  jpeg_read_scanlines(&library, &row, 1);
  for (std::size_t x = 0; inks && x < library.output_width; ++x) {
    inverted_cmyk_to_rgb(run.ink_row + x * kInks, out + x * Image::kChannels);
  }
}

void read_pixels(Run& run) {
  jpeg_start_decompress(&run.library);
  while (run.library.output_scanline < run.library.output_height) read_row(run);
  jpeg_finish_decompress(&run.library);
}

Status failure(const Run& run) {
  const int code = run.errors.msg_code;
  if (code == JERR_OUT_OF_MEMORY) {
    return {StatusCode::kOutOfMemoryHost, "no memory is left to read a JPEG file; free some"};
  }
  if (code == JERR_NO_BACKING_STORE) {
    return image_decode_error(
        "the JPEG file needs too much memory to decode; save it again as a baseline JPEG");
  }
  return image_decode_error(
      "the JPEG file is damaged or of a rare kind; save it again as a baseline JPEG");
}

void prepare(Run& run, Bytes bytes) {
  run.library.err = jpeg_std_error(&run.errors);
  run.errors.error_exit = leave_on_error;
  run.errors.emit_message = judge_message;
  run.errors.output_message = discard_message;
  run.library.client_data = &run;
  run.bytes = bytes;
}

}  // namespace

Result<Image> decode_jpeg(Bytes bytes, ImageSize stored, const ImageLimits& limits) {
  ARGES_RETURN_IF_ERROR(check_jpeg_structure(bytes, limits.jpeg_scans));
  Run run;
  prepare(run, bytes);
  if (!run_guarded(run, read_header)) return failure(run);
  if (run.library.image_width != static_cast<JDIMENSION>(stored.width) ||
      run.library.image_height != static_cast<JDIMENSION>(stored.height)) {
    return failure(run);
  }
  ARGES_ASSIGN_OR_RETURN(Image image, allocate_image(stored.height, stored.width));
  ARGES_ASSIGN_OR_RETURN(const Memory ink_row,
                         Memory::allocate(static_cast<std::size_t>(stored.width) * kInks));
  run.rgb = image.pixels.data();
  run.ink_row = reinterpret_cast<std::uint8_t*>(ink_row.data());
  if (!run_guarded(run, read_pixels)) return failure(run);
  return image;
}

}  // namespace arges::vision
