# SPDX-License-Identifier: Apache-2.0
"""Small helpers that every recorder shares: where files go and how they are written."""

import hashlib
import json
from pathlib import Path

import numpy as np


def fresh_folder(path: Path) -> Path:
    """Creates `path` (and parents) and empties it of plain files, so that a rerun leaves no stale golden."""
    path.mkdir(parents=True, exist_ok=True)
    for child in path.iterdir():
        if child.is_file():
            child.unlink()
    return path


def save_f32(path: Path, array) -> None:
    """Writes a C-order little-endian float32 .npy (format version 1.0)."""
    np.save(path, np.ascontiguousarray(np.asarray(array), dtype="<f4"), allow_pickle=False)


def save_json(path: Path, value) -> None:
    """Writes indented UTF-8 JSON, with each list of numbers kept on one line."""
    path.write_text(_render(value, 0) + "\n", encoding="utf-8")


def _render(value, depth: int) -> str:
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict) and value:
        items = [f"{pad}{json.dumps(k, ensure_ascii=False)}: {_render(v, depth + 1)}" for k, v in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{end}}}"
    if isinstance(value, list) and any(isinstance(v, dict) for v in value):
        return "[\n" + ",\n".join(pad + _render(v, depth + 1) for v in value) + f"\n{end}]"
    line = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list) and len(line) > 120 and isinstance(value[0], list):
        return "[\n" + ",\n".join(pad + json.dumps(v, ensure_ascii=False) for v in value) + f"\n{end}]"
    return line


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
