# SPDX-License-Identifier: Apache-2.0
"""An independent float64 image encoder, projector and packing, from architecture.md §4. It judges the oracle."""

import math

import numpy as np

from recurrence import softmax

_erf = np.vectorize(math.erf)


def gelu(x):
    return 0.5 * x * (1.0 + _erf(x / np.sqrt(2.0)))


class VisionFloat64:
    def __init__(self, config: dict, tensors: dict[str, np.ndarray]):
        self.config, self.vision = config, config["vision_config"]
        self.weights = {name: array.astype(np.float64) for name, array in tensors.items()}

    def features(self, pixel_values: np.ndarray, size: tuple[int, int], grid: tuple[int, int]) -> np.ndarray:
        """`grid`: tiles (down, across). Returns [tokens, hidden]."""
        projected = self._project(self._encode(pixel_values.astype(np.float64)))
        side = self.vision["image_size"] // self.vision["patch_size"]
        tiles = projected[1:].reshape(*grid, side, side, -1)
        full = tiles.transpose(0, 2, 1, 3, 4).reshape(grid[0] * side, grid[1] * side, -1)
        (height, width), (rows, columns) = size, full.shape[:2]
        if width / height > columns / rows:
            trim = (rows - height * columns // width) // 2
            full = full[trim : rows - trim]
        else:
            trim = (columns - width * rows // height) // 2
            full = full[:, trim : columns - trim]
        newline = np.broadcast_to(self.weights["image_newline"], (len(full), 1, full.shape[2]))
        packed = np.concatenate([full, newline], axis=1).reshape(-1, full.shape[2])
        return np.concatenate([projected[0], packed])

    def _encode(self, x):
        w, patch, root = self.weights, self.vision["patch_size"], "vision_tower.vision_model."
        count, _, side, _ = x.shape
        cells = side // patch
        patches = x.reshape(count, 3, cells, patch, cells, patch).transpose(0, 2, 4, 1, 3, 5)
        kernel = w[root + "embeddings.patch_embedding.weight"]
        embedded = patches.reshape(count, cells * cells, -1) @ kernel.reshape(len(kernel), -1).T
        first = np.broadcast_to(w[root + "embeddings.class_embedding"], (count, 1, len(kernel)))
        x = np.concatenate([first, embedded], 1) + w[root + "embeddings.position_embedding.weight"]
        x = self._layer_norm(root + "pre_layrnorm", x)
        for index in range(self.vision["num_hidden_layers"]):
            layer = f"{root}encoder.layers.{index}."
            x = x + self._attention(layer + "self_attn.", self._layer_norm(layer + "layer_norm1", x))
            inner = gelu(self._linear(layer + "mlp.fc1", self._layer_norm(layer + "layer_norm2", x)))
            x = x + self._linear(layer + "mlp.fc2", inner)
        return x[:, 1:]

    def _attention(self, name, x):
        heads = self.vision["num_attention_heads"]
        split = lambda y: y.reshape(*y.shape[:2], heads, -1).transpose(0, 2, 1, 3)
        q, k, v = (split(self._linear(f"{name}{p}_proj", x)) for p in "qkv")
        mixed = softmax(q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])) @ v
        return self._linear(name + "out_proj", mixed.transpose(0, 2, 1, 3).reshape(x.shape))

    def _project(self, x):
        return self._linear("multi_modal_projector.linear_2", gelu(self._linear("multi_modal_projector.linear_1", x)))

    def _linear(self, name, x):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def _layer_norm(self, name, x):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + self.vision["layer_norm_eps"])
        return scaled * self.weights[name + ".weight"] + self.weights[name + ".bias"]
