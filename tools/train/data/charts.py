# SPDX-License-Identifier: Apache-2.0
"""Bar, line and pie charts: lookup, comparison, largest and smallest."""

import math

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask, distinct
from data.words import CITIES, DAYS, FIRST, ITEMS, MONTHS

PALETTES = [["red", "blue", "green", "orange", "purple", "brown", "pink", "grey"], ["blue", "orange", "green", "red", "purple", "yellow", "pink", "grey"]]
TITLES = ["Sales", "Visitors", "Votes", "Rainfall", "Production", "Exports", "Population", "Points", "Orders", "Members", "Costs", "Energy use"]
VALUE = ["What is the value of {c}?", "What value does {c} have?", "How much is {c}?", "What is the value for {c}?", "How high is {c}?", "Read the value of {c}."]
MOST = ["Which {b} is the highest?", "Which one is the largest?", "Which category has the highest value?", "What has the highest value?", "Which is the biggest?",
        "Which {b} is the tallest?"]
LEAST = ["Which {b} is the lowest?", "Which one is the smallest?", "Which category has the lowest value?", "What has the lowest value?"]
FREE_TITLES = 0.5
UNITS = ["kWh", "EUR", "tonnes", "people", "value", "number", "mm", "km", "hours", "percent", "litres", "units", "points"]
MARKS = ["disc", "disc", "disc", "ring", "square", "diamond", "triangle", "plus", "cross"]
COMPARE = ["Which is larger, {a} or {b}?", "Which is higher, {a} or {b}?", "Is {a} or {b} larger?", "What is more, {a} or {b}?"]


def categories(rng, words, count):
    kind = rng.choice(["years", "months", "days", "names", "cities", "items", "letters", "words", "words", "quarters"])
    if kind == "years":
        start = rng.randint(1990, 2025)
        return [str(start + i) for i in range(count)]
    if kind == "quarters" and count <= 4:
        return ["Q1", "Q2", "Q3", "Q4"][:count]
    if kind == "letters":
        return [chr(65 + i) for i in range(count)]
    if kind in ("months", "days") and count > 7:
        kind = "months"
    pools = {"months": [m[:3] for m in MONTHS], "days": [d[:3] for d in DAYS], "names": FIRST, "cities": CITIES, "items": [i.title() for i in ITEMS]}
    if kind in ("months", "days"):
        start = rng.randint(0, max(0, len(pools[kind]) - count))
        return pools[kind][start:start + count]
    return distinct(lambda: rng.choice(pools[kind]) if kind in pools else words.word(rng, 8).title(), count)


def choose_title(rng, world, share):
    """A heading on some charts; many are free words, to be read rather than known."""
    if rng.random() >= share:
        return None
    return world.words.phrase(rng, 22).capitalize() if rng.random() < FREE_TITLES else rng.choice(TITLES)


def nice_step(top):
    for step in [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000]:
        if top / step <= 6:
            return step
    return 2000


