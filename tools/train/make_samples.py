# SPDX-License-Identifier: Apache-2.0
"""Draws samples/images: pictures in fonts, words, numbers and combinations that training never saw.

    python make_samples.py --assets build/train-assets --out samples/images
"""

import argparse
import pathlib
import random

import numpy as np
from PIL import Image

from data import mix
from data.canvas import Canvas
from data.shapes import draw_shape
from data.world import World

PRICES = [("BACON", "4.80"), ("TOMATO", "2.30"), ("CARROT", "1.95"), ("COCOA", "1.60")]


class Studio:
    """The held-out split, its fonts by file name, and a fixed source of small jitter."""

    def __init__(self, assets):
        self.world, self.rng = World(assets, held_out=True), random.Random(7)
        self.book = self.world.fonts
        self.paths = {pathlib.Path(p).stem: p for family in self.book.families for p in family}

    def face(self, stem, size):
        return self.book.open(self.paths[stem], size)

    def canvas(self, width, height, colour):
        return Canvas((width, height), colour)

    def shapes(self, canvas, rows):
        for kind, colour, x, y, radius in rows:
            draw_shape(self.rng, canvas, kind, colour, x, y, radius)


def picture(canvas):
    return Image.fromarray(np.ascontiguousarray(canvas.array[..., :3]))


def receipt(studio):
    canvas = studio.canvas(640, 480, (96, 120, 140))
    canvas.box(90, 12, 550, 468, (246, 244, 238))
    ink = (35, 35, 45)
    face = studio.face("OpenSans-Regular", 40)
    canvas.text(studio.face("OpenSans-Bold", 46), "CORNER STORE", canvas.w / 2, 38, ink, "m")
    total = sum(int(p.replace(".", "")) for _, p in PRICES)
    rows = PRICES + [("TOTAL", f"{total // 100}.{total % 100:02d}")]
    for i, (label, price) in enumerate(rows):
        y = 112 + i * 70
        canvas.text(face, label, 125, y, ink)
        canvas.text(face, price, 515, y, ink, "r")
    return picture(canvas)


def sign(studio):
    canvas = studio.canvas(600, 400, (170, 205, 235))
    canvas.box(60, 70, 540, 330, (20, 110, 60), (250, 250, 250), 8, 26)
    canvas.text(studio.face("Manrope-Bold", 80), "SOUTH", canvas.w / 2, 110, (250, 250, 250), "m")
    canvas.text(studio.face("Manrope-Bold", 80), "2341", canvas.w / 2, 220, (250, 250, 250), "m")
    return picture(canvas)


def note(studio):
    canvas = studio.canvas(420, 560, (250, 232, 150))
    face = studio.face("GentiumPlus-Bold", 66)
    for i, word in enumerate(["Carrot", "Jelly", "Bacon"]):
        canvas.text(face, word, 50, 90 + 140 * i, (30, 40, 110))
    return picture(canvas)


def shapes(studio):
    canvas = studio.canvas(640, 480, (232, 236, 240))
    studio.shapes(canvas, [("star", "red", 120, 110, 75), ("heart", "purple", 510, 120, 72), ("cross", "grey", 330, 360, 80)])
    return picture(canvas)


def counting(studio):
    canvas = studio.canvas(512, 512, (245, 240, 225))
    studio.shapes(canvas, [("circle", "red", 90, 95, 55), ("circle", "red", 260, 90, 60), ("circle", "red", 420, 260, 58),
                           ("circle", "red", 95, 420, 52), ("triangle", "blue", 420, 90, 58), ("triangle", "blue", 260, 260, 60),
                           ("triangle", "blue", 420, 420, 60)])
    return picture(canvas)


def poster(studio):
    canvas = studio.canvas(800, 400, (40, 45, 60))
    studio.shapes(canvas, [("ring", "purple", 140, 130, 85), ("heart", "white", 400, 130, 85), ("heart", "white", 655, 130, 85)])
    canvas.text(studio.face("RobotoSlab-Bold", 84), "TOMATO 759", canvas.w / 2, 280, (250, 225, 60), "m")
    return picture(canvas)


def drawn(studio, name, seed, size):
    """A picture of one of the generators."""
    return picture(mix.compose(random.Random(seed), studio.world, size, 1.0, name)[0])


DRAWN = {"chart": ("bars", "sample/bars/2", (640, 480)), "window": ("settings", "sample/settings/0", (480, 360)), "clock": ("clock", "sample/clock/1", (360, 360)),
         "scene": ("scene", "sample/scene/1", (640, 480))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    studio, out = Studio(args.assets), pathlib.Path(args.out)
    for draw in (receipt, sign, note, shapes, counting):
        draw(studio).save(out / f"{draw.__name__}.png", optimize=True)
    for file, how in DRAWN.items():
        drawn(studio, *how).save(out / f"{file}.png", optimize=True)
    poster(studio).save(out / "poster.jpg", quality=92)


if __name__ == "__main__":
    main()
