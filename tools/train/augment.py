# SPDX-License-Identifier: Apache-2.0
"""Capture noise: slant and perspective, blur, tone, shadow, noise, JPEG.

The choice is made on the CPU, one parameter set a picture (`choose`), because the dense labels must move with the
pixels; the pixels are changed on the accelerator, a batch at a time (`apply`). A batch has each effect or has it not.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

LUMA = np.array([[16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56], [14, 17, 22, 29, 51, 87, 80, 62],
                 [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92], [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99]], np.float32)
CHROMA = np.full((8, 8), 99, np.float32)
CHROMA[:4, :4] = [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99]]
SHARES = {"warp": 0.22, "blur": 0.2, "tone": 0.45, "jpeg": 0.22}


def effects_of(rng):
    """The names of the effects that a batch has; half of the batches are clean."""
    return [] if rng.random() < 0.4 else [n for n, share in SHARES.items() if rng.random() < share * 1.6]


def homography(rng, w, h, level):
    """3x3 map from canvas to picture coordinates: a turn of up to 5.5 degrees, a little zoom and perspective."""
    turn = 0.0 if level else math.radians(rng.uniform(-5.5, 5.5))
    zoom = rng.uniform(0.84, 0.99)
    c, s = math.cos(turn) * zoom, math.sin(turn) * zoom
    centre = np.array([[1, 0, -w / 2], [0, 1, -h / 2], [0, 0, 1]])
    tilt = 0.0 if rng.random() < 0.5 else 0.22
    lean = np.array([[c, -s, 0], [s, c, 0], [rng.uniform(-tilt, tilt) / w, rng.uniform(-tilt, tilt) / h, 1]])
    back = np.array([[1, 0, w / 2 + rng.uniform(-0.02, 0.02) * w], [0, 1, h / 2 + rng.uniform(-0.02, 0.02) * h], [0, 0, 1]])
    return back @ lean @ centre


def choose(rng, canvas, effects):
    """The parameters of one picture: {"matrix": 3x3 or None, "row": float32 [20]}."""
    matrix = homography(rng, canvas.w, canvas.h, canvas.level_ground) if "warp" in effects and rng.random() < 0.8 else None
    row = np.zeros(20, np.float32)
    row[0:9] = (np.linalg.inv(matrix) if matrix is not None else np.eye(3)).reshape(-1)
    row[9:12] = [rng.randint(0, 255) for _ in range(3)]  # what surrounds a slanted picture
    row[12] = rng.random() if rng.random() < 0.7 else 0.0  # share of blur
    tone = rng.random() < 0.8
    row[13] = rng.uniform(0.82, 1.12) if tone else 1.0  # gain
    row[14] = rng.uniform(-18, 22) if tone else 0.0  # offset
    row[15] = rng.uniform(0, 9) if rng.random() < 0.5 else 0.0  # noise
    row[16] = rng.uniform(0.1, 0.45) if rng.random() < 0.4 else 0.0  # depth of a shadow
    row[17] = rng.uniform(0, 2 * math.pi)  # where it falls
    row[18] = float(canvas.plain and rng.random() < 0.3)  # inverted
    row[19] = rng.uniform(22, 92)  # JPEG quality
    return {"matrix": matrix, "row": row}


def warp(planes, rows):
    """Samples each picture [B, 3, h, w] through its own homography (picture to canvas coordinates)."""
    b, _, h, w = planes.shape
    y, x = torch.meshgrid(torch.arange(h, device=planes.device) + 0.5, torch.arange(w, device=planes.device) + 0.5, indexing="ij")
    points = torch.stack([x, y, torch.ones_like(x)]).reshape(3, -1)
    u, v, z = (rows[:, :9].view(b, 3, 3) @ points).view(b, 3, h, w).unbind(1)
    grid = torch.stack([u / z * (2 / w) - 1, v / z * (2 / h) - 1], -1)
    inside = (grid.abs() <= 1).all(-1)[:, None]
    sampled = F.grid_sample(planes, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return torch.where(inside, sampled, rows[:, 9:12, None, None])


def blur(planes, share, sigma):
    """Mixes each picture with a blurred copy of itself; sigma is the batch's."""
    b, _, h, w = planes.shape
    radius = max(1, math.ceil(2 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1, device=planes.device) / sigma) ** 2)
    taps = (taps / taps.sum()).view(1, 1, -1, 1)
    flat = F.pad(planes.view(b * 3, 1, h, w), (radius,) * 4, mode="replicate")
    soft = F.conv2d(F.conv2d(flat, taps), taps.transpose(2, 3)).view(b, 3, h, w)
    return torch.lerp(planes, soft, share[:, None, None, None])


