# SPDX-License-Identifier: Apache-2.0
"""Plain shapes drawn by librsvg, with outlines, tints and turns that the generators do not have.

    /usr/bin/python3 shapes_svg.py --assets build/train-assets --out build/eval-shapes -n 1000

Tasks: count, colour, shape, position, presence.
"""

import math

import common
import svg
from svg import polar, tag

PACKAGES = svg.PACKAGES
SIZES = [(320, 320), (400, 300), (480, 480), (640, 480), (800, 500)]
GROUNDS = ["#ffffff", "#f4f1e8", "#e4ecf4", "#fdf6f6", "#eef5ee"]
COLOURS = {"red": ["#d91e18", "#e53935"], "green": ["#2e9e4f", "#1b8f3c"], "blue": ["#1e4fd9", "#2a66e0"], "yellow": ["#f7d82f", "#ffe03a"], "orange": ["#f28c13", "#fb9a2a"],
           "purple": ["#7b2fa8", "#8e35b5"], "black": ["#151515", "#262626"], "pink": ["#f48fc0", "#f79ccb"], "brown": ["#78451f", "#6d4021"]}
KINDS = ["circle", "square", "triangle", "star", "heart", "diamond", "cross", "ring"]


def outline(kind, x, y, r):
    """Points of a straight-edged kind."""
    if kind == "square":
        return [(x + sx * r * 0.85, y + sy * r * 0.85) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    if kind == "triangle":
        return [polar(x, y, r, 120 * i) for i in range(3)]
    if kind == "diamond":
        return [(x, y - r), (x + r * 0.65, y), (x, y + r), (x - r * 0.65, y)]
    if kind == "star":
        return [polar(x, y, r if i % 2 == 0 else r * 0.42, 36 * i) for i in range(10)]
    a = r * 0.3
    return [(x + u, y + v) for u, v in ((-a, -r), (a, -r), (a, -a), (r, -a), (r, a), (a, a), (a, r), (-a, r), (-a, a), (-r, a), (-r, -a), (-a, -a))]


def shape(rng, kind, colour, x, y, r):
    edge = dict(stroke="#222222", stroke_width=2) if rng.random() < 0.3 else {}
    fill = rng.choice(COLOURS[colour])
    if kind == "circle":
        return tag("circle", cx=x, cy=y, r=r * 0.92, fill=fill, **edge)
    if kind == "ring":
        return tag("circle", cx=x, cy=y, r=r * 0.75, fill="none", stroke=fill, stroke_width=r * 0.3)
    if kind == "heart":
        return tag("path", d=f"M {x} {y + r * 0.9} C {x - r * 1.5} {y - r * 0.2} {x - r * 0.6} {y - r * 1.2} {x} {y - r * 0.35} C {x + r * 0.6} {y - r * 1.2} {x + r * 1.5} {y - r * 0.2} {x} {y + r * 0.9} Z", fill=fill, **edge)
    points = " ".join(f"{u:.1f},{v:.1f}" for u, v in outline(kind, x, y, r))
    turn = rng.uniform(-12, 12) if rng.random() < 0.4 else 0
    return tag("polygon", points=points, fill=fill, transform=f"rotate({turn:.1f} {x:.1f} {y:.1f})", **edge)


def places(rng, w, h, count):
    """Centres with a radius each that do not touch: cells of a grid, a little off their middles."""
    columns = max(2, round(math.sqrt(6 * w / h)))
    rows = max(2, -(-count // columns))
    cell_w, cell_h = w / columns, h / rows
    r = min(cell_w, cell_h) * rng.uniform(0.3, 0.4)
    cells = rng.sample([(c, q) for c in range(columns) for q in range(rows)], count)
    off = lambda size: rng.uniform(-1, 1) * max(0.0, size / 2 - r - 4)
    return [((c + 0.5) * cell_w + off(cell_w), (q + 0.5) * cell_h + off(cell_h), r) for c, q in cells]


def about_one(rng, things):
    """Questions about one thing that is alone of its kind or of its colour."""
    out = []
    for kind, colour, _, _, _ in things:
        if sum(t[0] == kind for t in things) == 1:
            out.append(("colour", rng.choice(["What colour is the {k}?", "Which colour does the {k} have?"]).format(k=kind), [colour]))
        if sum(t[1] == colour for t in things) == 1:
            out.append(("shape", rng.choice(["What shape is the {c} object?", "Which shape is {c}?"]).format(c=colour), [kind]))
    return out


def about_places(rng, things):
    """Which of two things is further left or up, where that is clear."""
    out, unique = [], [t for t in things if sum(o[0] == t[0] for o in things) == 1]
    if len(unique) < 2:
        return out
    a, b = rng.sample(unique, 2)
    across, down = a[2] - b[2], a[3] - b[3]
    if abs(across) > 2 * a[4]:
        out.append(("position", f"Is the {a[0]} left or right of the {b[0]}?", ["left" if across < 0 else "right"]))
    if abs(down) > 2 * a[4]:
        out.append(("position", f"Is the {a[0]} above or below the {b[0]}?", ["above" if down < 0 else "below"]))
    return out


def make(rng, words, families, path):
    w, h = rng.choice(SIZES)
    count = rng.randint(1, 6)
    pairs = [(rng.choice(KINDS), rng.choice(list(COLOURS))) for _ in range(rng.randint(1, 3))]
    things = [(*rng.choice(pairs), *place) for place in places(rng, w, h, count)]
    svg.write(path, w, h, rng.choice(GROUNDS), [shape(rng, *t) for t in things])
    kinds = {t[0] for t in things}
    kind, other = rng.choice(sorted(kinds)), rng.choice(KINDS)
    plural = "crosses" if kind == "cross" else kind + "s"
    out = [("count", rng.choice(["How many {p} are there?", "How many {p} do you see?"]).format(p=plural), [str(sum(t[0] == kind for t in things))]),
           ("count", "How many shapes are there?", [str(count)]),
           ("presence", f"Is there a {kind}?", ["yes"]), ("presence", f"Is there a {other}?", ["yes" if other in kinds else "no"])]
    return out + about_one(rng, things) + about_places(rng, things)


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
