# SPDX-License-Identifier: Apache-2.0
"""Tables and timetables: look up a cell, a row, a column; compare numbers."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask, distinct
from data.words import CITIES, DAYS, FIRST, ITEMS, MONTHS

ROWS = [("product", lambda rng, w: rng.choice(ITEMS).title()), ("name", lambda rng, w: rng.choice(FIRST)), ("city", lambda rng, w: rng.choice(CITIES)),
        ("month", lambda rng, w: rng.choice(MONTHS)), ("day", lambda rng, w: rng.choice(DAYS)), ("team", lambda rng, w: w.word(rng, 8).title()),
        ("entry", lambda rng, w: w.word(rng, 9).title()), ("station", lambda rng, w: w.phrase(rng, 12, 1).title()), ("part", lambda rng, w: w.code(rng)), ("person", lambda rng, w: w.person(rng))]
COLUMNS = [("Price", lambda rng, w: w.price(rng, 2)), ("Qty", lambda rng, w: str(rng.randint(1, 60))), ("Points", lambda rng, w: str(rng.randint(1, 120))),
           ("Sales", lambda rng, w: str(rng.randint(10, 999))), ("Time", lambda rng, w: f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"),
           ("Age", lambda rng, w: str(rng.randint(18, 80))), ("Wins", lambda rng, w: str(rng.randint(0, 30))), ("Code", lambda rng, w: w.code(rng).replace(" ", "")),
           ("Total", lambda rng, w: str(rng.randint(20, 5000))), ("Rain", lambda rng, w: f"{rng.randint(0, 120)} mm"), ("Platform", lambda rng, w: str(rng.randint(1, 14))),
           ("Score", lambda rng, w: str(rng.randint(0, 100))), ("Status", lambda rng, w: rng.choice(["open", "closed", "late", "on time", "sold"])),
           ("Grade", lambda rng, w: rng.choice("ABCDEF")), ("Year", lambda rng, w: str(rng.randint(1950, 2030))), ("Share", lambda rng, w: f"{rng.randint(1, 99)}%"),
           ("Length", lambda rng, w: f"{rng.randint(1, 400)} {rng.choice(MEASURES)}"), ("Speed", lambda rng, w: f"{rng.randint(5, 320)} km/h"), ("Lap", lambda rng, w: f"{rng.randint(0, 9)}:{rng.randint(0, 59):02d}"),
           ("Ratio", lambda rng, w: f"{rng.uniform(0, 20):.1f}"), ("Temp.", lambda rng, w: f"{rng.randint(-20, 45)} °C"), ("Distance", lambda rng, w: f"{rng.uniform(0.1, 90):.1f} km"),
           ("Shelf", lambda rng, w: f"{rng.choice('ABCDEFGH')}{rng.randint(1, 30)}"), ("Balance", lambda rng, w: w.price(rng, 4)), ("Colour", lambda rng, w: rng.choice(cv.COLOUR_NAMES)), ("Owner", lambda rng, w: rng.choice(FIRST)),
           ("Date", lambda rng, w: f"{rng.randint(1, 28)} {rng.choice(MONTHS)[:3]}"), ("Remark", lambda rng, w: w.word(rng, 8))]
MEASURES = ["m", "cm", "mm", "km", "kg", "g", "l", "ml", "s", "min", "h", "W", "V", "A", "pcs", "pt"]
CELL = ["What is the {c} of {r}?", "What is the {c} for {r}?", "Which {c} does {r} have?", "What {c} is listed for {r}?", "{r}: what is the {c}?",
        "Look up the {c} of {r}."]
FREE_HEADS = 0.5
NUMERIC = {"Price", "Qty", "Points", "Sales", "Wins", "Total", "Score", "Age"}


def free_head(rng, world, heads):
    """A free word for a column: its heading is to be found, not known."""
    taken = {name.lower() for name, _ in heads}
    return next(w for w in iter(lambda: world.words.word(rng, 9).capitalize(), None) if w.lower() not in taken)


def draw(rng, world, canvas):
    canvas.plain = True
    small = canvas.smallest
    w, h = canvas.w * rng.uniform(0.85, 1.0), canvas.h * rng.uniform(0.8, 1.0)
    x, y = (canvas.w - w) * rng.random(), (canvas.h - h) * rng.random()
    columns = max(1, min(rng.choice([1, 2, 2, 3, 3, 4, 5]), int(w / (small * 5.5)) - 1))
    rows = max(1, min(rng.choice([2, 3, 4, 5, 6, 7, 9]), int(h / (small * 1.5)) - 1))
    head, make = rng.choice(ROWS)
    names = distinct(lambda: make(rng, world.words), rows)
    heads = rng.sample(COLUMNS, columns)
    heads = [(free_head(rng, world, heads), make) if rng.random() < FREE_HEADS else (name, make) for name, make in heads]
    if rng.random() < FREE_HEADS:
        head = world.words.word(rng, 8)
    cells = [[m(rng, world.words) for _, m in heads] for _ in names]
    grid = [[head.title()] + [c for c, _ in heads]] + [[n] + row for n, row in zip(names, cells)]
    draw_grid(rng, world, canvas, grid, (x, y, w, h))
    return questions(rng, head, names, [c for c, _ in heads], cells)


def draw_grid(rng, world, canvas, grid, area):
    x, y, w, h = area
    small, path = canvas.smallest, world.fonts.plain(rng)
    step = min(h / len(grid), small * rng.uniform(1.5, 2.6))
    size = min(step / 1.35, small * rng.uniform(1, 1.6))
    face = world.fonts.open(path, size)
    widths = [max(face.getlength(row[c]) for row in grid) + size * 1.1 for c in range(len(grid[0]))]
    if sum(widths) > w:
        face = world.fonts.open(path, size * w / sum(widths))
        widths = [v * w / sum(widths) for v in widths]
    else:
        room = (w - sum(widths)) * rng.random() / len(widths)
        widths = [v + room for v in widths]
    head_face = world.fonts.open(world.fonts.bold(path), face.size * 0.97)
    style, total = rng.choice(["lines", "rows", "stripes", "none", "lines"]), sum(widths)
    ground = cv.jitter(rng, rng.choice([(252, 252, 252), (244, 246, 250), (252, 248, 238)]), 5) if rng.random() < 0.85 else cv.jitter(rng, (30, 34, 42), 8)
    ink = cv.ink_for(rng, ground, 120)
    rule = tuple((a + 2 * b) // 3 for a, b in zip(ink, ground))
    shade = tuple((a + 9 * b) // 10 for a, b in zip(ink, ground))
    top_fill = cv.jitter(rng, rng.choice([shade, (60, 90, 150), (70, 120, 90), (90, 90, 90)]), 12)
    top_ink = cv.ink_for(rng, top_fill, 110)
    canvas.box(x, y, x + total, y + step * len(grid), ground)
    align = rng.choice([["l"] * len(widths), ["l"] + ["r"] * len(widths), ["l"] + ["m"] * len(widths), [rng.choice(["l", "r", "m"]) for _ in widths]])
    head_face = face if rng.random() < 0.25 else head_face
    for r, row in enumerate(grid):
        ry = y + r * step
        if r == 0 and style != "none":
            canvas.box(x, ry, x + total, ry + step, top_fill)
        elif style == "stripes" and r % 2 == 0:
            canvas.box(x, ry, x + total, ry + step, shade)
        if style in ("lines", "rows") or r == 1:
            canvas.line(x, ry, x + total, ry, rule)
        cx, line = x, canvas.lines
        for c, text in enumerate(row):
            at = cx + {"l": size * 0.5, "r": widths[c] - size * 0.5, "m": widths[c] / 2}[align[c]]
            use, colour = (head_face, top_ink if style != "none" else ink) if r == 0 else (face, ink)
            canvas.text(use, text, at, ry + (step - face.size * 1.2) / 2, colour, align[c], line, c * 8)
            cx += widths[c]
            if style == "lines" and r == len(grid) - 1:
                canvas.line(cx, y, cx, y + step * len(grid), rule)


def free(name):
    return name not in {c for c, _ in COLUMNS}


def questions(rng, head, names, heads, cells):
    out = []
    places = [(r, c) for r in range(len(names)) for c in range(len(heads))]
    for r, c in rng.sample(places, min(6, len(places))):
        out.append(Question("table", ask(rng, CELL, c=heads[c].lower(), r=names[r]), cells[r][c]))
    for c, name in enumerate(heads):
        column = [row[c] for row in cells]
        if (name in NUMERIC or free(name)) and len(column) > 1 and all(v.replace(".", "", 1).isdigit() for v in column):
            numbers = [float(v) for v in column]
            if numbers.count(max(numbers)) == 1:
                out.append(Question("table", ask(rng, ["Which {h} has the highest {c}?", "Who or what has the most {c}?", "Which {h} has the largest {c}?"], h=head, c=name.lower()), names[numbers.index(max(numbers))]))
            if numbers.count(min(numbers)) == 1:
                out.append(Question("table", ask(rng, ["Which {h} has the lowest {c}?", "Which {h} has the smallest {c}?"], h=head, c=name.lower()), names[numbers.index(min(numbers))]))
        pick = rng.randrange(len(column))
        if column.count(column[pick]) == 1:
            out.append(Question("table", ask(rng, ["Which {h} has the {c} {v}?", "Which {h} has {v} as {c}?"], h=head, c=name.lower(), v=column[pick]), names[pick]))
    out.append(Question("count", ask(rng, ["How many rows does the table have below its heading?", "How many {h}s are listed?"], h=head if head in {"product", "name", "month", "day", "team"} else "entrie"), str(len(names))))
    i = rng.randrange(len(names))
    out.append(Question("table", ask(rng, ["What is in row {n} of the {h} column?", "Which {h} is in row {n}?"], n=i + 1, h=head), names[i]))
    absent = [c for c, _ in COLUMNS if c not in heads]
    out.append(Question("missing", ask(rng, CELL, c=rng.choice(absent).lower(), r=rng.choice(names)), ""))
    stranger = rng.choice(FIRST + CITIES + [i.title() for i in ITEMS])
    if all(stranger.lower() not in n.lower() for n in names):
        out.append(Question("missing", ask(rng, CELL, c=rng.choice(heads).lower(), r=stranger), ""))
    return out
