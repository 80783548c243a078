// SPDX-License-Identifier: Apache-2.0
// A picture's way to the rows of a vision transformer: all of it is integers and one rounding, so
// every bit is held to loops on the host.
#include <algorithm>
#include <string>
#include <vector>

#include "kernels/cuda/resample.h"
#include "kernels/cuda/tile_patches.h"
#include "tests/kernels/cuda/dense.h"
#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

using namespace kernels::cuda;
using Bytes = std::vector<std::uint8_t>;

std::size_t size_of(std::int64_t count) {
  return static_cast<std::size_t>(count);
}

Bytes random_bytes(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Bytes bytes(size_of(count));
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(std::clamp(128.0 + 80.0 * random.next(), 0.0, 255.0));
  }
  return bytes;
}

// Weights of any sign that sum to about one, with sums that overshoot bytes on both sides.
struct Table {
  int taps;
  std::vector<std::int32_t> first;
  std::vector<std::int32_t> count;
  std::vector<std::int32_t> weights;

  Table(int inputs, int outputs, int room) : taps(room) {
    Random random(static_cast<std::uint64_t>(inputs) * 31 + static_cast<std::uint64_t>(outputs));
    for (int i = 0; i < outputs; ++i) {
      const int most = std::min(room, inputs);
      count.push_back(1 + (i * 5 + 2) % most);
      first.push_back(
          static_cast<int>(std::int64_t{i} * (inputs - count.back()) / std::max(outputs - 1, 1)));
      std::int32_t left = (1 << 22) + (i % 7 - 3) * 200000;
      for (int t = 0; t < room; ++t) {
        const bool last = t == count.back() - 1;
        const auto weight = last ? left : static_cast<std::int32_t>(200000.0 * random.next());
        left -= weight;
        weights.push_back(t < count.back() ? weight : 12345);  // behind the count: never used
      }
    }
  }

  int outputs() const { return static_cast<int>(first.size()); }
};

Bytes resample_on_host(const Bytes& in, int height, int width, const Table& table, bool rows) {
  const int out_height = rows ? table.outputs() : height;
  const int out_width = rows ? width : table.outputs();
  Bytes out;
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const std::size_t i = size_of(rows ? y : x);
        std::int64_t sum = 1 << 21;
        for (int t = 0; t < table.count[i]; ++t) {
          const int source = table.first[i] + t;
          const std::int64_t pixel =
              rows ? std::int64_t{source} * width + x : std::int64_t{y} * width + source;
          sum += std::int64_t{in[size_of(pixel * 3 + c)]} *
                 table.weights[i * size_of(table.taps) + size_of(t)];
        }
        out.push_back(static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum >> 22, 0, 255)));
      }
    }
  }
  return out;
}

void check_resample(int height, int width, int outputs, int taps, bool rows) {
  const Table table(rows ? height : width, outputs, taps);
  const Bytes in = random_bytes(std::int64_t{3} * height * width, 61);
  const Bytes want = resample_on_host(in, height, width, table, rows);
  const DeviceArray<std::uint8_t> device_in(in);
  const DeviceArray<std::int32_t> first(table.first);
  const DeviceArray<std::int32_t> count(table.count);
  const DeviceArray<std::int32_t> weights(table.weights);
  DeviceArray<std::uint8_t> out(want.size());
  out.fill_bytes(0x5a);
  const ResampleArgs args{device_in.get(),
                          height,
                          width,
                          {first.get(), count.get(), weights.get(), taps, outputs},
                          out.get()};
  must(rows ? resample_rows(args, nullptr) : resample_columns(args, nullptr));
  must(cudaDeviceSynchronize(), "resample");
  report(std::string("resample ") + (rows ? "rows of " : "columns of ") + std::to_string(height) +
             " x " + std::to_string(width) + " to " + std::to_string(outputs),
         out.download() == want, "");
}

void check_patches(int grid_rows, int grid_cols, int side, int patch, int stride) {
  TilePatchesArgs args;
  args.height = grid_rows * side - 9;
  args.width = grid_cols * side - 3;
  args.pad_top = 5;
  args.pad_left = 1;
  args.grid_rows = grid_rows;
  args.grid_cols = grid_cols;
  args.side = side;
  args.patch = patch;
  args.row_stride = stride;
  const Bytes thumbnail = random_bytes(std::int64_t{3} * side * side, 62);
  const Bytes picture = random_bytes(std::int64_t{3} * args.height * args.width, 63);
  const std::vector<float> values = random_floats(3 * 256, 1.0, 64);
  const int across = side / patch;
  std::vector<Bf16> want;
  for (int tile = 0; tile < 1 + grid_rows * grid_cols; ++tile) {
    for (int p = 0; p < across * across; ++p) {
      for (int i = 0; i < stride; ++i) {
        const int c = i / (patch * patch);
        const int y = p / across * patch + i / patch % patch;
        const int x = p % across * patch + i % patch;
        const int row = (tile - 1) / std::max(grid_cols, 1) * side + y - args.pad_top;
        const int column = (tile - 1) % std::max(grid_cols, 1) * side + x - args.pad_left;
        int byte = 0;
        if (c < 3 && tile == 0) byte = thumbnail[size_of((y * side + x) * 3 + c)];
        if (c < 3 && tile > 0 && row >= 0 && row < args.height && column >= 0 &&
            column < args.width) {
          byte = picture[size_of((std::int64_t{row} * args.width + column) * 3 + c)];
        }
        want.push_back(c < 3 ? to_bf16(double{values[size_of(c * 256 + byte)]}) : Bf16{0});
      }
    }
  }
  const DeviceArray<std::uint8_t> device_thumbnail(thumbnail);
  const DeviceArray<std::uint8_t> device_picture(picture);
  const DeviceArray<float> device_values(values);
  DeviceArray<Bf16> rows(want.size());
  rows.fill_bytes(0xff);
  args.thumbnail = device_thumbnail.get();
  args.picture = device_picture.get();
  args.values = device_values.get();
  args.rows = rows.get();
  must(tile_patches(args, nullptr));
  must(cudaDeviceSynchronize(), "tile_patches");
  report("patches of " + std::to_string(grid_rows) + " x " + std::to_string(grid_cols) +
             " tiles of " + std::to_string(side),
         rows.download() == want, "");
}

}  // namespace

void check_tiles() {
  for (const bool rows : {false, true}) {
    check_resample(7, 5, 3, 4, rows);
    check_resample(1, 1, 9, 3, rows);
    check_resample(61, 333, 128, 21, rows);
  }
  check_patches(1, 2, 28, 14, 592);
  check_patches(2, 1, 42, 14, 588);
  check_patches(2, 3, 336, 14, 592);
}

}  // namespace arges::testing
