# SPDX-License-Identifier: Apache-2.0
"""Plain shapes in named colours: kind, colour, size, number, relations."""

import functools
import math

from data import canvas as cv
from data.canvas import Question
from data.phrasing import NUMBER_WORDS, article, ask, join, plural
from data.places import of_one, of_two, ordered, reading_order

KINDS = ["circle", "square", "triangle", "star", "heart", "cross", "diamond", "ring", "hexagon", "oval"]


def grid_cells(rng, area, count):
    """`count` free cells (x0, y0, w, h) of a grid over `area`, about as wide as high."""
    x0, y0, w, h = area
    best, fit = [], None
    for rows in range(1, 8):
        columns = max(1, round(rows * w / h))
        if rows * columns >= count:
            fit = fit or rows
            best.append((columns, rows))
            if rows > fit:
                break
    if not best:
        best = [(count, 1) if w > h else (1, count)]
    columns, rows = rng.choice(best)
    cells = [(c, r) for r in range(rows) for c in range(columns)]
    rng.shuffle(cells)
    return [(x0 + c * w / columns, y0 + r * h / rows, w / columns, h / rows) for c, r in cells[:count]]


def rotated(points, x, y, turn):
    c, s = math.cos(turn), math.sin(turn)
    return [(x + px * c - py * s, y + px * s + py * c) for px, py in points]


@functools.lru_cache(maxsize=None)
def outline(kind):
    """Corner points of a shape of radius one around the origin."""
    ring = lambda n, r=1.0, start=-90: [(r * math.cos(math.radians(start + 360 * i / n)), r * math.sin(math.radians(start + 360 * i / n))) for i in range(n)]
    if kind == "star":
        outer, inner = ring(5), ring(5, 0.42, -54)
        return [p for pair in zip(outer, inner) for p in pair]
    if kind == "heart":
        angles = [2 * math.pi * i / 40 for i in range(40)]
        return [(math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16) for t in angles]
    if kind == "cross":
        a = 0.33
        return [(-a, -1), (a, -1), (a, -a), (1, -a), (1, a), (a, a), (a, 1), (-a, 1), (-a, a), (-1, a), (-1, -a), (-a, -a)]
    if kind == "oval":
        return [(px, py * 0.6) for px, py in ring(48)]
    return {"square": [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)], "diamond": [(0, -1), (0.72, 0), (0, 1), (-0.72, 0)],
            "triangle": [(0, -1), (0.95, 0.8), (-0.95, 0.8)], "hexagon": ring(6, 1.0, 0)}[kind]


def draw_shape(rng, canvas, kind, colour, x, y, r):
    fill = cv.jitter(rng, cv.COLOURS[colour])
    if kind == "circle":
        canvas.disc(x, y, r, fill)
    elif kind == "ring":
        canvas.circle(x, y, r * 0.82, fill, r * 0.36)
    else:
        canvas.polygon(rotated([(px * r, py * r) for px, py in outline(kind)], x, y, rng.uniform(-0.16, 0.16)), fill)
    canvas.thing(f"{colour} {kind}", x - r, y - r, x + r, y + r)


def choose_pairs(rng, world, colours):
    """(colour, kind) of each object; the combination with its count decides the split."""
    while True:
        if rng.random() < 0.45:
            pairs = [(rng.choice(colours), rng.choice(KINDS)) for _ in range(rng.randint(1, 4))]
        else:
            main, style = rng.randint(1, 6), rng.random()
            pairs = [(rng.choice(colours), rng.choice(KINDS))] * main
            for _ in range(rng.randint(0, 7 - main)):
                pairs.append((pairs[0][0] if style < 0.3 else rng.choice(colours), pairs[0][1] if 0.3 <= style < 0.6 else rng.choice(KINDS)))
        fits = [world.accepts(f"{c} {k} {pairs.count((c, k))}") for c, k in set(pairs)]
        if any(fits) if world.held_out else all(fits):
            return pairs


def draw(rng, world, canvas):
    colours = cv.contrasting_colours(canvas.background)
    pairs = choose_pairs(rng, world, colours if len(colours) > 2 else ["red", "blue", "green", "yellow"])
    shapes = []
    for (colour, kind), (x, y, w, h) in zip(pairs, grid_cells(rng, (0, 0, canvas.w, canvas.h), len(pairs))):
        r = min(w, h) * rng.uniform(0.22, 0.46)
        cx, cy = x + rng.uniform(r, w - r), y + rng.uniform(r, h - r)
        draw_shape(rng, canvas, kind, colour, cx, cy, r)
        shapes.append((colour, kind, cx, cy, r))
    return questions(rng, world, canvas, shapes)


