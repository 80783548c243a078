# SPDX-License-Identifier: Apache-2.0
"""Drawing primitives: colours, backgrounds, shapes and text, with the boxes the dense labels need.

Nothing here knows of questions or of models. Every random choice comes from the `random.Random`
or `numpy.random.Generator` that the caller passes in, so a picture is a function of its seed.
"""

import functools
import math
import pathlib
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Every named colour has a centre and a jitter that keeps it apart from its neighbours.
COLOURS = {
    "red": (215, 30, 35),
    "orange": (250, 140, 15),
    "yellow": (250, 225, 40),
    "green": (30, 150, 55),
    "blue": (35, 75, 210),
    "purple": (125, 40, 160),
    "pink": (250, 140, 190),
    "black": (18, 18, 18),
    "white": (246, 246, 246),
    "grey": (128, 128, 128),
}
COLOUR_NAMES = list(COLOURS)
COLOUR_JITTER = 14
KINDS = ["circle", "square", "triangle", "star", "heart", "cross", "diamond", "ring"]


@dataclass
class Glyph:
    """One drawn character: its box in canvas pixels, its line and its place in the line."""

    char: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    index: int


@dataclass
class Shape:
    """One drawn object: kind, colour name, centre and half width in canvas pixels."""

    kind: str
    colour: str
    x: float
    y: float
    radius: float


@dataclass
class Canvas:
    """A picture in the making with the truth about what was drawn on it."""

    image: Image.Image
    background: tuple
    glyphs: list = field(default_factory=list)
    shapes: list = field(default_factory=list)
    lines: int = 0

    @property
    def size(self):
        return self.image.size


def jitter(rng, rgb, amount=COLOUR_JITTER):
    return tuple(min(255, max(0, c + rng.randint(-amount, amount))) for c in rgb)


def distance(a, b):
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)))


def luminance(rgb):
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


