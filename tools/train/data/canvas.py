# SPDX-License-Identifier: Apache-2.0
"""The canvas every generator draws on: pixels, and the truth that the dense labels need.

Pixels are uint8 [h, w, 4] (the fourth byte is unused); Pillow and OpenCV draw on the same memory.
Every random choice comes from the `random.Random` that the caller passes in.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw

from imageproc import plan

cv2.setNumThreads(1)

COLOURS = {
    "red": (215, 30, 35), "orange": (250, 140, 15), "yellow": (250, 225, 40), "green": (30, 150, 55), "blue": (35, 75, 210),
    "purple": (125, 40, 160), "pink": (250, 140, 190), "brown": (120, 70, 30), "black": (18, 18, 18), "white": (246, 246, 246),
    "grey": (128, 128, 128)}
COLOUR_NAMES = list(COLOURS)
SMALLEST, EASY_EXTRA = 12.5, 15.0  # font pixels in the resized picture at the end of the curriculum; more at its start
SHIFT, UNIT = 4, 16  # OpenCV's fractional coordinates


@dataclass
class Run:
    """A drawn piece of text: its characters' x boundaries [n + 1] and its vertical extent in canvas pixels."""

    text: str
    edges: np.ndarray
    y0: float
    y1: float
    line: int
    first: int


@dataclass
class Thing:
    """A drawn object with a name: its box in canvas pixels."""

    name: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Measure:
    """What a bar, a needle or a column says, as a share 0..1 of its scale, and where in canvas pixels it is said."""

    share: float
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass
class Question:
    task: str
    question: str
    answer: str


def jitter(rng, rgb, amount=14):
    return tuple(min(255, max(0, c + rng.randint(-amount, amount))) for c in rgb)


def distance(a, b):
    return math.dist(a, b)


def luminance(rgb):
    return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]


def contrasting_colours(background, threshold=95):
    """Names of the colours that can be told from `background`."""
    return [n for n, rgb in COLOURS.items() if distance(rgb, background) > threshold]


def random_background(rng):
    roll = rng.random()
    if roll < 0.5:
        level = rng.randint(205, 255)
        return jitter(rng, (level, level, level), 9)
    if roll < 0.65:
        level = rng.randint(10, 60)
        return jitter(rng, (level, level, level), 9)
    return tuple(rng.randint(0, 255) for _ in range(3))


def ink_for(rng, background, contrast=90):
    """A text colour that stands out from `background`."""
    for _ in range(6):
        ink = rng.choice([(15, 15, 15), (250, 250, 250), (60, 60, 60), tuple(rng.randint(0, 255) for _ in range(3))])
        if abs(luminance(ink) - luminance(background)) > contrast:
            return ink
    return (10, 10, 10) if luminance(background) > 127 else (250, 250, 250)