def make_values(rng, count, room):
    """(values, axis top, tick step): whole numbers no finer than a tenth of a tick, nor than can be seen on `room` pixels."""
    top = rng.choice([5, 8, 10, 10, 20, 30, 40, 50, 60, 80, 100, 100, 120, 200, 250, 300, 500, 800, 1000, 2000, 5000])
    step = nice_step(top)
    top = -(-top // step) * step
    top += rng.choice([0, 0, 0, rng.randint(0, step - 1)])  # at times the axis ends between two marks
    grain = rng.choice([step, max(1, step // 2), max(1, step // 5), max(1, step // 10), max(1, step // 10)])
    grain = max(grain, next(g for g in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000) if g * room > top * 2))
    values = [max(1, round(rng.uniform(0.06, 1.0) * top / grain) * grain) for _ in range(count)]
    return [min(v, top) for v in values], top, step


def fitting(rng, world, path, size, count, slot):
    """`count` category names that stay legible in slots of the given width, with their face."""
    for attempt in range(4):
        names = categories(rng, world.words, count) if attempt < 3 else [chr(65 + i) for i in range(count)]
        face = min((world.fonts.fit(path, n, size, slot * 0.95) for n in names), key=lambda f: f.size)
        if face.size >= size * 0.72:
            break
    return names, face


def frame(rng, world, canvas, title):
    """Ground, title and the plot area left for axes: (area, ink, path, size)."""
    if rng.random() < 0.8:
        ground = cv.jitter(rng, rng.choice([(255, 255, 255), (255, 255, 255), (246, 246, 248), (250, 245, 235)]), 4)
    else:
        ground = cv.jitter(rng, (32, 34, 44), 10)
    canvas.box(0, 0, canvas.w, canvas.h, ground)
    canvas.background = ground
    ink = (25, 25, 30) if cv.luminance(ground) > 127 else (230, 230, 230)
    path = world.fonts.plain(rng)
    size = canvas.smallest * rng.uniform(1.0, 1.35)
    y = canvas.h * 0.03
    if title:
        face = world.fonts.fit(path, title, size * 1.25, canvas.w * 0.9)
        canvas.text(face, title, canvas.w / 2, y, ink, "m")
        y += face.size * 1.6
    return (canvas.w * 0.03, y, canvas.w * 0.94, canvas.h * 0.97 - y), ink, path, size


class Look:
    """How a program draws its axes: the plot's whole frame or two of its sides, marks outside or inside."""

    def __init__(self, rng):
        self.closed, self.inward, self.axis = rng.random() < 0.35, rng.random() < 0.35, rng.choice([1, 1, 1.5, 2])


def axes(rng, world, canvas, area, ink, path, size, top, step):
    """Draws a value axis with ticks; returns (plot area, function from a value to y, tick face)."""
    x, y, w, h = area
    ground = canvas.background
    faint = tuple((a + 4 * b) // 5 for a, b in zip(ink, ground))
    face = world.fonts.open(path, size)
    widest = face.getlength(str(top))
    px, py, pw, ph = x + widest + size * 0.7, y + size * 0.6, w - widest - size * 1.2, h - size * 2.3
    look, grid = Look(rng), rng.random() < 0.6
    if rng.random() < 0.2:
        unit = world.fonts.open(path, size * 0.9)
        canvas.upright(unit, rng.choice(UNITS), x - size * 0.35, py + ph / 2, ink)
        px, pw = px + size, pw - size
    place = lambda v: py + ph * (1 - v / top)
    for tick in range(0, top + 1, step):
        ty = place(tick)
        if grid:
            canvas.line(px, ty, px + pw, ty, faint)
        if look.inward or not grid:
            canvas.line(px - size * (0 if look.inward else 0.25), ty, px + size * (0.3 if look.inward else 0), ty, ink)
        if look.closed and look.inward:
            canvas.line(px + pw - size * 0.3, ty, px + pw, ty, ink)
        canvas.text(face, str(tick), px - size * 0.4, ty - size * 0.6, ink, "r")
    if look.closed:
        canvas.box(px, py, px + pw, py + ph, None, ink)
    canvas.line(px, py, px, py + ph, ink, look.axis)
    canvas.line(px, py + ph, px + pw, py + ph, ink, look.axis)
    return (px, py, pw, ph), place, face


def bar(canvas, fill, x0, y0, x1, y1, colour, edge):
    """One bar: plain, hatched or only its edge."""
    if fill == "plain":
        canvas.box(x0, y0, x1, y1, colour, edge)
        return
    if fill == "hatched":
        gap, reach = max(4.0, (x1 - x0) / 5), x1 - x0
        y = y0
        while y + reach < y1:
            canvas.line(x0, y + reach, x1, y, colour)
            y += gap
    canvas.box(x0, y0, x1, y1, None, colour, 2)


def mark(canvas, kind, x, y, r, ink):
    """One point of a line or scatter chart."""
    if kind == "disc":
        canvas.disc(x, y, r, ink)
    elif kind == "ring":
        canvas.circle(x, y, r, ink, 2)
    elif kind == "square":
        canvas.box(x - r, y - r, x + r, y + r, ink)
    elif kind == "diamond":
        canvas.polygon([(x - r * 1.2, y), (x, y - r * 1.2), (x + r * 1.2, y), (x, y + r * 1.2)], ink)
    elif kind == "triangle":
        canvas.polygon([(x - r * 1.1, y + r * 0.8), (x, y - r * 1.2), (x + r * 1.1, y + r * 0.8)], ink)
    else:
        d = r if kind == "plus" else r * 0.8
        across, down = ((d, 0), (0, d)) if kind == "plus" else ((d, d), (d, -d))
        for dx, dy in (across, down):
            canvas.line(x - dx, y - dy, x + dx, y + dy, ink, 2)


def bars(rng, world, canvas):
    most = max(2, min(8, int(canvas.w / (canvas.smallest * 3.4))))
    count = rng.randint(2, most)
    values, top, step = make_values(rng, count, canvas.h * canvas.scale * 0.6)
    title = choose_title(rng, world, 0.6)
    area, ink, path, size = frame(rng, world, canvas, title)
    if area[3] < size * 6:
        return pie(rng, world, canvas)
    (px, py, pw, ph), place, face = axes(rng, world, canvas, area, ink, path, size, top, step)
    slot = pw / count
    names, label = fitting(rng, world, path, size, count, slot)
    palette = rng.choice(PALETTES)
    one = rng.choice(palette[:6]) if rng.random() < 0.5 else None
    width, printed = slot * rng.choice([rng.uniform(0.45, 0.85), rng.uniform(0.45, 0.85), rng.uniform(0.06, 0.3)]), rng.random() < 0.35
    fill, outlined, colours = rng.choice(["plain"] * 6 + ["hatched", "empty"]), rng.random() < 0.25, []
    for i, (name, value) in enumerate(zip(names, values)):
        colour = one or palette[i % len(palette)]
        colours.append(colour)
        cx = px + slot * (i + 0.5)
        bar(canvas, fill, cx - width / 2, place(value), cx + width / 2, py + ph, cv.jitter(rng, cv.COLOURS[colour], 12), ink if outlined else None)
        canvas.text(label, name, cx, py + ph + size * 0.3, ink, "m", canvas.lines)
        canvas.measure(value / top, cx - width / 2, place(value), cx + width / 2, py + ph + size * 1.5)
        if printed:
            canvas.text(face, str(value), cx, max(0, place(value) - size * 1.15), ink, "m")
    return questions(rng, names, values, top, title, "bar", None if one else colours)


def horizontal_bars(rng, world, canvas):
    count = rng.randint(2, max(2, min(8, int(canvas.h / (canvas.smallest * 2.4)))))
    names = categories(rng, world.words, count)
    values, top, step = make_values(rng, len(names), canvas.w * canvas.scale * 0.6)
    title = choose_title(rng, world, 0.6)
    (x, y, w, h), ink, path, size = frame(rng, world, canvas, title)
    face = min((world.fonts.fit(path, n, size, w * 0.35) for n in names), key=lambda f: f.size)
    left = x + max(face.getlength(n) for n in names) + size * 0.5
    right, bottom = x + w - size * 1.4, y + h - size * 1.6
    faint = tuple((a + 4 * b) // 5 for a, b in zip(ink, canvas.background))
    place = lambda v: left + (right - left) * v / top
    small = world.fonts.open(path, min(size, (right - left) / (top // step + 1) / max(2, len(str(top))) * 1.5))
    for tick in range(0, top + 1, step):
        canvas.line(place(tick), y, place(tick), bottom, faint)
        canvas.text(small, str(tick), place(tick), bottom + size * 0.2, ink, "m")
    slot, palette = (bottom - y) / len(names), rng.choice(PALETTES)
    one = rng.choice(palette[:6]) if rng.random() < 0.6 else None
    for i, (name, value) in enumerate(zip(names, values)):
        cy = y + slot * (i + 0.5)
        half = max(1.0, slot * 0.33)
        canvas.box(left, cy - half, max(left + 1, place(value)), cy + half, cv.jitter(rng, cv.COLOURS[one or palette[i % len(palette)]], 12))
        canvas.text(face, name, left - size * 0.3, cy - face.size * 0.6, ink, "r")
        canvas.measure(value / top, left - size * 0.3 - face.getlength(name), cy - half, place(value), cy + half)
    canvas.line(left, y, left, bottom, ink, 1.5)
    return questions(rng, names, values, top, title, "bar", None)


def lines(rng, world, canvas):
    most = max(3, min(9, int(canvas.w / (canvas.smallest * 3.4))))
    count = rng.randint(3, most)
    values, top, step = make_values(rng, count, canvas.h * canvas.scale * 0.6)
    title = choose_title(rng, world, 0.6)
    area, ink, path, size = frame(rng, world, canvas, title)
    if area[3] < size * 6:
        return pie(rng, world, canvas)
    (px, py, pw, ph), place, _ = axes(rng, world, canvas, area, ink, path, size, top, step)
    slot = pw / count
    names, label = fitting(rng, world, path, size, count, slot)
    colour = cv.jitter(rng, cv.COLOURS[rng.choice(PALETTES[0][:6])], 12)
    points = [(px + slot * (i + 0.5), place(v)) for i, v in enumerate(values)]
    style, kind = rng.choice(["line", "line", "line", "points", "stems"]), rng.choice(MARKS)
    if style == "line":
        canvas.polyline(points, colour, rng.choice([1, 2, max(2, size * 0.15), 3]))
    marks, radius, thin = style != "line" or rng.random() < 0.7, max(3, size * rng.uniform(0.22, 0.4)), rng.choice([1, 2])
    for (cx, cy), name, value in zip(points, names, values):
        canvas.measure(value / top, cx - slot * 0.25, cy, cx + slot * 0.25, py + ph + size * 1.5)
        if style == "stems":
            canvas.line(cx, cy, cx, py + ph, colour, thin)
        if marks:
            mark(canvas, kind, cx, cy, radius, colour)
        canvas.text(label, name, cx, py + ph + size * 0.3, ink, "m", canvas.lines)
    out = questions(rng, names, values, top, title, "point", None)
    i = rng.randrange(len(names) - 1)
    if style == "line" and values[i] != values[i + 1]:
        rise = values[i + 1] > values[i]
        question, answer = rng.choice([("Does the line go up or down from {a} to {b}?", "up" if rise else "down"),
                                       ("Does the value rise or fall from {a} to {b}?", "rise" if rise else "fall")])
        out.append(Question("chart", question.format(a=names[i], b=names[i + 1]), answer))
    return out


def shares(rng, count):
    """Whole percentages that add up to 100, none below 4."""
    cuts = [rng.uniform(0.3, 1.6) for _ in range(count)]
    whole = [max(4, round(100 * c / sum(cuts))) for c in cuts]
    whole[whole.index(max(whole))] += 100 - sum(whole)
    return whole


def pie(rng, world, canvas):
    count = rng.randint(2, 6)
    names = categories(rng, world.words, count)
    values = shares(rng, len(names))
    title = choose_title(rng, world, 0.4)
    (x, y, w, h), ink, path, size = frame(rng, world, canvas, title)
    palette = rng.sample(rng.choice(PALETTES), len(names))
    printed = rng.random() < 0.6
    wide = w > h * 1.25
    radius = min(h / 2 * 0.92, w * 0.3) if wide else min(w / 2 * 0.92, (h - len(names) * size * 1.4) / 2)
    if radius < size * 1.5:
        radius, wide = min(h / 2 * 0.9, w * 0.25), True
    cx, cy = (x + radius * 1.05, y + h / 2) if wide else (x + w / 2, y + radius)
    angle = rng.choice([-90, -90, rng.uniform(0, 360)])
    face = world.fonts.open(path, size)
    middle = []
    for value, colour in zip(values, palette):
        end = angle + value * 3.6
        canvas.sector(cx, cy, radius, angle, end, cv.jitter(rng, cv.COLOURS[colour], 12))
        middle.append((math.radians((angle + end) / 2), colour))
        angle = end
    if rng.random() < 0.3:
        canvas.disc(cx, cy, radius * 0.45, canvas.background)
    for (a, colour), value in zip(middle, values):
        sx, sy = cx + radius * 0.7 * math.cos(a), cy + radius * 0.7 * math.sin(a)
        canvas.measure(value / 100, sx - radius * 0.1, sy - radius * 0.1, sx + radius * 0.1, sy + radius * 0.1)
        if printed and value >= 8:
            text = f"{value}%"
            canvas.text(face, text, cx + radius * 0.7 * math.cos(a), cy + radius * 0.7 * math.sin(a) - size * 0.6, cv.ink_for(rng, cv.COLOURS[colour]), "m")
    lx, ly = (cx + radius * 1.25, y + (h - len(names) * size * 1.5) / 2) if wide else (x + w * 0.2, y + 2 * radius + size * 0.4)
    for name, colour, value in zip(names, palette, values):
        canvas.measure(value / 100, lx, ly, lx + size * (1.2 + 0.5 * len(name)), ly + size * 1.2)
        canvas.box(lx, ly + size * 0.2, lx + size * 0.8, ly + size, cv.COLOURS[colour])
        canvas.text(world.fonts.fit(path, name, size, max(20, canvas.w - lx - size * 1.4)), name, lx + size * 1.2, ly, ink)
        ly += size * 1.5
    shown = [v if v >= 8 else None for v in values] if printed else [None] * len(values)
    return pie_questions(rng, names, values, shown, palette, title)


def compare_questions(rng, names, values, gap):
    out = []
    order = sorted(values)
    if order[-1] - order[-2] >= gap:
        out.append(("most", names[values.index(order[-1])]))
    if order[1] - order[0] >= gap:
        out.append(("least", names[values.index(order[0])]))
    if len(names) > 2:
        a, b = rng.sample(range(len(names)), 2)
        if abs(values[a] - values[b]) >= gap:
            out.append(((names[a], names[b]), names[a] if values[a] > values[b] else names[b]))
    return out


def questions(rng, names, values, top, title, thing, colours):
    out = []
    for i in rng.sample(range(len(names)), min(3, len(names))):
        out.append(Question("chart", ask(rng, VALUE, c=names[i]), str(values[i])))
    for kind, answer in compare_questions(rng, names, values, top * 0.04):
        if isinstance(kind, tuple):
            out.append(Question("chart", ask(rng, COMPARE, a=kind[0], b=kind[1]), answer))
        else:
            out.append(Question("chart", ask(rng, MOST if kind == "most" else LEAST, b=thing), answer))
    out.append(Question("count", ask(rng, ["How many {t}s are there?", "How many {t}s does the chart have?"], t=thing), str(len(names))))
    if colours:
        i = rng.randrange(len(names))
        out.append(Question("colour", ask(rng, ["What colour is the bar of {c}?", "What color is {c}?", "Which colour is the {c} bar?"], c=names[i]), colours[i]))
    if title:
        out.append(Question("chart", ask(rng, ["What is the title of the chart?", "What is the chart about?", "What does the chart show?"]), title))
    out.append(Question("missing", ask(rng, VALUE, c=rng.choice([n for n in CITIES + FIRST if n not in names])), ""))
    return out


def pie_questions(rng, names, values, shown, palette, title):
    out = []
    for i, value in enumerate(shown):
        if value:
            out.append(Question("chart", ask(rng, ["What share does {c} have?", "How many percent is {c}?", "What percentage is {c}?", "What is the value of {c}?"], c=names[i]), f"{value}%"))
        out.append(Question("colour", ask(rng, ["What colour is {c}?", "Which colour stands for {c}?", "What color is the {c} slice?"], c=names[i]), palette[i]))
        out.append(Question("chart", ask(rng, ["Which category is {k}?", "What does the {k} slice stand for?", "What is the {k} part?"], k=palette[i]), names[i]))
    for kind, answer in compare_questions(rng, names, values, 4):
        if isinstance(kind, tuple):
            out.append(Question("chart", ask(rng, COMPARE, a=kind[0], b=kind[1]), answer))
        else:
            out += [Question("chart", ask(rng, [t.format(b="slice") for t in (MOST if kind == "most" else LEAST) if "{b}" not in t] + [f"Which slice is the {'largest' if kind == 'most' else 'smallest'}?"] + ["What has the " + ("largest" if kind == "most" else "smallest") + " share?"]), answer)] * 2
    out.append(Question("count", ask(rng, ["How many slices are there?", "How many slices does the pie have?", "How many categories are there?"]), str(len(names))))
    if title:
        out.append(Question("chart", ask(rng, ["What is the title of the chart?", "What is the chart about?"]), title))
    return out
