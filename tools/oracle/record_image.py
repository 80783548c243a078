# SPDX-License-Identifier: Apache-2.0
"""Records picture goldens: Pillow's bicubic resize, JPEG, PNG and WebP decoding, and any-resolution plans and tiles."""

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from transformers.image_processing_utils import select_best_resolution

from common import fresh_folder, save_json, sha256
from pictures import gradient, noise, smooth
from png_variants import png_variants
from vl_model import ImageProcessor, fitted_size, floor_unpad

REAL_TILE, REAL_PATCH = 336, 14
REAL_PINPOINTS = [[REAL_TILE * h, REAL_TILE * w] for h, widths in ((1, 6), (2, 6), (3, 6), (4, 4), (5, 3), (6, 3))
                  for w in range(1, widths + 1)]
SOURCES = {
    "gradient_37x211": gradient(37, 211, 1),
    "gradient_200x131": gradient(200, 131, 2),
    "noise_64x48": noise(64, 48, 3),
    "noise_5x3": noise(5, 3, 4),
    "dot_1x1": noise(1, 1, 5),
    "line_97x1": noise(97, 1, 6),
    "smooth_640x480": smooth(640, 480),
}
RESIZED_SIZES = [(336, 336), (1, 1), (2, 3), (7, 5), (37, 211), (64, 48), (63, 49), (100, 20), (33, 400), (255, 256),
                 (672, 504), (128, 1), (1, 128)]
STORED_OUTPUTS = [("gradient_37x211", (336, 336)), ("noise_64x48", (100, 20)), ("noise_5x3", (63, 49)),
                  ("gradient_200x131", (33, 400))]
CHECKED_TOKENS = {(336, 336): 1176, (480, 640): 2340, (640, 480): 2352, (1080, 1920): 9864, (1024, 1024): 9888,
                  (768, 1024): 7560, (100, 2000): 1736, (2016, 1008): 11088, (1008, 2016): 11016}


def record(out: Path) -> None:
    root = out / "image"
    for name in ("resize", "jpeg", "png", "webp"):
        fresh_folder(root / name)
    for name, image in SOURCES.items():
        image.save(root / "resize" / f"{name}.png", optimize=True)
    save_json(root / "resize.json", {"filter": "bicubic", "cases": _resizes(root / "resize")})
    save_json(root / "jpeg.json", {"cases": [_jpeg(root / "jpeg", *variant) for variant in _jpeg_variants()]})
    save_json(root / "png.json", {"background": [255, 255, 255], "cases": _pngs(root / "png")})
    save_json(root / "webp.json", {"background": [255, 255, 255],
                                   "cases": [_webp(root / "webp", *variant) for variant in _webp_variants()]})
    columns = ("height width best_height best_width resized_height resized_width pad_top pad_left pad_bottom pad_right "
               "patches map_rows map_columns tokens").split()
    save_json(root / "plans.json", {"tile": REAL_TILE, "patch": REAL_PATCH, "pinpoints": REAL_PINPOINTS,
                                    "columns": columns, "rows": [_plan(*size) for size in _plan_sizes()]})
    save_json(root / "tiles.json", {"tile": REAL_TILE, "pinpoints": REAL_PINPOINTS, "cases": _tiles()})


def _resizes(folder: Path) -> list[dict]:
    cases = []
    for name, image in SOURCES.items():
        for size in RESIZED_SIZES:
            resized = image.resize(size, Image.Resampling.BICUBIC)
            case = {"source": f"resize/{name}.png", "width": size[0], "height": size[1],
                    "sha256": sha256(resized.tobytes())}
            if (name, size) in STORED_OUTPUTS:
                case["output"] = f"resize/{name}_to_{size[0]}x{size[1]}.png"
                resized.save(folder.parent / case["output"], optimize=True)
            cases.append(case)
    return cases


