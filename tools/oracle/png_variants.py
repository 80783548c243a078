# SPDX-License-Identifier: Apache-2.0
"""PNG files of every colour type with the RGB bytes a decoder must produce, by the rules below and not by a decoder.

Rules: 16-bit samples keep their high byte; samples of 1, 2 and 4 bits are scaled by 255 / (2**bits - 1); a tRNS colour
key is compared at full depth and makes a pixel fully transparent; alpha is composited over white with
out = (c*a + 255*(255-a) + 127) // 255; gAMA, cHRM, sRGB and iCCP are ignored.
"""

import struct
from dataclasses import dataclass

import numpy as np

from pictures import gradient
from png_writer import GREY, GREY_ALPHA, PALETTE, RGB, RGBA, png

HEIGHT, WIDTH = 17, 23


@dataclass
class Variant:
    name: str
    data: bytes
    rgb: np.ndarray  # [height, width, 3] uint8
    pillow_agrees: bool  # no alpha and at most 8 bits, so Pillow must agree byte for byte


def over_white(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    c, a = rgb.astype(np.int64), alpha.astype(np.int64)
    return ((c * a + 255 * (255 - a) + 127) // 255).astype(np.uint8)


def _grey_to_rgb(grey: np.ndarray) -> np.ndarray:
    return np.repeat(grey.astype(np.uint8), 3, axis=-1)


def png_variants() -> list[Variant]:
    rng = np.random.Generator(np.random.PCG64(30))
    rgb = np.asarray(gradient(WIDTH, HEIGHT, 31)).astype(np.int64)
    deep = rgb * 256 + rng.integers(0, 256, rgb.shape)
    alpha = rng.integers(0, 256, (HEIGHT, WIDTH, 1))
    alpha[:2], alpha[2:4] = 0, 255
    return [*_opaque(rgb, deep), *_sub_byte(rng), *_palettes(rng), *_with_alpha(rgb, deep, alpha), *_keyed(rgb, deep)]


def _opaque(rgb, deep) -> list[Variant]:
    u8 = rgb.astype(np.uint8)
    gamma = ((b"gAMA", struct.pack(">I", 100000)),)
    return [
        Variant("rgb8", png(rgb, RGB, 8), u8, True),
        Variant("rgb8_interlaced", png(rgb, RGB, 8, interlaced=True), u8, True),
        Variant("rgb8_gamma_ignored", png(rgb, RGB, 8, chunks=gamma), u8, True),
        Variant("rgb16", png(deep, RGB, 16), u8, False),
        Variant("rgb16_interlaced", png(deep, RGB, 16, interlaced=True), u8, False),
        Variant("grey8", png(rgb[..., :1], GREY, 8), _grey_to_rgb(rgb[..., :1]), True),
        Variant("grey16", png(deep[..., :1], GREY, 16), _grey_to_rgb(rgb[..., :1]), False),
    ]


def _sub_byte(rng) -> list[Variant]:
    out = []
    for bits in (1, 2, 4):
        samples = rng.integers(0, 2**bits, (HEIGHT, WIDTH, 1))
        expected = _grey_to_rgb(samples * 255 // (2**bits - 1))
        out.append(Variant(f"grey{bits}", png(samples, GREY, bits), expected, True))
        out.append(Variant(f"grey{bits}_interlaced", png(samples, GREY, bits, interlaced=True), expected, True))
    return out


def _palettes(rng) -> list[Variant]:
    out = []
    for bits, colours in ((1, 2), (2, 4), (4, 11), (8, 200)):
        table = rng.integers(0, 256, (colours, 3))
        alphas = rng.integers(0, 256, max(colours // 2, 1))
        index = rng.integers(0, colours, (HEIGHT, WIDTH, 1))
        palette = (b"PLTE", table.astype(np.uint8).tobytes())
        plain = table[index[..., 0]].astype(np.uint8)
        out.append(Variant(f"palette{bits}", png(index, PALETTE, bits, chunks=(palette,)), plain, True))
        opacity = np.concatenate([alphas, np.full(colours - len(alphas), 255)])[index]
        chunks = (palette, (b"tRNS", alphas.astype(np.uint8).tobytes()))
        out.append(Variant(f"palette{bits}_trns", png(index, PALETTE, bits, chunks=chunks),
                           over_white(plain, opacity), False))
    return out


def _with_alpha(rgb, deep, alpha) -> list[Variant]:
    deep_alpha = np.where(alpha == 255, 65535, alpha * 256 + 77)
    grey, expected = rgb[..., :1], over_white(rgb, alpha)
    expected_grey = over_white(_grey_to_rgb(grey), alpha)
    both = lambda colour, opacity: np.concatenate([colour, opacity], -1)
    return [
        Variant("rgba8", png(both(rgb, alpha), RGBA, 8), expected, False),
        Variant("rgba8_interlaced", png(both(rgb, alpha), RGBA, 8, interlaced=True), expected, False),
        Variant("rgba16", png(both(deep, deep_alpha), RGBA, 16), expected, False),
        Variant("grey_alpha8", png(both(grey, alpha), GREY_ALPHA, 8), expected_grey, False),
        Variant("grey_alpha16", png(both(deep[..., :1], deep_alpha), GREY_ALPHA, 16), expected_grey, False),
    ]


def _keyed(rgb, deep) -> list[Variant]:
    """One pixel's own value is the key; the 16-bit key must not match its neighbours that share the high byte."""
    rgb, deep = rgb.copy(), deep.copy()
    rgb[5, 3:9], deep[5, 3:9] = rgb[5, 3], rgb[5, 3] * 256 + 9
    deep[5, 6:9] += 1
    return [_key_variant("rgb8_trns", rgb, RGB, 8), _key_variant("rgb16_trns", deep, RGB, 16),
            _key_variant("grey8_trns", rgb[..., :1], GREY, 8)]


def _key_variant(name: str, samples, colour: int, bits: int) -> Variant:
    key = samples[5, 3]
    data = png(samples, colour, bits, chunks=((b"tRNS", struct.pack(f">{len(key)}H", *map(int, key))),))
    shown = samples >> 8 if bits == 16 else samples
    opacity = np.where((samples == key).all(-1, keepdims=True), 0, 255)
    full = _grey_to_rgb(shown) if shown.shape[-1] == 1 else shown
    return Variant(name, data, over_white(full, opacity), False)
