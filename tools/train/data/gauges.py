# SPDX-License-Identifier: Apache-2.0
"""Dial gauges, thermometers, progress bars and battery symbols."""

import math

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask

UNITS = [("Pressure", "bar", [4, 6, 10, 16]), ("Speed", "km/h", [120, 160, 200, 240]), ("Temperature", "°C", [60, 100, 120, 200]), ("Voltage", "V", [12, 15, 30, 250]),
         ("Current", "A", [5, 10, 20]), ("Fuel", "L", [40, 50, 60]), ("Humidity", "%", [100]), ("Power", "kW", [10, 50, 100]), ("Level", "", [5, 10, 100]),
         ("Weight", "kg", [5, 10, 100, 150]), ("", "", [10, 20, 50, 100, 200])]
READ = ["What does the gauge show?", "What value does the gauge show?", "What is the reading of the gauge?", "Read the gauge.", "Which value does the needle point to?",
        "What does the dial read?", "What is the value on the dial?", "What is the reading?"]


def number(value):
    return f"{value:g}"


def scale_for(rng):
    """(name, unit, top, major step, finest step of an answer)."""
    name, unit, tops = rng.choice(UNITS)
    top = rng.choice(tops)
    major = next(s for s in (0.5, 1, 2, 5, 10, 20, 25, 50, 100) if top / s <= 12 and abs(top / s - round(top / s)) < 1e-9)
    fine = major / rng.choice([2, 5, 10] if major >= 1 else [5])
    return name, unit, top, major, fine


