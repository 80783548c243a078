# SPDX-License-Identifier: Apache-2.0
"""Lines on two logarithmic axes, as an SVG of its own."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 440
LEFT, RIGHT, TOP, BOTTOM = 80, 280, 40, 60  # the names stand on the right
COLOURS = ["#1b6ca8", "#c44e1b", "#3a7d34", "#7a4a9e", "#8a6d00", "#555555", "#c2277f", "#0f8b8d"]


def length(tokens):
    """As 512, 4 K or 1 M."""
    for size, unit in ((1 << 20, " M"), (1 << 10, " K")):
        if tokens >= size:
            return f"{tokens / size:g}{unit}"
    return f"{tokens:g}"


class Axis:
    """Values onto [begin, end], by their logarithms."""

    def __init__(self, values, begin, end):
        self.low, self.high = math.log2(min(values)), math.log2(max(values))
        self.begin, self.end = begin, end

    def __call__(self, value):
        span = self.high - self.low or 1.0
        return self.begin + (math.log2(value) - self.low) / span * (self.end - self.begin)

    def ticks(self):
        """Powers of two, at most nine of them."""
        first, last = math.ceil(self.low - 1e-9), math.floor(self.high + 1e-9)
        step = max(1, math.ceil((last - first + 1) / 9))
        return [2.0 ** power for power in range(first, last + 1, step)]


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def line(points, colour):
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}'


def frame(x_axis, y_axis):
    parts = []
    for value in x_axis.ticks():
        x = x_axis(value)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(text(x, HEIGHT - BOTTOM + 18, length(value)))
    for value in y_axis.ticks():
        y = y_axis(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(text(LEFT - 8, y + 4, f"{value:.3g}", "end"))
    return parts


def draw(title, x_name, y_name, series):
    """series: {name: {x: y}}, all above zero, at least one point."""
    xs = [x for points in series.values() for x in points]
    ys = [y for points in series.values() for y in points.values()]
    x_axis = Axis(xs, LEFT, WIDTH - RIGHT)
    y_axis = Axis(ys, HEIGHT - BOTTOM, TOP)
    parts = frame(x_axis, y_axis)
    for i, (name, points) in enumerate(series.items()):
        colour = COLOURS[i % len(COLOURS)]
        parts.append(line([(x_axis(x), y_axis(y)) for x, y in points.items()], colour))
        parts.append(text(WIDTH - RIGHT + 12, TOP + 16 + 18 * i, name, "start", f'fill="{colour}"'))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(text(middle, 24, title, more='font-size="16"'))
    parts.append(text(middle, HEIGHT - 14, x_name))
    parts.append(text(18, HEIGHT / 2, y_name, more=f'transform="rotate(-90 18 {HEIGHT / 2})"'))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
            f'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>'
            + "".join(parts) + "</svg>\n")
