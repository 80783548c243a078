# SPDX-License-Identifier: Apache-2.0
"""Records vision-language goldens: pixel values, packed features and end-to-end logits of a tiny checkpoint."""

from pathlib import Path

import numpy as np
from transformers.image_processing_utils import select_best_resolution

from checkpoints import original_config
from common import fresh_folder, save_f32, save_json
from model_folder import write_model
from pictures import gradient, noise
from recurrence import Recurrence
from vision_float64 import VisionFloat64
from vl_checkpoints import (IMAGE_TOKEN, PINPOINTS, TEXT, TILE, native_vl_config, original_vl_config,
                            random_vl_tensors, to_native_vl)
from vl_model import ImageProcessor, VisionLanguageOracle, fitted_size

SEED = 3
PICTURES = {
    "wide": gradient(150, 40, 1),
    "tall": gradient(33, 101, 2),
    "square": gradient(84, 84, 3),
    "odd": noise(61, 47, 4),
    "dot": noise(1, 1, 5),
    "large": gradient(300, 200, 6),
}
PROMPTS = [
    {"name": "wide_then_text", "images": ["wide"]},
    {"name": "dot_then_text", "images": ["dot"]},
    {"name": "two_images", "images": ["odd", "tall"]},
]
GREEDY_TOKENS = 12


def record(out: Path) -> None:
    root = fresh_folder(out / "vl")
    tensors = random_vl_tensors(SEED)
    write_model(root / "model_original", original_vl_config(), tensors, "bf16")
    write_model(root / "model_native", native_vl_config(), to_native_vl(tensors), "bf16")
    oracle = VisionLanguageOracle(native_vl_config(), to_native_vl(tensors))
    processor = ImageProcessor(TILE, PINPOINTS)
    judge = VisionFloat64(original_vl_config(), tensors)
    for name in ("images", "pixel_values", "features", "logits"):
        fresh_folder(root / name)
    images = [_record_image(root, name, oracle, processor, judge) for name in PICTURES]
    prompts = [_record_prompt(root, prompt, oracle, processor, tensors) for prompt in PROMPTS]
    save_json(root / "cases.json", {
        "models": ["model_original", "model_native"], "seed": SEED, "tile": TILE, "image_token": IMAGE_TOKEN,
        "pinpoints": PINPOINTS, "images": images, "prompts": prompts})


def _size(name: str) -> tuple[int, int]:
    return PICTURES[name].height, PICTURES[name].width


def _record_image(root: Path, name: str, oracle, processor, judge) -> dict:
    PICTURES[name].save(root / "images" / f"{name}.png", optimize=True)
    pixels = processor.pixel_values(PICTURES[name])
    features = oracle.features(pixels, _size(name))
    best = select_best_resolution(_size(name), PINPOINTS)
    exact = judge.features(pixels, _size(name), (best[0] // TILE, best[1] // TILE))
    save_f32(root / "pixel_values" / f"{name}.npy", pixels)
    save_f32(root / "features" / f"{name}.npy", features)
    return {
        "name": name, "file": f"images/{name}.png", "height": _size(name)[0], "width": _size(name)[1],
        "best_resolution": list(best), "resized": list(fitted_size(_size(name), best)), "patches": len(pixels),
        "tokens": len(features), "pixel_values": f"pixel_values/{name}.npy", "features": f"features/{name}.npy",
        "features_vs_float64": float(f"{np.abs(features - exact).max():.3g}"),
    }


def _record_prompt(root: Path, prompt: dict, oracle, processor, tensors: dict) -> dict:
    names = prompt["images"]
    pixels, sizes = [processor.pixel_values(PICTURES[n]) for n in names], [_size(n) for n in names]
    features = [oracle.features(p, s) for p, s in zip(pixels, sizes)]
    rng = np.random.Generator(np.random.PCG64([SEED, len(names), sizes[0][0]]))
    words = lambda count: [int(i) for i in rng.integers(0, IMAGE_TOKEN, count)]
    ids = words(3)
    for packed in features:
        ids += [IMAGE_TOKEN] * len(packed) + words(4)
    logits = oracle.logits(ids, pixels, sizes)
    save_f32(root / "logits" / f"{prompt['name']}.npy", logits)
    tokens, margin = _greedy(oracle, ids, pixels, sizes)
    return prompt | {
        "ids": ids, "logits": f"logits/{prompt['name']}.npy", "greedy": tokens, "min_margin": margin,
        "logits_vs_float64": float(f"{np.abs(logits - _exact_logits(tensors, ids, features)).max():.3g}"),
    }


def _greedy(oracle, prompt: list[int], pixels, sizes) -> tuple[list[int], float]:
    ids, margin = list(prompt), float("inf")
    for _ in range(GREEDY_TOKENS):
        last = oracle.logits(ids, pixels, sizes)[-1].copy()
        last[IMAGE_TOKEN] = -np.inf  # a placeholder is never a word
        second, first = np.partition(last, -2)[-2:]
        margin = min(margin, float(first - second))
        ids.append(int(last.argmax()))
    return ids[len(prompt):], float(f"{margin:.3g}")


def _exact_logits(tensors: dict, ids: list[int], features: list[np.ndarray]) -> np.ndarray:
    prefix = "language_model."
    text = {n.removeprefix(prefix): a for n, a in tensors.items() if n.startswith(prefix)}
    judge = Recurrence(original_config(TEXT), text)
    embedded = judge.weights["model.embed_tokens.weight"][ids]
    embedded[np.array(ids) == IMAGE_TOKEN] = np.concatenate(features).astype(np.float64)
    return judge.logits_of(embedded)
