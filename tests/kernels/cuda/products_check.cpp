// SPDX-License-Identifier: Apache-2.0
// The tile products that the prefill is made of, one by one.
#include "tests/kernels/cuda/products.h"

#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "tests/kernels/cuda/device_array.h"
#include "tests/kernels/cuda/distance.h"
#include "tests/kernels/cuda/lightning_recurrence.h"
#include "tests/kernels/cuda/random.h"
#include "tests/kernels/cuda/report.h"

namespace arges::testing {

namespace {

// Columns 0 … 127 of a row lie in two tiles, their pieces of eight permuted by the row.
std::size_t place(int matrix, int row, int column) {
  const int tile = 2 * matrix + column / 64;
  const int piece = column % 64 / 8 ^ row % 8;
  return static_cast<std::size_t>((tile * 64 + row) * 64 + piece * 8 + column % 8);
}

struct Product {
  const char* name;
  int columns;
  int depth;
  std::function<double(int, int)> a;  // (row, k)
  std::function<double(int, int)> b;  // (k, column)
};

double error_of(const Product& product, const float* out) {
  Distance distance;
  for (int row = 0; row < 64; ++row) {
    for (int column = 0; column < product.columns; ++column) {
      double sum = 0.0;
      for (int k = 0; k < product.depth; ++k) sum += product.a(row, k) * product.b(k, column);
      distance.add(static_cast<double>(out[row * product.columns + column]), sum);
    }
  }
  return distance.relative();
}

void check(const char* path, void (*run)(const void*, float*)) {
  std::vector<Bf16> tiles(4 * 64 * 64);
  Random random(11);
  for (Bf16& value : tiles) value = to_bf16(random.next());
  const DeviceArray<Bf16> device_tiles(tiles);
  DeviceArray<float> device_out(kProductFloats);
  device_out.fill_bytes(0xff);
  run(device_tiles.get(), device_out.get());
  must(cudaGetLastError(), "launch of the products");
  must(cudaDeviceSynchronize(), "products");
  const std::vector<float> out = device_out.download();
  const auto x = [&](int row, int column) { return to_double(tiles[place(0, row, column)]); };
  const auto y = [&](int row, int column) { return to_double(tiles[place(1, row, column)]); };
  const auto x_turned = [&](int row, int column) { return x(column, row); };
  const auto y_turned = [&](int row, int column) { return y(column, row); };
  const Product products[] = {{"multiply_transposed", 64, 128, x, y_turned},
                              {"multiply_transposed of tiles", 64, 128, x, y_turned},
                              {"add_values", 64, 64, x_turned, y_turned},
                              {"add_to_state", 128, 64, x_turned, y}};
  const float* at = out.data();
  for (const Product& product : products) {
    const double error = error_of(product, at);
    char figures[40];
    std::snprintf(figures, sizeof(figures), "%.2e", error);
    report(std::string(path) + " " + product.name, error < 1e-5, figures);
    at += 64 * product.columns;
  }
}

}  // namespace

void check_products() {
  int major = 0;
  must(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0), "device");
  check("mma.sync", run_products_sm80);
  if (major == 9) check("wgmma", run_products_sm90);
}

}  // namespace arges::testing
