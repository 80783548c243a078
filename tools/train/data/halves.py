# SPDX-License-Identifier: Apache-2.0
"""Two pictures of different kinds side by side or one above the other: what is asked is found, not guessed from what kind of picture it is."""

from data import charts, clocks, displays, forms, gauges, meters, panels, receipts, tables, text_lines
from data.canvas import new_canvas

# draw, the family of its questions, least and largest aspect ratio
PARTS = [(receipts.draw, "receipt", 0.3, 1.5), (forms.draw, "form", 0.4, 3.0), (tables.draw, "table", 0.7, 4.0), (charts.bars, "chart", 0.8, 3.0), (charts.lines, "chart", 0.9, 3.0), (charts.pie, "chart", 0.7, 2.6),
         (clocks.draw, "clock", 0.4, 2.5), (gauges.dial, "gauge", 0.5, 2.0), (meters.fan, "gauge", 0.5, 2.4), (meters.straight, "gauge", 0.2, 5.0), (displays.draw, "display", 0.9, 6.0), (panels.draw, "ui", 0.5, 2.5)]
UNLIKE = {"clock": {"gauge", "display"}, "gauge": {"clock", "display"}, "display": {"clock", "gauge"}, "receipt": {"form", "table"}, "form": {"receipt", "table", "ui"}, "table": {"receipt", "form"}, "ui": {"form"}}
KEPT = {"receipt", "form", "table", "chart", "clock", "gauge", "display", "ui", "state"}
AMBIGUOUS = ("title", "heading", "document", "this?", "What value is shown", "text", "Which is the biggest", "Which one", "number on the scale", "progress")
FAMILIES = ("receipt", "form", "chart", "clock", "gauge", "display", "ui", "reading")


def choose_parts(rng, aspect):
    """Two entries of PARTS that suit the aspect ratio and whose questions cannot be about each other, or None."""
    fitting = [p for p in PARTS if p[2] <= aspect <= p[3]]
    for _ in range(20):
        one, two = rng.choice(fitting), rng.choice(fitting)
        if one[1] != two[1] and two[1] not in UNLIKE.get(one[1], ()):
            return one, two
    return None


def place(canvas, part, x, y):
    """Copies a picture with its labels to (x, y)."""
    canvas.array[y:y + part.h, x:x + part.w] = part.array
    for run in part.runs:
        run.edges, run.y0, run.y1, run.line = run.edges + x, run.y0 + y, run.y1 + y, run.line + canvas.lines
    for thing in part.things + part.measures:
        thing.x0, thing.y0, thing.x1, thing.y1 = thing.x0 + x, thing.y0 + y, thing.x1 + x, thing.y1 + y
    canvas.runs += part.runs
    canvas.things += part.things
    canvas.measures += part.measures
    canvas.lines += part.lines
    canvas.level_ground |= part.level_ground


def draw(rng, world, canvas):
    across = canvas.w > canvas.h * rng.uniform(0.8, 1.3)
    w, h = (canvas.w // 2, canvas.h) if across else (canvas.w, canvas.h // 2)
    parts = choose_parts(rng, w / h) if min(w, h) > canvas.smallest * 13 else None
    if not parts:
        return text_lines.sign(rng, world, canvas)
    out = []
    for i, (generator, *_) in enumerate(parts):
        part = new_canvas(rng, (w, h), canvas.level)
        part.scale = canvas.scale
        out += [q for q in generator(rng, world, part) if q.task in KEPT and not any(a in q.question for a in AMBIGUOUS)]
        place(canvas, part, i * w if across else 0, 0 if across else i * h)
    return out