@functools.lru_cache(maxsize=64)
def _noise_field(index):
    """A zero-mean blotchy field of 64x64, one of a fixed pool."""
    gen = np.random.default_rng(7000 + index)
    coarse = Image.fromarray(gen.integers(0, 255, (9, 9), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((64, 64), Image.BICUBIC), np.float32) - 127
    return smooth + 0.4 * gen.normal(0, 40, (64, 64)).astype(np.float32)


def random_background_colour(rng):
    if rng.random() < 0.45:
        level = rng.randint(200, 255)
        return jitter(rng, (level, level, level), 10)
    return tuple(rng.randint(0, 255) for _ in range(3))


def new_canvas(rng, size):
    """A canvas of `size` (w, h) with a plain, gradient or blotchy background."""
    base = random_background_colour(rng)
    style = rng.random()
    if style < 0.55:
        return Canvas(Image.new("RGB", size, base), base)
    if style < 0.8:
        other = jitter(rng, base, 45)
        corners = np.array([[base, other], [jitter(rng, base, 25), jitter(rng, other, 25)]], np.uint8)
        return Canvas(Image.fromarray(corners).resize(size, Image.BILINEAR), base)
    amount = rng.uniform(0.08, 0.35)
    field_ = _noise_field(rng.randrange(64))[:, :, None] * amount + np.array(base, np.float32)
    small = Image.fromarray(np.clip(field_, 0, 255).astype(np.uint8))
    return Canvas(small.resize(size, Image.BILINEAR), base)


def contrasting_colours(background, threshold=95):
    """Names of the colours that can be told from `background`."""
    return [n for n, rgb in COLOURS.items() if distance(rgb, background) > threshold]


def _star(x, y, r, turn):
    points = []
    for i in range(10):
        radius = r if i % 2 == 0 else r * 0.42
        angle = turn - math.pi / 2 + i * math.pi / 5
        points.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
    return points


def _rotated(points, x, y, turn):
    c, s = math.cos(turn), math.sin(turn)
    return [(x + px * c - py * s, y + px * s + py * c) for px, py in points]


@functools.lru_cache(maxsize=1)
def _heart_outline():
    outline = []
    for i in range(28):
        t = 2 * math.pi * i / 28
        outline.append((math.sin(t) ** 3,
                        -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16))
    return outline


def draw_shape(canvas, rng, kind, colour, x, y, radius):
    """Draws one filled shape and records it."""
    draw = ImageDraw.Draw(canvas.image)
    fill = jitter(rng, COLOURS[colour])
    turn = rng.uniform(-0.16, 0.16)
    r = radius
    if kind == "circle":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
    elif kind == "ring":
        draw.ellipse((x - r, y - r, x + r, y + r), outline=fill, width=max(3, int(r * 0.36)))
    elif kind == "square":
        a = r * 0.88
        draw.polygon(_rotated([(-a, -a), (a, -a), (a, a), (-a, a)], x, y, turn), fill=fill)
    elif kind == "diamond":
        draw.polygon(_rotated([(0, -r), (r * 0.72, 0), (0, r), (-r * 0.72, 0)], x, y, turn), fill=fill)
    elif kind == "triangle":
        draw.polygon(_rotated([(0, -r), (r * 0.95, r * 0.8), (-r * 0.95, r * 0.8)], x, y, turn), fill=fill)
    elif kind == "star":
        draw.polygon(_star(x, y, r, turn), fill=fill)
    elif kind == "heart":
        draw.polygon(_rotated([(px * r, py * r) for px, py in _heart_outline()], x, y, turn), fill=fill)
    elif kind == "cross":
        a = r * 0.33
        arms = [(-a, -r), (a, -r), (a, -a), (r, -a), (r, a), (a, a), (a, r), (-a, r), (-a, a), (-r, a), (-r, -a), (-a, -a)]
        draw.polygon(_rotated(arms, x, y, turn), fill=fill)
    else:
        raise ValueError(f"unknown shape kind {kind}")
    canvas.shapes.append(Shape(kind, colour, x, y, radius))


class FontBook:
    """The font files of one split ("train" or "held_out"), opened at most once per size.

    `root` is the folder that holds `usr/share/fonts`; the table is fonts.tsv beside this file.
    """

    def __init__(self, root, split):
        table = pathlib.Path(__file__).with_name("fonts.tsv").read_text().splitlines()
        rows = [line.split("\t") for line in table if line and not line.startswith("#")]
        base = pathlib.Path(root) / "usr/share/fonts"
        self.families = [[str(base / f) for f in row[4].split(";")] for row in rows if row[2] == split]
        self._open = functools.lru_cache(maxsize=4000)(self._load)

    @staticmethod
    def _load(path, size):
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)

    def pick(self, rng):
        return rng.choice(rng.choice(self.families))

    def open(self, path, size):
        # Sizes are rounded to even pixels so that a worker keeps few faces open.
        return self._open(path, max(8, int(size) // 2 * 2))

    def fit(self, path, text, size, width):
        """The face at `size`, or smaller so that `text` is at most `width` pixels wide."""
        face = self.open(path, size)
        actual = face.getlength(text)
        if actual > width:
            face = self.open(path, size * width / actual - 1)
        return face


def draw_text(canvas, face, text, x, y, fill, line=None):
    """Draws `text` with its top-left ink origin near (x, y); records one Glyph per visible character."""
    ImageDraw.Draw(canvas.image).text((x, y), text, font=face, fill=fill, anchor="lt")
    box = face.getbbox(text, anchor="lt")
    line = canvas.lines if line is None else line
    left = x
    for i, char in enumerate(text):
        right = x + face.getlength(text[: i + 1])
        if char != " ":
            canvas.glyphs.append(Glyph(char, left, y, right, y + box[3], line, i))
        left = right
    canvas.lines = max(canvas.lines, line + 1)
    return box[2], box[3]


def text_size(face, text):
    box = face.getbbox(text, anchor="lt")
    return max(box[2], face.getlength(text)), box[3]


def ink_for(rng, background):
    """A text colour that stands out from `background`."""
    for _ in range(6):
        ink = rng.choice([(15, 15, 15), (250, 250, 250), tuple(rng.randint(0, 255) for _ in range(3))])
        if abs(luminance(ink) - luminance(background)) > 85:
            return ink
    return (10, 10, 10) if luminance(background) > 127 else (250, 250, 250)