def dial(rng, world, canvas):
    canvas.level_ground = True
    name, unit, top, major, fine = scale_for(rng)
    value = round(rng.uniform(0, top) / fine) * fine
    value = round(min(top, value), 3)
    r = min(canvas.w, canvas.h) / 2 * rng.uniform(0.75, 0.97)
    x, y = rng.uniform(r, canvas.w - r), rng.uniform(r, canvas.h - r)
    start, sweep = rng.choice([(135, 270), (135, 270), (180, 180), (150, 240)])
    face = cv.jitter(rng, rng.choice([(255, 255, 255), (245, 245, 240), (25, 25, 30), (40, 45, 60)]), 8)
    ink = (20, 20, 20) if cv.luminance(face) > 127 else (240, 240, 240)
    canvas.disc(x, y, r, cv.jitter(rng, rng.choice([(60, 60, 60), (140, 140, 145), (30, 60, 110), (110, 30, 30)]), 15))
    canvas.disc(x, y, r * 0.93, face)
    angle = lambda v: math.radians(start + sweep * v / top)
    if rng.random() < 0.35:
        edge = rng.uniform(0.6, 0.85)
        canvas.arc(x, y, r * 0.8, start + sweep * edge, start + sweep, (200, 40, 40), r * 0.06)
    font = world.fonts.open(world.fonts.plain(rng), max(r * 0.14, canvas.smallest * 0.9))
    steps = round(top / major)
    minor = rng.choice([2, 5, 10]) if r * sweep / steps > 700 else 2
    every = 1 if r * 0.56 * math.radians(sweep) / steps > font.size * 0.45 * (1 + len(number(top))) else 2
    for i in range(steps * minor + 1):
        a, big = angle(i * major / minor), i % minor == 0
        inner = 0.72 if big else 0.8
        canvas.line(x + r * inner * math.cos(a), y + r * inner * math.sin(a), x + r * 0.87 * math.cos(a), y + r * 0.87 * math.sin(a), ink, max(1, r * (0.025 if big else 0.01)))
        if big and i // minor % every == 0:
            text = number(i // minor * major)
            canvas.text(font, text, x + r * 0.56 * math.cos(a), y + r * 0.56 * math.sin(a) - font.size * 0.6, ink, "m")
    if unit and rng.random() < 0.75:
        canvas.text(font, unit, x, y + r * 0.4, ink, "m")
    a, needle = angle(value), cv.jitter(rng, rng.choice([(210, 40, 30), ink, (230, 120, 20)]), 10)
    nx, ny, tip = -math.sin(a) * r * 0.035, math.cos(a) * r * 0.035, r * rng.uniform(0.66, 0.8)
    tail = r * rng.uniform(0.0, 0.18)
    canvas.polygon([(x - math.cos(a) * tail + nx, y - math.sin(a) * tail + ny), (x + tip * math.cos(a), y + tip * math.sin(a)), (x - math.cos(a) * tail - nx, y - math.sin(a) * tail - ny)], needle)
    canvas.disc(x, y, r * 0.07, needle)
    canvas.measure(value / top, x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7)
    out = [Question("gauge", ask(rng, READ), number(value))] * 3
    out.append(Question("gauge", ask(rng, ["What is the maximum of the scale?", "What is the highest number on the dial?"]), number(top)))
    return out


def thermometer(rng, world, canvas):
    canvas.level_ground = True
    low, high, step = rng.choice([(-20, 50, 10), (-30, 50, 10), (0, 100, 10), (-10, 40, 5), (0, 50, 5), (35, 42, 1), (-40, 40, 20), (0, 40, 10)])
    fine = step / rng.choice([5, 10]) if step > 1 else 0.1
    value = round(round(rng.uniform(low, high) / fine) * fine, 2)
    value = min(high, max(low, value))
    h = canvas.h * rng.uniform(0.8, 0.94)
    bulb = min(canvas.w * 0.12, h * 0.07)
    x, top = rng.uniform(bulb * 3, max(bulb * 3 + 1, canvas.w - canvas.smallest * 4 - bulb)), (canvas.h - h) / 2
    bottom = top + h - bulb * 2.2
    ground = canvas.background
    ink = (25, 25, 25) if cv.luminance(ground) > 127 else (235, 235, 235)
    tube, fill = bulb * 0.5, rng.choice([(210, 35, 35), (210, 35, 35), (40, 80, 200)])
    place = lambda v: bottom - (bottom - top - bulb) * (v - low) / (high - low) - bulb * 0.4
    canvas.box(x - tube * 1.3, top, x + tube * 1.3, bottom + bulb, (245, 245, 245), (90, 90, 90), 2, tube * 1.3)
    canvas.disc(x, bottom + bulb, bulb * 1.15, (90, 90, 90))
    canvas.disc(x, bottom + bulb, bulb, fill)
    canvas.box(x - tube * 0.6, place(value), x + tube * 0.6, bottom + bulb, fill)
    face = world.fonts.open(world.fonts.plain(rng), max(canvas.smallest, min(canvas.smallest * 1.6, h / ((high - low) / step) * 0.6)))
    side = x + tube * 2
    minor = 5 if step > 1 else 10
    count = round((high - low) / step)
    for i in range(count * minor + 1):
        v, big = low + i * step / minor, i % minor == 0
        if big or (bottom - top) / (count * minor) > 3:
            canvas.line(side, place(v), side + tube * (1.6 if big else 0.8), place(v), ink, 2 if big else 1)
        if big:
            canvas.text(face, number(v), side + tube * 2.2, place(v) - face.size * 0.62, ink)
    canvas.measure((value - low) / (high - low), x - tube * 2, top, x + tube * 4, bottom + bulb * 2)
    unit = rng.choice(["°C", "°C", "°F", ""])
    if unit:
        canvas.text(face, unit, min(side + tube * 2.2 + face.size * 2.4, canvas.w - face.size * 1.4), top, ink)
    return [Question("gauge", ask(rng, ["What is the temperature?", "What does the thermometer show?", "Read the thermometer.", "How many degrees is it?", "Which temperature is shown?",
                                        "How warm is it?"]), number(value))] * 3


def progress(rng, world, canvas):
    """One to four bars with labels; a printed percentage on some."""
    canvas.level_ground = True
    small, path = canvas.smallest, world.fonts.plain(rng)
    count = max(1, min(rng.choice([1, 1, 2, 3, 4]), int(canvas.h / (small * 3.6))))
    labels = [world.words.word(rng, 9).capitalize() for _ in range(count)]
    labels = list(dict.fromkeys(labels))
    w = canvas.w * rng.uniform(0.6, 0.92)
    x, slot = rng.uniform(canvas.w * 0.03, canvas.w * 0.97 - w), canvas.h / len(labels)
    ink, out = cv.ink_for(rng, canvas.background), []
    printed, face = rng.random() < 0.4, world.fonts.open(path, small * rng.uniform(1, 1.4))
    colour = rng.choice(["green", "blue", "orange", "red", "purple"])
    track = cv.jitter(rng, (215, 215, 215) if cv.luminance(canvas.background) > 110 else (70, 70, 75), 10)
    values = []
    for i, label in enumerate(labels):
        value = rng.choice([rng.randint(0, 100), rng.randrange(0, 101, 5)])
        values.append(value)
        y = i * slot + (slot - small * 3) / 2
        thick = min(slot * 0.35, small * rng.uniform(0.7, 1.4))
        canvas.text(face, label, x, y, ink)
        top = y + small * 1.7
        radius = thick / 2 if rng.random() < 0.5 else 0
        canvas.box(x, top, x + w, top + thick, track, None, 1, radius)
        if value:
            canvas.box(x, top, x + max(1, w * value / 100), top + thick, cv.jitter(rng, cv.COLOURS[colour], 12), None, 1, min(radius, w * value / 200))
        canvas.measure(value / 100, x, y, x + w, top + thick)
        if printed:
            canvas.text(face, f"{value}%", x + w, y, ink, "r")
        name = label if len(labels) > 1 else None
        ways = ["How far is {n}?", "What is the progress of {n}?", "How many percent is {n}?", "What percentage of {n} is done?"] if name else \
            ["How far is the progress bar?", "What is the progress?", "How many percent are done?", "How full is the bar?", "What percentage is complete?"]
        out.append(Question("gauge", ask(rng, ways, n=name), f"{value}%"))
    if len(values) > 1 and sorted(values)[-1] - sorted(values)[-2] > 4:
        out.append(Question("gauge", ask(rng, ["Which bar is the longest?", "Which is the most complete?", "What is furthest along?"]), labels[values.index(max(values))]))
    return out


def battery(rng, world, canvas):
    canvas.level_ground = True
    bars = rng.randint(0, 4)
    h = min(canvas.h * 0.7, canvas.w * 0.38) * rng.uniform(0.5, 1)
    w = h * 2.1
    x, y = rng.uniform(0, canvas.w - w * 1.1), rng.uniform(0, canvas.h - h)
    ink = cv.ink_for(rng, canvas.background)
    edge = max(2, h * 0.06)
    canvas.box(x, y, x + w, y + h, None, ink, edge, h * 0.12)
    canvas.box(x + w, y + h * 0.3, x + w + h * 0.12, y + h * 0.7, ink)
    fill = cv.COLOURS["red" if bars <= 1 else rng.choice(["green", "green", "blue"])]
    cell = (w - edge * 3) / 4
    for i in range(bars):
        canvas.box(x + edge * 2 + i * cell, y + edge * 2, x + edge + (i + 1) * cell - edge * 0.4, y + h - edge * 2, fill)
    return [Question("gauge", ask(rng, ["How many bars does the battery have?", "How many battery bars are left?", "How many bars are shown?"]), str(bars)),
            Question("gauge", ask(rng, ["Is the battery full?", "Is the battery fully charged?"]), "yes" if bars == 4 else "no"),
            Question("gauge", ask(rng, ["Is the battery empty?"]), "yes" if bars == 0 else "no")]