def _jpeg_variants():
    """(name, image, Pillow save options)"""
    picture, grey = gradient(61, 43, 7), gradient(45, 39, 8).convert("L")
    yield "rgb_420", picture, dict(quality=90, subsampling="4:2:0")
    yield "rgb_422", picture, dict(quality=90, subsampling="4:2:2")
    yield "rgb_444_progressive", picture, dict(quality=92, subsampling="4:4:4", progressive=True)
    yield "rgb_420_progressive", picture, dict(quality=60, subsampling="4:2:0", progressive=True)
    yield "rgb_420_low_quality", picture, dict(quality=10, subsampling="4:2:0")
    yield "rgb_420_restart_markers", picture, dict(quality=85, subsampling="4:2:0", restart_marker_blocks=2)
    yield "rgb_keep_rgb", picture, dict(quality=90, keep_rgb=True)
    yield "grey", grey, dict(quality=90)
    yield "grey_progressive", grey, dict(quality=75, progressive=True)
    yield "cmyk_adobe", _cmyk(), dict(quality=90)
    yield "dot_1x1", noise(1, 1, 9), dict(quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation_{orientation}", gradient(40, 26, 10), dict(quality=90, subsampling="4:2:0", exif=exif)


def _cmyk() -> Image.Image:
    planes = [np.asarray(gradient(33, 29, 11)), np.asarray(gradient(33, 29, 12))[..., :1] // 3]
    return Image.frombytes("CMYK", (33, 29), np.ascontiguousarray(np.concatenate(planes, -1)).tobytes())


def _jpeg(folder: Path, name: str, image: Image.Image, options: dict) -> dict:
    path = folder / f"{name}.jpg"
    image.save(path, "JPEG", **options)
    shown = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return {"file": f"jpeg/{name}.jpg", "width": shown.width, "height": shown.height,
            "sha256": sha256(shown.tobytes())}


def _pngs(folder: Path) -> list[dict]:
    cases = []
    for variant in png_variants():
        (folder / f"{variant.name}.png").write_bytes(variant.data)
        if variant.pillow_agrees:
            _check_against_pillow(variant)
        Image.fromarray(variant.rgb).save(folder / f"{variant.name}_expected.png", optimize=True)
        height, width, _ = variant.rgb.shape
        cases.append({"file": f"png/{variant.name}.png", "width": width, "height": height,
                      "sha256": sha256(variant.rgb.tobytes()), "expected": f"png/{variant.name}_expected.png"})
    return cases


def _check_against_pillow(variant) -> None:
    """Where a picture has no alpha and at most 8 bits, Pillow must decode it to the very bytes that we expect."""
    decoded = np.asarray(Image.open(io.BytesIO(variant.data)).convert("RGB"))
    if not np.array_equal(decoded, variant.rgb):
        raise RuntimeError(f"{variant.name}: expected bytes differ from Pillow's")


def _webp_variants():
    """(name, image, Pillow save options)"""
    picture, clear = gradient(61, 43, 21), _with_alpha(gradient(45, 39, 22))
    yield "lossy", picture, dict(quality=80)
    yield "lossy_low_quality", picture, dict(quality=5)
    yield "lossy_alpha", clear, dict(quality=80)
    yield "lossless", picture, dict(lossless=True)
    yield "lossless_alpha", clear, dict(lossless=True, exact=True)
    yield "lossless_noise", noise(24, 31, 23), dict(lossless=True)
    yield "lossless_palette", picture.quantize(11).convert("RGB"), dict(lossless=True)
    yield "lossless_two_colours", picture.convert("1").convert("RGB"), dict(lossless=True)
    yield "dot_1x1", noise(1, 1, 24), dict(lossless=True)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield f"orientation_{orientation}", gradient(40, 26, 25), dict(quality=80, exif=exif)


def _with_alpha(image: Image.Image) -> Image.Image:
    """Every alpha from 0 to 255 in turn."""
    image = image.convert("RGBA")
    alpha = np.arange(image.width * image.height, dtype=np.uint32) * 7 % 256
    image.putalpha(Image.frombytes("L", image.size, alpha.astype(np.uint8).tobytes()))
    return image


def _webp(folder: Path, name: str, image: Image.Image, options: dict) -> dict:
    path = folder / f"{name}.webp"
    image.save(path, "WEBP", **options)
    shown = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGBA")).astype(np.uint32)
    colour, alpha = shown[..., :3], shown[..., 3:]
    rgb = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return {"file": f"webp/{name}.webp", "width": rgb.shape[1], "height": rgb.shape[0], "sha256": sha256(rgb.tobytes())}


def _plan_sizes() -> list[tuple[int, int]]:
    """(height, width): the check values, every pinpoint and its neighbours, extremes, and random sizes."""
    sizes = list(CHECKED_TOKENS) + [(1, 1), (1, 2), (2, 1), (1, 16384), (16384, 1), (16384, 16384), (7, 5000)]
    for height, width in REAL_PINPOINTS:
        sizes += [(height, width), (height + 1, width), (height, width - 1), (height * 2 - 1, width * 2 + 1)]
    rng = np.random.Generator(np.random.PCG64(20))
    sizes += [(int(h), int(w)) for h, w in np.exp(rng.uniform(0, np.log(9000), (160, 2))).astype(int) + 1]
    return list(dict.fromkeys(sizes))


def _plan(height: int, width: int) -> list[int]:
    best = select_best_resolution((height, width), REAL_PINPOINTS)
    resized = fitted_size((height, width), best)
    (top, bottom), (left, right) = ImageProcessor(REAL_TILE, REAL_PINPOINTS)._get_padding_size(resized, best)
    side = REAL_TILE // REAL_PATCH
    grid = best[0] // REAL_TILE, best[1] // REAL_TILE
    _, rows, columns = floor_unpad(torch.empty(1, grid[0] * side, grid[1] * side), (height, width)).shape
    tokens = side * side + rows * (columns + 1)
    if CHECKED_TOKENS.get((height, width), tokens) != tokens:
        raise RuntimeError(f"token count of {height}x{width} is not the published {CHECKED_TOKENS[height, width]}")
    return [height, width, *best, *resized, top, left, bottom, right, 1 + grid[0] * grid[1], rows, columns, tokens]


def _tiles() -> list[dict]:
    processor = ImageProcessor(REAL_TILE, REAL_PINPOINTS)
    cases = []
    for name, image in SOURCES.items():
        if 0 in fitted_size((image.height, image.width),
                            select_best_resolution((image.height, image.width), REAL_PINPOINTS)):
            continue  # transformers refuses a picture that is resized to nothing
        tiles = processor.tile_bytes(image)
        cases.append({"source": f"resize/{name}.png", "patches": len(tiles),
                      "sha256": [sha256(tile.tobytes()) for tile in tiles]})
    return cases
