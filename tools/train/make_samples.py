# SPDX-License-Identifier: Apache-2.0
"""Draws samples/images: pictures in fonts, words, numbers and combinations that training never saw.

    python make_samples.py --assets .train/root --out samples/images
"""

import argparse
import pathlib
import random

from PIL import Image, ImageDraw

import render

PRICES = [("BACON", "4.80"), ("TOMATO", "2.30"), ("CARROT", "1.95"), ("COCOA", "1.60")]


class Studio:
    """Held-out fonts by file name, and a fixed source of small jitter."""

    def __init__(self, assets):
        book = render.FontBook(assets, "held_out")
        self.book, self.rng = book, random.Random(7)
        self.paths = {pathlib.Path(p).stem: p for family in book.families for p in family}

    def face(self, stem, size):
        return self.book.open(self.paths[stem], size)

    def canvas(self, width, height, colour):
        return render.Canvas(Image.new("RGB", (width, height), colour), colour)

    def centred(self, canvas, face, text, y, ink):
        width, _ = render.text_size(face, text)
        render.draw_text(canvas, face, text, int((canvas.size[0] - width) / 2), y, ink)

    def shapes(self, canvas, rows):
        for kind, colour, x, y, radius in rows:
            render.draw_shape(canvas, self.rng, kind, colour, x, y, radius)


def receipt(studio):
    canvas = studio.canvas(640, 480, (96, 120, 140))
    ImageDraw.Draw(canvas.image).rectangle((90, 12, 550, 468), fill=(246, 244, 238))
    ink = (35, 35, 45)
    face = studio.face("OpenSans-Regular", 40)
    studio.centred(canvas, studio.face("OpenSans-Bold", 46), "CORNER STORE", 38, ink)
    total = sum(int(p.replace(".", "")) for _, p in PRICES)
    rows = PRICES + [("TOTAL", f"{total // 100}.{total % 100:02d}")]
    for i, (label, price) in enumerate(rows):
        y = 112 + i * 70
        render.draw_text(canvas, face, label, 125, y, ink)
        width, _ = render.text_size(face, price)
        render.draw_text(canvas, face, price, int(515 - width), y, ink)
    return canvas.image


def sign(studio):
    canvas = studio.canvas(600, 400, (170, 205, 235))
    ImageDraw.Draw(canvas.image).rounded_rectangle((60, 70, 540, 330), 26, fill=(20, 110, 60), outline=(250, 250, 250), width=8)
    studio.centred(canvas, studio.face("Manrope-Bold", 80), "SOUTH", 110, (250, 250, 250))
    studio.centred(canvas, studio.face("Manrope-Bold", 80), "2341", 220, (250, 250, 250))
    return canvas.image


def note(studio):
    canvas = studio.canvas(420, 560, (250, 232, 150))
    face = studio.face("GentiumPlus-Bold", 66)
    for i, word in enumerate(["Carrot", "Jelly", "Bacon"]):
        render.draw_text(canvas, face, word, 50, 90 + 140 * i, (30, 40, 110))
    return canvas.image


def shapes(studio):
    canvas = studio.canvas(640, 480, (232, 236, 240))
    studio.shapes(canvas, [("star", "red", 120, 110, 75), ("heart", "purple", 510, 120, 72), ("cross", "grey", 330, 360, 80)])
    return canvas.image


def counting(studio):
    canvas = studio.canvas(512, 512, (245, 240, 225))
    studio.shapes(canvas, [("circle", "red", 90, 95, 55), ("circle", "red", 260, 90, 60), ("circle", "red", 420, 260, 58),
                           ("circle", "red", 95, 420, 52), ("triangle", "blue", 420, 90, 58), ("triangle", "blue", 260, 260, 60),
                           ("triangle", "blue", 420, 420, 60)])
    return canvas.image


def poster(studio):
    canvas = studio.canvas(800, 400, (40, 45, 60))
    studio.shapes(canvas, [("ring", "purple", 140, 130, 85), ("heart", "white", 400, 130, 85), ("heart", "white", 655, 130, 85),])
    studio.centred(canvas, studio.face("RobotoSlab-Bold", 84), "TOMATO 759", 280, (250, 225, 60))
    return canvas.image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    studio, out = Studio(args.assets), pathlib.Path(args.out)
    for draw in (receipt, sign, note, shapes, counting):
        draw(studio).save(out / f"{draw.__name__}.png", optimize=True)
    poster(studio).save(out / "poster.jpg", quality=92)


if __name__ == "__main__":
    main()
