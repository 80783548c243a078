// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "kernels/base/matrix.h"
#include "kernels/base/tensor_view.h"

namespace arges::vision {

// The image encoder's weights in the backend's form, filled by sdk/model; views are f32 and refer
// to memory that the loaded model owns. Checkpoint names: architecture.md §3.1.

// y = W x + b
struct Affine {
  Matrix weight;
  ConstTensorView bias;
};

struct Norm {
  ConstTensorView weight;
  ConstTensorView bias;
};

struct VitLayerWeights {
  Norm norm1;
  Affine q, k, v, out;  // [hidden, hidden]
  Norm norm2;
  Affine fc1;  // [ffn, hidden]
  Affine fc2;  // [hidden, ffn]
};

struct VitWeights {
  Matrix patch_embedding;           // [hidden, channels · patch · patch]
  ConstTensorView class_embedding;  // [hidden]
  ConstTensorView positions;        // [1 + patches, hidden]
  Norm pre_norm;                    // pre_layrnorm (sic)
  std::vector<VitLayerWeights> layers;
};

struct ProjectorWeights {
  Affine linear1;                 // [projection, hidden]
  Affine linear2;                 // [projection, projection]
  ConstTensorView image_newline;  // [projection]
};

struct ImageEncoderWeights {
  VitWeights vit;
  ProjectorWeights projector;
};

}  // namespace arges::vision