def kind_and_colour(rng, shapes):
    out = []
    for colour, kind in dict.fromkeys((s[0], s[1]) for s in shapes):
        n = sum(s[:2] == (colour, kind) for s in shapes)
        if all(s[1] == kind for s in shapes if s[0] == colour):
            out.append(Question("shape", ask(rng, ["What shape is the {c} object?", "What is the {c} thing?", "Which shape is {c}?"] if n == 1 else ["What shape are the {c} objects?", "Which shape is {c}?"], c=colour), kind))
        if all(s[0] == colour for s in shapes if s[1] == kind):
            out.append(Question("colour", ask(rng, ["What colour is the {k}?", "Which color is the {k}?", "What is the colour of the {k}?", "What color is the {k}?"] if n == 1 else ["What colour are the {p}?", "What color are the {p}?"], k=kind, p=plural(kind)), colour))
    if len(shapes) == 1:
        out.append(Question("shape", ask(rng, ["What shape is this?", "What shape is shown?", "Which shape do you see?"]), shapes[0][1]))
    return out


def counts(rng, shapes):
    out = [Question("count", ask(rng, ["How many shapes are there?", "How many objects are there?", "How many shapes do you see?"]), str(len(shapes)))]
    colours, kinds = [s[0] for s in shapes], [s[1] for s in shapes]
    colour, kind = rng.choice(colours), rng.choice(kinds)
    out.append(Question("count", ask(rng, ["How many {c} objects are there?", "How many shapes are {c}?", "How many {c} things do you see?"], c=colour), str(colours.count(colour))))
    out.append(Question("count", ask(rng, ["How many {p} are there?", "Count the {p}.", "How many {p} do you see?"], p=plural(kind)), str(kinds.count(kind))))
    pair = rng.choice([(s[0], s[1]) for s in shapes])
    out.append(Question("count", ask(rng, ["How many {c} {p} are there?", "How many {c} {p} do you see?"], c=pair[0], p=plural(pair[1])), str(sum(s[:2] == pair for s in shapes))))
    return out


def relations(rng, canvas, shapes):
    out = []
    single = [s for s in shapes if sum(t[:2] == s[:2] for t in shapes) == 1]
    name = lambda s: f"{s[0]} {s[1]}"
    for s in single[:3]:
        out += of_one(rng, canvas, name(s), s[2:], [t[2:] for t in shapes if t is not s])
    for a, b in zip(single[:3], single[1:3]):
        a, b = rng.sample([a, b], 2)
        out += of_two(rng, (name(a), name(b)), a[2:], b[2:], len(shapes) == 2, "shape")
        if max(a[4], b[4]) > 1.3 * min(a[4], b[4]) and a[1] == b[1]:
            big = a if a[4] > b[4] else b
            out.append(Question("shape", ask(rng, ["Which {k} is larger?", "Which {k} is bigger?"], k=a[1]), name(big)))
    return out


def questions(rng, world, canvas, shapes):
    out = kind_and_colour(rng, shapes) + counts(rng, shapes) + relations(rng, canvas, shapes)
    present = {s[:2] for s in shapes}
    for _ in range(2):
        pair = rng.choice(sorted(present)) if rng.random() < 0.5 else (rng.choice(cv.COLOUR_NAMES), rng.choice(KINDS))
        out.append(Question("presence", ask(rng, ["Is there {a}?", "Do you see {a}?", "Is there {a} in the picture?"], a=article(f"{pair[0]} {pair[1]}")), "yes" if pair in present else "no"))
    groups = sorted(present, key=lambda g: (reading_order(canvas, [s[2:] for s in shapes if s[:2] == g]), g))
    if len(groups) <= 3 and ordered(canvas, [[s[2:] for s in shapes if s[:2] == g] for g in groups]):
        parts = []
        for c, k in groups:
            n = sum(s[:2] == (c, k) for s in shapes)
            parts.append(article(f"{c} {k}") if n == 1 else f"{NUMBER_WORDS[n]} {c} {plural(k)}")
        out += [Question("caption", ask(rng, ["Describe the picture.", "Describe the image.", "What is in the picture?", "What do you see?"]), join(parts))] * 2
    absent = rng.choice([k for k in KINDS if all(s[1] != k for s in shapes)])
    out.append(Question("missing", ask(rng, ["What colour is the {k}?", "Where is the {k}?"], k=absent), ""))
    return out
