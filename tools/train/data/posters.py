# SPDX-License-Identifier: Apache-2.0
"""Posters, covers and captions: text and a drawn thing on one picture, each asked for."""

from data import canvas as cv
from data.canvas import Question
from data.naming import restyled
from data.phrasing import article, ask, unlike
from data.text_lines import draw_block, inset, questions_on

THING = ["What does the drawing show?", "What thing is shown?", "Which thing is drawn?", "What is drawn {w} the text?", "What do you see {w} the text?", "What is {w} the text?"]
TEXT = ["What is written {w} the {a}?", "What does the text {w} the {a} say?", "Read the text {w} the {a}.", "Which words are {w} the {a}?"]
PLACES = {"above": "below", "below": "above", "left of": "right of", "right of": "left of"}


def split(rng, canvas):
    """(where the text is, seen from the drawing, area of the text, area of the drawing)."""
    w, h, share = canvas.w, canvas.h, rng.uniform(0.35, 0.6)
    if w > h * rng.uniform(1.1, 1.8):
        left = rng.random() < 0.5
        a, b = (0, 0, w * share, h), (w * share, 0, w * (1 - share), h)
        return ("left of", a, b) if left else ("right of", (w * (1 - share), 0, w * share, h), (0, 0, w * (1 - share), h))
    if rng.random() < 0.35:
        return "above", (0, 0, w, h * share), (0, h * share, w, h * (1 - share))
    return "below", (0, h * (1 - share), w, h * share), (0, 0, w, h * (1 - share))


def draw(rng, world, canvas):
    where, text_area, thing_area = split(rng, canvas)
    ground = canvas.background
    if rng.random() < 0.4:
        x, y, w, h = text_area
        ground = cv.jitter(rng, rng.choice(list(cv.COLOURS.values())))
        canvas.box(x, y, x + w, y + h, ground)
    label = rng.choice(world.concepts)
    x, y, w, h = thing_area
    side = min(w, h) * rng.uniform(0.6, 0.95)
    canvas.sprite(restyled(rng, world.sprite(rng, label), label), x + rng.uniform(side / 2, w - side / 2), y + rng.uniform(side / 2, h - side / 2), side, name=label)
    count = rng.choice([1, 1, 2, 2, 3, 4])
    ink = cv.ink_for(rng, ground, 110)
    texts = draw_block(rng, world, canvas, inset(text_area, 0.07), count, ink, ground, 24 if count == 1 else max(6, 52 // count), canvas.smallest * rng.uniform(1.6, 4))
    out = [q for q in questions_on(rng, texts) if q.question != "What do you see?"]
    joined = " ".join(texts)
    if len(joined) <= 56:
        out.append(Question("reading", ask(rng, TEXT, w=where, a=label), joined))
    out += [Question("naming", ask(rng, THING, w=PLACES[where]), label)] * 2
    other = label if rng.random() < 0.5 else unlike(rng, world.concepts, [label])
    out.append(Question("presence", ask(rng, ["Is there {a}?", "Do you see {a}?", "Is there {a} beside the text?"], a=article(other)), "yes" if other == label else "no"))
    absent = unlike(rng, world.concepts, [label])
    out.append(Question("missing", ask(rng, TEXT, w=where, a=absent), ""))
    return out
