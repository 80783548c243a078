# SPDX-License-Identifier: Apache-2.0
"""Where the things and texts lie that a conversation speaks of, so that a throw-away head can learn to point at them.

A name in a question ("the red cross", "Milk") is of use only to a model that finds what it names in the picture. Which patches
it names is known from the canvas; the last token of the name is to point at them.
"""

import re

import numpy as np

from data import shapes

MOST = 12  # mentions a conversation
ANSWERS = {"reading", "receipt", "form", "table", "ui", "naming", "icon", "flag"}  # tasks whose answers stand or lie in the picture


def names_of(thing):
    """What a drawn thing may be called: a red cross is also a cross, and red."""
    words = thing.split()
    if words[0] in ("icon", "flag"):
        return [thing, thing.removeprefix("icon ").removeprefix("flag of ")]
    return [thing, *words] if words[-1] in shapes.KINDS and len(words) == 2 else [thing]


def named_boxes(canvas):
    """{lower-case name: boxes in canvas pixels} of all things and printed texts."""
    out = {}
    for thing in canvas.things:
        for name in names_of(thing.name):
            out.setdefault(name.lower(), []).append((thing.x0, thing.y0, thing.x1, thing.y1))
    for run in canvas.runs:
        out.setdefault(run.text.strip(" :.").lower(), []).append((run.edges[0], run.y0, run.edges[-1], run.y1))
    return {name: boxes for name, boxes in out.items() if len(name) > 1}


def mentions(tokenizer, ids, names):
    """(place of the last token, name) wherever a conversation names one of `names`, longer names first; plurals count."""
    texts = [tokenizer.texts[i] for i in ids]
    ends = np.cumsum([len(t) for t in texts])
    one_of = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<![a-z0-9])({one_of})(?:s|es)?(?![a-z0-9])")
    return [(int(np.searchsorted(ends, m.end())), m[1]) for m in pattern.finditer("".join(texts).lower())]


def answers(tokenizer, ids, spans, boxes):
    """(place before the answer's first token, name) of each answer that exactly one printed text or drawn thing gives: where to look next."""
    texts = [(start - 1, "".join(tokenizer.texts[i] for i in ids[start:end]).strip(" :.\0").lower()) for task, start, end in spans if task in ANSWERS]
    return [(place, text) for place, text in texts if len(boxes.get(text, ())) == 1]


def choose(rng, tokenizer, ids, spans, boxes):
    """At most MOST mentions and answers of what `boxes` hold; `spans` are the answers (task, first token, past-the-end)."""
    found = mentions(tokenizer, ids, boxes) + answers(tokenizer, ids, spans, boxes) if boxes else []
    return found if len(found) <= MOST else rng.sample(found, MOST)
