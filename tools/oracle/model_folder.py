# SPDX-License-Identifier: Apache-2.0
"""Writes tiny model folders: config.json beside one or more safetensors files."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from common import fresh_folder, save_json


def write_model(folder: Path, config: dict, tensors: dict[str, np.ndarray], dtype: str, shards: int = 1) -> None:
    """`dtype` is "f32" or "bf16"; under "bf16" router weights stay F32 and every other array must already be exact."""
    fresh_folder(folder)
    save_json(folder / "config.json", config)
    stored = {name: _stored(name, array, dtype) for name, array in tensors.items()}
    if shards == 1:
        save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})
        return
    # Round-robin, so that the tensors of one layer are spread over the files as in the published checkpoints.
    weight_map = {}
    for shard in range(shards):
        part = dict(list(stored.items())[shard::shards])
        file = f"model-{shard:05d}-of-{shards:05d}.safetensors"
        save_file(part, folder / file, metadata={"format": "pt"})
        weight_map.update({name: file for name in part})
    total = sum(t.numel() * t.element_size() for t in stored.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


def _stored(name: str, array: np.ndarray, dtype: str) -> torch.Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    if dtype == "f32" or name.endswith(".gate.weight"):
        return tensor
    short = tensor.to(torch.bfloat16)
    if not torch.equal(short.float(), tensor):
        raise RuntimeError(f"{name} holds values that bfloat16 cannot")
    return short
