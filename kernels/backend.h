// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernels/base/device.h"
#include "kernels/base/matrix.h"
#include "kernels/op_table.h"
#include "kernels/step_recorder.h"

namespace arges::kernels {

// What runs a model: a device, the ops on it, and the numbers that its ops like. Constant; outlives
// all memory of its device.
struct Backend {
  const char* name;
  Device* device;
  MatrixLayout layout;  // what lay_out makes, and the ops read
  OpTable ops;
  std::int64_t kv_page_tokens;  // tokens in a page of keys and values, a multiple of kKeyPanel
  std::int64_t tiles_at_once;   // of a picture, through the image encoder: enough rows to fill the
                                // matrix kernels, few enough to keep the workspace small
  StepRecorder* recorder = nullptr;  // of decode steps; null: their ops are called every time
  // Whether it multiplies rows that are rounded to bf16, and quantised ones (LayOutArgs::row_type).
  bool bf16_rows = false;
  bool i8_rows = false;
};

// Scalar fp32, written to be read: the oracle of every other backend (kernels/reference).
const Backend& reference_backend();

// The same with double precision between an op's inputs and its outputs, for tests: how far an op
// is off at the dimensions of real models.
const Backend& double_reference_backend();

// Vectorised for the CPU it runs on, chosen at the first call (kernels/cpu).
const Backend& cpu_backend();

}  // namespace arges::kernels
