# SPDX-License-Identifier: Apache-2.0
"""Copies of the beginnings of sets whose pictures have suffered: one set a way.

    python degrade.py build/card/*/set.jsonl --out build/card/degraded [--limit 30]

Needs Pillow and numpy. The questions and answers stay as they are; what a turn by five degrees cuts off is in the corners.
"""

import argparse
import io
import json
import multiprocessing
import pathlib

import numpy as np
from PIL import Image, ImageFilter, ImageOps


def jpeg(image):
    data = io.BytesIO()
    image.save(data, "JPEG", quality=30)
    return Image.open(data).convert("RGB")


def scaled(factor):
    return lambda image: image.resize([max(1, round(side * factor)) for side in image.size], Image.LANCZOS)


def turned(degrees):
    return lambda image: image.rotate(degrees, Image.BICUBIC, fillcolor=image.getpixel((0, 0)))


def dark(image):
    """Light and dark change places, hues stay."""
    hue, saturation, _ = image.convert("HSV").split()
    lightness = ImageOps.invert(image.convert("L"))
    return Image.merge("HSV", (hue, saturation, lightness)).convert("RGB")


def noise(image):
    """Gaussian noise of 12 grey levels, each channel its own."""
    grain = np.random.default_rng(0).normal(0, 12, (*image.size[::-1], 3))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


WAYS = {"plain": lambda image: image, "jpeg-q30": jpeg, "blur": lambda image: image.filter(ImageFilter.GaussianBlur(1.0)), "noise": noise, "turned-5": turned(5), "turned-minus-5": turned(-5), "half": scaled(0.5),
        "double": scaled(2.0), "dark": dark}


def change_one(way, source, target):
    WAYS[way](Image.open(source).convert("RGB")).save(target)


def degraded(sets, way, folder, limit):
    """Writes the first `limit` questions of each set (0 = all) as one set; its pictures: (way, source, target) of each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, pictures = [], []
    for path in sets:
        for item in list(map(json.loads, path.read_text().splitlines()))[:limit or None]:
            name = f"{path.resolve().parent.name}-{item['image']}"
            pictures.append((way, path.parent / item["image"], folder / name))
            lines.append(json.dumps(item | {"image": name}))
    (folder / "set.jsonl").write_text("\n".join(lines) + "\n")
    return pictures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=pathlib.Path, nargs="+")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    args = parser.parse_args()
    pictures = [picture for way in WAYS for picture in degraded(args.sets, way, args.out / way, args.limit)]
    with multiprocessing.get_context("fork").Pool(args.jobs) as pool:
        pool.starmap(change_one, pictures, chunksize=16)


if __name__ == "__main__":
    main()
