# SPDX-License-Identifier: Apache-2.0
"""Seeded test pictures: smooth gradients with edges, and noise, so that every resampling tap matters."""

import numpy as np
from PIL import Image


def gradient(width: int, height: int, seed: int) -> Image.Image:
    """A colour gradient with a few hard-edged boxes and a little noise; RGB."""
    rng = np.random.Generator(np.random.PCG64([seed, width, height]))
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), (x * 7 + y * 3) % 256]
    pixels = np.stack(planes, -1).astype(np.int64)
    for _ in range(4):
        left, top = rng.integers(0, width), rng.integers(0, height)
        right, bottom = left + rng.integers(1, width // 2 + 2), top + rng.integers(1, height // 2 + 2)
        pixels[top:bottom, left:right] = rng.integers(0, 256, 3)
    pixels += rng.integers(-6, 7, pixels.shape)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "RGB")


def noise(width: int, height: int, seed: int) -> Image.Image:
    """Uniform RGB noise: overshoot and clipping in every bicubic output."""
    rng = np.random.Generator(np.random.PCG64([seed, width, height]))
    return Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8), "RGB")


def smooth(width: int, height: int) -> Image.Image:
    """A noiseless picture that compresses well at camera size; RGB."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x // 5) % 256, (y // 3) % 256, np.where((x // 40 + y // 40) % 2, 220, 30)]
    return Image.fromarray(np.stack(planes, -1).astype(np.uint8), "RGB")
