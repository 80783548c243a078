# SPDX-License-Identifier: Apache-2.0
"""A contact sheet of generated pictures with their questions and answers, to be looked at.

    python data/preview.py --assets build/train-assets --out sheet.png [--name receipt] [--count 12] [--level 1]
"""

import argparse
import pathlib
import random
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from data import mix  # noqa: E402
from data.phrasing import NOT_SHOWN  # noqa: E402
from data.world import World  # noqa: E402
from dataset import choose_size  # noqa: E402

CELL_W, PICTURE_H, TEXT_H = 460, 340, 190


def size_for(rng, name):
    low, high = mix.MIX[name].aspect
    while True:
        size = choose_size(rng)
        if low <= size[0] / size[1] <= high:
            return size


def cell(rng, world, name, level, face):
    size = size_for(rng, name)
    canvas, questions, name = mix.compose(rng, world, size, level, name)
    image = Image.fromarray(np.ascontiguousarray(canvas.array[..., :3]))
    image.thumbnail((CELL_W - 8, PICTURE_H - 8), Image.LANCZOS)
    out = Image.new("RGB", (CELL_W, PICTURE_H + TEXT_H), (250, 250, 250))
    out.paste(image, (4, 4))
    lines = [f"[{name}] {size[0]}x{size[1]}"]
    for q in rng.sample(questions, min(8, len(questions))):
        lines += textwrap.wrap(f"{q.question} > {q.answer or NOT_SHOWN}", 74, subsequent_indent="    ")
    draw = ImageDraw.Draw(out)
    for i, line in enumerate(lines[:13]):
        draw.text((4, PICTURE_H + i * 14), line, font=face, fill=(0, 0, 0))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", help="one generator; all of the mix by default")
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--level", type=float, default=1.0)
    parser.add_argument("--seed", default="preview")
    args = parser.parse_args()
    world = World(args.assets)
    face = ImageFont.load_default(12)
    names = [args.name] * args.count if args.name else [n for n in mix.MIX for _ in range(max(1, args.count // 12))]
    cells = [cell(random.Random(f"{args.seed}/{i}"), world, n, args.level, face) for i, n in enumerate(names)]
    columns = 4
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * CELL_W, rows * (PICTURE_H + TEXT_H)), (200, 200, 200))
    for i, c in enumerate(cells):
        sheet.paste(c, ((i % columns) * CELL_W, (i // columns) * (PICTURE_H + TEXT_H)))
    sheet.save(args.out)


if __name__ == "__main__":
    main()
