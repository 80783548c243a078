# SPDX-License-Identifier: Apache-2.0
"""Conversations about two pictures: the same generator twice, then questions about both."""

from data.canvas import Question
from data.phrasing import ask
from data.naming import single as named
from data.shapes import draw as shapes

FIRST = ["In the first picture: {q}", "First image: {q}", "{q} (first picture)", "About the first image: {q}"]
SECOND = ["In the second picture: {q}", "Second image: {q}", "{q} (second picture)", "About the second image: {q}"]


def pair_of(rng, world, canvases, generator):
    """Draws both pictures and asks about each by its place."""
    sets = [generator(rng, world, canvas) for canvas in canvases]
    out = []
    for questions, prefixes in zip(sets, (FIRST, SECOND)):
        usable = [q for q in questions if q.task not in ("missing", "caption", "presence")]
        for q in rng.sample(usable, min(2, len(usable))):
            lower = q.question[0].lower() + q.question[1:]
            out.append(Question(q.task, ask(rng, prefixes, q=lower if rng.random() < 0.7 else q.question), q.answer))
    return out, sets


def things(rng, world, canvases):
    """Two named things, the same one in two styles at times."""
    out, _ = pair_of(rng, world, canvases, named)
    names = [c.things[0].name for c in canvases]
    if rng.random() < 0.5:
        return out
    out.append(Question("compare", ask(rng, ["Do both pictures show the same thing?", "Is it the same thing in both images?", "Are the two pictures of the same thing?"]),
                        "yes" if names[0] == names[1] else "no"))
    other = rng.choice(names)
    out.append(Question("compare", ask(rng, ["Which picture shows the {a}?", "In which image is the {a}?"], a=other),
                        "both" if names[0] == names[1] else "the first" if other == names[0] else "the second"))
    return out


def numbers(rng, world, canvases):
    """Two pictures of shapes: where are more?"""
    out, _ = pair_of(rng, world, canvases, shapes)
    a, b = (len(c.things) for c in canvases)
    out.append(Question("compare", ask(rng, ["Which picture has more shapes?", "Where are more shapes, in the first or the second picture?", "In which image are there more objects?"]),
                        "the same number" if a == b else "the first" if a > b else "the second"))
    out.append(Question("compare", ask(rng, ["How many shapes are there in both pictures together?", "How many objects are there in total in both images?"]), str(a + b)))
    return out


def draw(rng, world, canvases):
    return rng.choice([things, numbers])(rng, world, canvases)
