# SPDX-License-Identifier: Apache-2.0
"""Any-resolution preprocessing and packing, architecture.md §4.2 and §4.3, for one tile size.

`plan` decides everything from the picture's size; `preprocess` makes the uint8 tiles; `pack_index`
says which feature goes where. Normalisation happens later, on the tiles.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

TILE = 192
PATCH = 16
GRID = TILE // PATCH
GRIDS = [(1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (1, 4), (4, 1), (2, 4), (4, 2), (1, 5), (5, 1)]
PINPOINTS = [(TILE * rows, TILE * columns) for rows, columns in GRIDS]  # (h, w)
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Plan:
    """Where a w x h picture lands: padded target (H, W), resized size and offset of the content."""

    width: int
    height: int
    target_w: int
    target_h: int
    new_w: int
    new_h: int
    left: int
    top: int

    @property
    def tiles(self):
        """Number of ViT inputs, the thumbnail included."""
        return 1 + (self.target_w // TILE) * (self.target_h // TILE)

    @property
    def scale(self):
        return self.new_w / self.width


def best_pinpoint(width, height):
    """The pinpoint with most effective pixels, then least waste, then first."""
    best, best_key = None, None
    for h, w in PINPOINTS:
        scale = min(w / width, h / height)
        effective = min(int(width * scale) * int(height * scale), width * height)
        key = (effective, effective - h * w)
        if best_key is None or key > best_key:
            best, best_key = (h, w), key
    return best


def plan(width, height):
    target_h, target_w = best_pinpoint(width, height)
    if width / height > target_w / target_h:
        new_w, new_h = target_w, int(target_w * height / width)
    else:
        new_w, new_h = int(target_h * width / height), target_h
    return Plan(width, height, target_w, target_h, new_w, new_h,
                (target_w - new_w) // 2, (target_h - new_h) // 2)


def preprocess(image, p):
    """uint8 tiles [P, TILE, TILE, 3], thumbnail first, then the tiles row by row."""
    thumbnail = np.asarray(image.resize((TILE, TILE), Image.BICUBIC))
    padded = np.zeros((p.target_h, p.target_w, 3), np.uint8)
    resized = np.asarray(image.resize((p.new_w, p.new_h), Image.BICUBIC))
    padded[p.top:p.top + p.new_h, p.left:p.left + p.new_w] = resized
    rows, cols = p.target_h // TILE, p.target_w // TILE
    tiles = padded.reshape(rows, TILE, cols, TILE, 3).transpose(0, 2, 1, 3, 4)
    return np.concatenate([thumbnail[None], tiles.reshape(-1, TILE, TILE, 3)])


def preprocess_batch(planes, p):
    """The same for float planes [B, 3, h, w] on an accelerator; torch's antialiased bicubic differs from
    Pillow's by at most three levels, which is why only training uses it. Returns [B*P, TILE, TILE, 3] uint8."""
    import torch
    import torch.nn.functional as F

    def resize(h, w):
        out = F.interpolate(planes, (h, w), mode="bicubic", antialias=True, align_corners=False)
        return out.round().clamp(0, 255)

    count, rows, cols = len(planes), p.target_h // TILE, p.target_w // TILE
    thumbnail = resize(TILE, TILE)
    right, bottom = p.target_w - p.new_w - p.left, p.target_h - p.new_h - p.top
    padded = F.pad(resize(p.new_h, p.new_w), (p.left, right, p.top, bottom))
    tiles = padded.view(count, 3, rows, TILE, cols, TILE).permute(0, 2, 4, 3, 5, 1).reshape(count, -1, TILE, TILE, 3)
    return torch.cat([thumbnail.permute(0, 2, 3, 1)[:, None], tiles], 1).flatten(0, 1).byte()


def kept_area(p):
    """(row0, row1, col0, col1) of the feature map that survives unpadding."""
    map_h, map_w = p.target_h // PATCH, p.target_w // PATCH
    if p.width / p.height > map_w / map_h:
        kept = (p.height * map_w) // p.width
        pad = (map_h - kept) // 2
        return pad, map_h - pad, 0, map_w
    kept = (p.width * map_h) // p.height
    pad = (map_w - kept) // 2
    return 0, map_h, pad, map_w - pad


def pack_index(p):
    """int64 [N]: for each packed position the flat feature index (tile * GRID * GRID + patch), or -1 for image_newline."""
    map_h, map_w = p.target_h // PATCH, p.target_w // PATCH
    r, c = np.mgrid[0:map_h, 0:map_w]
    tile = 1 + (r // GRID) * (map_w // GRID) + c // GRID
    flat = tile * GRID * GRID + (r % GRID) * GRID + c % GRID
    r0, r1, c0, c1 = kept_area(p)
    rows = np.pad(flat[r0:r1, c0:c1], ((0, 0), (0, 1)), constant_values=-1)
    return np.concatenate([np.arange(GRID * GRID), rows.reshape(-1)]).astype(np.int64)