def tone(planes, rows):
    """Gain, offset, a soft shadow across the picture, noise and inversion."""
    b, _, h, w = planes.shape
    at = lambda i: rows[:, i, None, None, None]
    x = torch.linspace(-1, 1, w, device=planes.device)[None, None, None, :]
    y = torch.linspace(-1, 1, h, device=planes.device)[None, None, :, None]
    shadow = 1 - at(16) * torch.sigmoid(3 * (x * torch.cos(at(17)) + y * torch.sin(at(17))))
    planes = torch.where(at(18) > 0, 255 - planes, planes)
    return planes * (at(13) * shadow) + at(14) + at(15) * torch.randn(planes.shape, device=planes.device, dtype=planes.dtype)


def dct_matrix(device):
    """[64, 64]: the two-dimensional DCT of flattened 8x8 blocks as one matrix."""
    k = torch.arange(8, device=device, dtype=torch.float32)
    m = torch.cos(math.pi * (2 * k[None] + 1) * k[:, None] / 16) * 0.5
    m[0] *= 0.5**0.5
    return torch.kron(m, m)


def quantise(plane, table, dct):
    """8x8 block DCT of [B, h, w] (sides multiples of 8), rounded by table [B, 8, 8], and back."""
    b, h, w = plane.shape
    blocks = plane.view(b, h // 8, 8, w // 8, 8).permute(0, 1, 3, 2, 4).reshape(b, -1, 64)
    table = table.reshape(b, 1, 64)
    coded = torch.round(blocks @ dct.T / table) * table
    return (coded @ dct).view(b, h // 8, w // 8, 8, 8).permute(0, 1, 3, 2, 4).reshape(b, h, w)


def jpeg(planes, quality):
    """What JPEG with 4:2:0 chroma does to RGB planes [B, 3, h, w] at the given qualities [B]."""
    b, _, h, w = planes.shape
    padded = F.pad(planes, (0, -w % 16, 0, -h % 16), mode="replicate")
    r, g, bl = padded.unbind(1)
    y = 0.299 * r + 0.587 * g + 0.114 * bl
    cb, cr = (bl - y) * 0.564, (r - y) * 0.713
    scale = torch.where(quality < 50, 50 / quality, 2 - quality / 50)[:, None, None]
    luma, chroma = ((torch.from_numpy(t).to(planes.device) * scale).round().clamp(1, 255) for t in (LUMA, CHROMA))
    dct = dct_matrix(planes.device)
    half = lambda p: F.avg_pool2d(p[:, None], 2)[:, 0]
    double = lambda p: F.interpolate(p[:, None], scale_factor=2, mode="bilinear", align_corners=False)[:, 0]
    y = quantise(y - 128, luma, dct) + 128
    cb, cr = (double(quantise(half(c), chroma, dct)) for c in (cb, cr))
    out = torch.stack([y + 1.403 * cr, y - 0.344 * cb - 0.714 * cr, y + 1.773 * cb], 1)
    return out[:, :, :h, :w]


def apply(planes, rows, effects, scale):
    """Applies a batch's effects to float planes [B, 3, h, w]; `scale` is the resize that follows."""
    if "warp" in effects:
        planes = warp(planes, rows)
    if "blur" in effects:
        planes = blur(planes, rows[:, 12], 0.75 / min(1.0, scale))
    if "tone" in effects:
        planes = tone(planes, rows)
    planes = planes.clamp(0, 255)
    return jpeg(planes, rows[:, 19]).clamp(0, 255) if "jpeg" in effects else planes
