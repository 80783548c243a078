// SPDX-License-Identifier: Apache-2.0
#include "tests/vision/decode/jpeg_maker.h"

#include <cstdio>
// After cstdio, whose FILE it needs.
#include <jpeglib.h>

#include <cstdlib>

#include "tests/vision/decode/png_maker.h"

namespace arges::vision::testing {
namespace {

std::size_t find_marker(const FileBytes& jpeg, std::byte marker, std::size_t from = 0) {
  for (std::size_t i = from; i + 1 < jpeg.size(); ++i) {
    if (jpeg[i] == std::byte{0xFF} && jpeg[i + 1] == marker) return i;
  }
  return jpeg.size();
}

void set_up(jpeg_compress_struct& encoder, const JpegSpec& spec) {
  encoder.image_width = static_cast<JDIMENSION>(spec.width);
  encoder.image_height = static_cast<JDIMENSION>(spec.height);
  encoder.input_components = spec.channels;
  encoder.in_color_space = spec.channels == 1   ? JCS_GRAYSCALE
                           : spec.channels == 3 ? JCS_RGB
                                                : JCS_CMYK;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, spec.quality, TRUE);
  if (spec.progressive) jpeg_simple_progression(&encoder);
}

void write_exif(jpeg_compress_struct& encoder, const FileBytes& tiff) {
  if (tiff.empty()) return;
  FileBytes data = to_bytes({'E', 'x', 'i', 'f', 0, 0});
  append(data, tiff);
  jpeg_write_marker(&encoder, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(data.data()),
                    static_cast<unsigned>(data.size()));
}

}  // namespace

std::vector<std::uint8_t> smooth_samples(const JpegSpec& spec) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < spec.height; ++y) {
    for (int x = 0; x < spec.width; ++x) {
      const int values[] = {40 + x * 160 / spec.width, 220 - y * 160 / spec.height,
                            60 + (x + y) * 120 / (spec.width + spec.height), 230};
      for (int c = 0; c < spec.channels; ++c) {
        samples.push_back(static_cast<std::uint8_t>(values[c]));
      }
    }
  }
  return samples;
}

FileBytes make_jpeg(const JpegSpec& spec) {
  std::vector<std::uint8_t> samples = smooth_samples(spec);
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &memory, &size);
  set_up(encoder, spec);
  jpeg_start_compress(&encoder, TRUE);
  write_exif(encoder, spec.exif);
  while (encoder.next_scanline < encoder.image_height) {
    JSAMPROW row = samples.data() + static_cast<std::size_t>(encoder.next_scanline) *
                                        static_cast<std::size_t>(spec.width * spec.channels);
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  jpeg_destroy_compress(&encoder);
  const auto* first = reinterpret_cast<const std::byte*>(memory);
  FileBytes file(first, first + size);
  std::free(memory);
  return file;
}

FileBytes make_exif(int orientation, bool big_endian) {
  return big_endian ? to_bytes({'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 1, 0x12, 0,
                                3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0, 0,    0})
                    : to_bytes({'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 1, 3,
                                0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0, 0});
}

FileBytes repeat_last_scan(const FileBytes& jpeg, int times) {
  std::size_t start = 0;
  for (std::size_t at = 0; (at = find_marker(jpeg, std::byte{0xDA}, at)) < jpeg.size(); ++at) {
    start = at;
  }
  const FileBytes scan(jpeg.begin() + static_cast<std::ptrdiff_t>(start), jpeg.end() - 2);
  FileBytes out(jpeg.begin(), jpeg.end() - 2);
  for (int i = 0; i < times; ++i) append(out, scan);
  append(out, to_bytes({0xFF, 0xD9}));
  return out;
}

FileBytes with_declared_size(FileBytes jpeg, int height, int width) {
  std::size_t frame = find_marker(jpeg, std::byte{0xC0});
  if (frame == jpeg.size()) frame = find_marker(jpeg, std::byte{0xC2});
  const int fields[] = {height >> 8, height & 255, width >> 8, width & 255};
  for (std::size_t i = 0; i < 4; ++i) jpeg[frame + 5 + i] = static_cast<std::byte>(fields[i]);
  return jpeg;
}

std::vector<std::uint8_t> libjpeg_rgb(const FileBytes& jpeg) {
  jpeg_decompress_struct decoder{};
  jpeg_error_mgr errors{};
  decoder.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&decoder);
  jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(jpeg.data()),
               static_cast<unsigned long>(jpeg.size()));
  jpeg_read_header(&decoder, TRUE);
  decoder.out_color_space = JCS_RGB;
  jpeg_start_decompress(&decoder);
  const std::size_t row_bytes = std::size_t{decoder.output_width} * 3;
  std::vector<std::uint8_t> rgb(row_bytes * decoder.output_height);
  while (decoder.output_scanline < decoder.output_height) {
    JSAMPROW row = rgb.data() + decoder.output_scanline * row_bytes;
    jpeg_read_scanlines(&decoder, &row, 1);
  }
  jpeg_finish_decompress(&decoder);
  jpeg_destroy_decompress(&decoder);
  return rgb;
}

}  // namespace arges::vision::testing