class Canvas:
    """A picture in the making. `smallest` is the least font size that may be asked about here."""

    def __init__(self, size, background, level=1.0):
        w, h = size
        self.w, self.h, self.level = w, h, level
        self.array = np.empty((h, w, 4), np.uint8)
        self.image = Image.frombuffer("RGBX", (w, h), self.array, "raw", "RGBX", 0, 1)
        self.image.readonly = 0
        self.draw = ImageDraw.Draw(self.image)
        self.background = background
        self.array.view(np.uint32)[:] = np.array([*background, 255], np.uint8).view(np.uint32)  # whole pixels: some times as fast as bytes
        self.scale = plan(w, h).scale
        self.runs, self.things, self.measures, self.lines = [], [], [], 0
        self.plain = False  # no question depends on colours: the picture may be inverted
        self.level_ground = False  # a slant would change the answer: no rotation

    @property
    def smallest(self):
        return max(9.5, (SMALLEST + EASY_EXTRA * (1 - self.level)) / min(1.3, self.scale))

    # ---- ground

    def gradient(self, rng, amount=40):
        """Replaces a plain ground by a smooth one."""
        corners = np.array([[jitter(rng, self.background, amount) + (255,) for _ in range(2)] for _ in range(2)], np.uint8)
        cv2.resize(corners, (self.w, self.h), dst=self.array, interpolation=cv2.INTER_LINEAR)

    def blotches(self, rng, amount=18):
        """A ground with smooth spots: paper, a wall, a desk."""
        seed = np.random.default_rng(rng.getrandbits(32))
        cells = rng.choice([4, 6, 9, 20])
        field = seed.normal(0, amount, (cells, cells, 1)).astype(np.float32) + np.array(self.background, np.float32)
        small = np.concatenate([np.clip(field, 0, 255), np.full((cells, cells, 1), 255, np.float32)], -1).astype(np.uint8)
        cv2.resize(small, (self.w, self.h), dst=self.array, interpolation=cv2.INTER_CUBIC)

    # ---- antialiased primitives

    def disc(self, x, y, r, fill):
        cv2.circle(self.array, (round(x * UNIT), round(y * UNIT)), max(1, round(r * UNIT)), (*fill, 255), -1, cv2.LINE_AA, SHIFT)

    def circle(self, x, y, r, ink, width=1):
        cv2.circle(self.array, (round(x * UNIT), round(y * UNIT)), max(1, round(r * UNIT)), (*ink, 255), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def line(self, x0, y0, x1, y1, ink, width=1):
        cv2.line(self.array, (round(x0 * UNIT), round(y0 * UNIT)), (round(x1 * UNIT), round(y1 * UNIT)), (*ink, 255), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def polygon(self, points, fill):
        points = np.round(np.asarray(points, np.float64) * UNIT).astype(np.int32)
        cv2.fillPoly(self.array, [points], (*fill, 255), cv2.LINE_AA, SHIFT)

    def polyline(self, points, ink, width=1, closed=False):
        points = np.round(np.asarray(points, np.float64) * UNIT).astype(np.int32)
        cv2.polylines(self.array, [points], closed, (*ink, 255), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def arc(self, x, y, r, start, end, ink, width):
        """Part of a circle's line; degrees clockwise from the right."""
        cv2.ellipse(self.array, (round(x * UNIT), round(y * UNIT)), (round(r * UNIT), round(r * UNIT)), 0, start, end, (*ink, 255), max(1, round(width)), cv2.LINE_AA, SHIFT)

    def sector(self, x, y, r, start, end, fill):
        steps = max(2, int(abs(end - start) / 4) + 1)
        angles = np.radians(np.linspace(start, end, steps + 1))
        self.polygon([(x, y)] + [(x + r * math.cos(a), y + r * math.sin(a)) for a in angles], fill)

    def box(self, x0, y0, x1, y1, fill=None, outline=None, width=1, radius=0):
        if radius:
            self.draw.rounded_rectangle((x0, y0, x1, y1), radius, fill=fill, outline=outline, width=max(1, round(width)))
        else:
            self.draw.rectangle((x0, y0, x1, y1), fill=fill, outline=outline, width=max(1, round(width)))

    # ---- text and sprites

    def text(self, face, text, x, y, fill, anchor="l", line=None, first=0):
        """Draws text with its line box's top at y and x at its left, middle or right ("l", "m", "r"); returns its width."""
        width = face.getlength(text)
        x = x - width * {"l": 0, "m": 0.5, "r": 1}[anchor]
        ascent, descent = face.getmetrics()
        self.draw.text((round(x), round(y)), text, font=face, fill=tuple(fill), anchor="la")
        line = self.lines if line is None else line
        advances = np.array([0.0] + [face.advance(c) for c in text])
        edges = np.cumsum(advances)
        if edges[-1] > 0:
            edges *= width / edges[-1]
        top = y + ascent * 0.22
        self.runs.append(Run(text, edges + x, top, y + ascent + descent * 0.4, line, first))
        self.lines = max(self.lines, line + 1)
        return width

    def upright(self, face, text, x, y, ink):
        """Text that reads from below to above, its left at x and its middle at y; nobody is asked what it says."""
        right, bottom = (math.ceil(v) for v in face.getbbox(text)[2:])
        mask = Image.new("L", (right + 2, bottom + 2))
        ImageDraw.Draw(mask).text((0, 0), text, font=face, fill=255)
        mask = mask.transpose(Image.ROTATE_90)
        self.image.paste((*ink, 255), (round(x), round(y - mask.height / 2)), mask)

    def sprite(self, sprite, x, y, side, turn=0.0, mirror=False, name=None):
        """Blends an RGBA sprite, fitted into `side`, around (x, y)."""
        h, w = sprite.shape[:2]
        factor = side / max(h, w)
        tw, th = max(2, round(w * factor)), max(2, round(h * factor))
        small = cv2.resize(sprite, (tw, th), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        if mirror:
            small = small[:, ::-1]
        if turn:
            matrix = cv2.getRotationMatrix2D(((tw - 1) / 2, (th - 1) / 2), turn, 1.0)
            small = cv2.warpAffine(small, matrix, (tw, th), flags=cv2.INTER_LINEAR)
        x0, y0 = round(x - tw / 2), round(y - th / 2)
        cx0, cy0, cx1, cy1 = max(0, x0), max(0, y0), min(self.w, x0 + tw), min(self.h, y0 + th)
        if cx1 <= cx0 or cy1 <= cy0:
            return
        part = small[cy0 - y0:cy1 - y0, cx0 - x0:cx1 - x0]
        alpha = part[..., 3:4].astype(np.uint16)
        target = self.array[cy0:cy1, cx0:cx1, :3]
        target[:] = ((part[..., :3] * alpha + target * (255 - alpha) + 127) // 255).astype(np.uint8)
        if name:
            self.things.append(Thing(name, x0, y0, x0 + tw, y0 + th))

    def thing(self, name, x0, y0, x1, y1):
        self.things.append(Thing(name, x0, y0, x1, y1))

    def measure(self, share, x0, y0, x1, y1):
        self.measures.append(Measure(share, x0, y0, x1, y1))


def new_canvas(rng, size, level=1.0, background=None):
    """A canvas of `size` (w, h) on a plain, gradient or blotchy ground."""
    canvas = Canvas(size, background or random_background(rng), level)
    roll = rng.random()
    if roll > 0.75:
        canvas.gradient(rng)
    elif roll > 0.55:
        canvas.blotches(rng, rng.choice([4, 8, 14]))
    return canvas
