# SPDX-License-Identifier: Apache-2.0
"""Dice, dominoes and chess boards."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask
from data.shapes import draw_shape, grid_cells, rotated

PIPS = {0: [], 1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(-1, -1), (1, -1), (-1, 1), (1, 1)],
        5: [(-1, -1), (1, -1), (0, 0), (-1, 1), (1, 1)], 6: [(-1, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (1, 1)]}
DICE_LOOKS = [((248, 248, 245), (20, 20, 20)), ((200, 30, 35), (250, 250, 250)), ((30, 30, 35), (245, 245, 245)), ((40, 90, 190), (250, 250, 250)), ((250, 220, 70), (40, 40, 40))]


def draw_pips(canvas, x, y, r, value, ink, turn, flip=False):
    for px, py in PIPS[value]:
        spot = (py, px) if flip else (px, py)
        (cx, cy), = rotated([(spot[0] * r * 0.52, spot[1] * r * 0.52)], x, y, turn)
        canvas.disc(cx, cy, r * 0.16, ink)


def dice(rng, world, canvas):
    count = rng.choice([1, 1, 2, 2, 3, 4, 5])
    values = world.choose(lambda: [rng.randint(1, 6) for _ in range(count)], lambda v: f"dice {sorted(v)}", 300 if count > 1 else 1)
    fill, ink = rng.choice(DICE_LOOKS)
    if cv.distance(fill, canvas.background) < 60:
        fill, ink = ((30, 30, 35), (245, 245, 245)) if cv.luminance(canvas.background) > 127 else ((248, 248, 245), (20, 20, 20))
    spots = []
    for value, (x, y, w, h) in zip(values, grid_cells(rng, (0, 0, canvas.w, canvas.h), count)):
        r = min(w, h) * rng.uniform(0.24, 0.38)
        cx, cy, turn = x + rng.uniform(r * 1.3, w - r * 1.3), y + rng.uniform(r * 1.3, h - r * 1.3), rng.choice([0, rng.uniform(-0.5, 0.5)])
        canvas.polygon(rotated([(-r, -r * 0.8), (-r * 0.8, -r), (r * 0.8, -r), (r, -r * 0.8), (r, r * 0.8), (r * 0.8, r), (-r * 0.8, r), (-r, r * 0.8)], cx, cy, turn), fill)
        draw_pips(canvas, cx, cy, r, value, ink, turn, rng.random() < 0.5)
        canvas.thing(f"die {value}", cx - r, cy - r, cx + r, cy + r)
        spots.append((cx, value))
    out = [Question("count", ask(rng, ["How many dice are there?", "How many dice do you see?"]), str(count))]
    if count == 1:
        out += [Question("dice", ask(rng, ["What number does the die show?", "What did the die roll?", "How many dots are on the die?", "What does the die show?", "Which number was rolled?"]), str(values[0]))] * 2
    else:
        out += [Question("dice", ask(rng, ["What is the sum of the dice?", "What do the dice add up to?", "How many dots are there in total?", "What is the total of the dice?"]), str(sum(values)))]
        if count == 2 and abs(spots[0][0] - spots[1][0]) > canvas.w * 0.25:
            spots.sort()
            out.append(Question("dice", ask(rng, ["What does the left die show?", "Which number is on the left die?"]), str(spots[0][1])))
            out.append(Question("dice", ask(rng, ["What does the right die show?", "Which number is on the right die?"]), str(spots[1][1])))
        out.append(Question("dice", ask(rng, ["What is the highest number on the dice?", "What is the highest roll?"]), str(max(values))))
        v = rng.randint(1, 6)
        out.append(Question("dice", ask(rng, ["How many dice show {v}?", "How many dice show the number {v}?"], v=v), str(values.count(v))))
    return out


def domino(rng, world, canvas):
    a, b = world.choose(lambda: (rng.randint(0, 6), rng.randint(0, 6)), lambda v: f"domino {v[0]} {v[1]}")
    upright = canvas.h > canvas.w if rng.random() < 0.7 else rng.random() < 0.5
    r = min(canvas.w / (2.4 if upright else 4.6), canvas.h / (4.6 if upright else 2.4)) * rng.uniform(0.6, 1.0)
    long, short = 2 * r, r
    w, h = (short, long) if upright else (long, short)
    x, y = rng.uniform(w, canvas.w - w), rng.uniform(h, canvas.h - h)
    fill, ink = rng.choice([((245, 243, 235), (20, 20, 20)), ((25, 25, 28), (245, 245, 245))])
    canvas.box(x - w, y - h, x + w, y + h, fill, (110, 110, 110), 2, r * 0.2)
    canvas.line(*((x - w * 0.85, y, x + w * 0.85, y) if upright else (x, y - h * 0.85, x, y + h * 0.85)), ink, max(2, r * 0.05))
    places = [(x, y - r), (x, y + r)] if upright else [(x - r, y), (x + r, y)]
    for value, (cx, cy) in zip((a, b), places):
        draw_pips(canvas, cx, cy, r, value, ink, 0, not upright)
    first, second = ("upper", "lower") if upright else ("left", "right")
    return [Question("dice", ask(rng, ["How many dots does the domino have?", "How many dots are there in total?", "What is the sum of the domino?"]), str(a + b)),
            Question("dice", ask(rng, ["How many dots are on the {p} half?", "What number is on the {p} half of the domino?"], p=first), str(a)),
            Question("dice", ask(rng, ["How many dots are on the {p} half?", "What number is on the {p} half of the domino?"], p=second), str(b)),
            Question("naming", ask(rng, ["What game piece is this?", "What is this?"]), "domino")]


def chess(rng, world, canvas):
    """A board with labelled files and ranks and one to three discs or stars on its squares."""
    face_size = canvas.smallest
    side = min(canvas.w, canvas.h) * 0.97 - face_size * 1.4
    if side < 8 * 14:
        return domino(rng, world, canvas)
    x0, y0, cell = (canvas.w - side + face_size) / 2, (canvas.h - side - face_size) / 2, side / 8
    light, dark = rng.choice([((240, 217, 181), (181, 136, 99)), ((238, 238, 210), (118, 150, 86)), ((235, 235, 235), (110, 120, 140)), ((250, 250, 250), (60, 60, 60))])
    face, ink = world.fonts.open(world.fonts.plain(rng), min(face_size * 1.1, cell * 0.8)), cv.ink_for(rng, canvas.background)
    for r in range(8):
        canvas.text(face, str(8 - r), x0 - face_size * 0.5, y0 + (r + 0.5) * cell - face.size * 0.6, ink, "m")
        for c in range(8):
            canvas.box(x0 + c * cell, y0 + r * cell, x0 + (c + 1) * cell, y0 + (r + 1) * cell, dark if (r + c) % 2 else light)
    for c in range(8):
        canvas.text(face, "abcdefgh"[c], x0 + (c + 0.5) * cell, y0 + side + face_size * 0.1, ink, "m")
    squares = rng.sample([(r, c) for r in range(8) for c in range(8)], rng.choice([1, 1, 2, 3]))
    colours = rng.sample(["red", "blue", "yellow", "purple", "orange"], len(squares))
    out = []
    for (r, c), colour in zip(squares, colours):
        kind = rng.choice(["circle", "star"])
        draw_shape(rng, canvas, kind, colour, x0 + (c + 0.5) * cell, y0 + (r + 0.5) * cell, cell * 0.36)
        square = f"{'abcdefgh'[c]}{8 - r}"
        if world.held_out or world.accepts(f"chess {colour} {square}"):
            out.append(Question("chess", ask(rng, ["On which square is the {c} {k}?", "Which square is the {c} {k} on?", "Where is the {c} {k}?"], c=colour, k=kind), square))
            out.append(Question("chess", ask(rng, ["What is on {s}?", "Which piece is on the square {s}?"], s=square), f"{colour} {kind}"))
    out.append(Question("count", ask(rng, ["How many pieces are on the board?", "How many squares are occupied?"]), str(len(squares))))
    return out
