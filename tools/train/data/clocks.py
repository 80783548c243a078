# SPDX-License-Identifier: Apache-2.0
"""Analogue clocks, alone or several to a picture."""

import math

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask

TIME = ["What time is it?", "What time does the clock show?", "Which time is shown?", "Read the clock.", "What is the time?", "What's the time on the clock?",
        "Tell me the time.", "What time is shown on the clock?"]


def hand(canvas, x, y, angle, length, ink, width, tail, style):
    """A hand pointing `angle` degrees clockwise from twelve."""
    a = math.radians(angle - 90)
    dx, dy = math.cos(a), math.sin(a)
    if style == "taper":
        nx, ny = -dy * width / 2, dx * width / 2
        canvas.polygon([(x - dx * tail + nx, y - dy * tail + ny), (x + dx * length, y + dy * length), (x - dx * tail - nx, y - dy * tail - ny)], ink)
    else:
        canvas.line(x - dx * tail, y - dy * tail, x + dx * length, y + dy * length, ink, width)


def numerals(rng, world, canvas, x, y, r, ink):
    style = rng.choice(["all", "all", "quarters", "roman", "none"])
    roman = ["XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"]
    if style == "none":
        return
    face = world.fonts.open(world.fonts.pick(rng), r * (0.2 if style != "roman" else 0.15))
    for i in range(0, 12, 3 if style == "quarters" else 1):
        a = math.radians(i * 30 - 90)
        text = roman[i] if style == "roman" else str(i or 12)
        ascent, descent = face.getmetrics()
        width = face.getlength(text)
        canvas.draw.text((x + r * 0.74 * math.cos(a) - width / 2, y + r * 0.74 * math.sin(a) - (ascent + descent) / 2), text, font=face, fill=ink)


def draw_clock(rng, world, canvas, x, y, r, hour, minute):
    face_colour = cv.jitter(rng, rng.choice([(255, 255, 255), (250, 245, 230), (235, 240, 250), (30, 30, 35), (20, 40, 70)]), 8)
    ink = (20, 20, 20) if cv.luminance(face_colour) > 127 else (240, 240, 240)
    rim = cv.jitter(rng, rng.choice([(30, 30, 30), (150, 30, 30), (40, 80, 150), (120, 120, 120), (160, 120, 60)]), 15)
    if rng.random() < 0.15:
        canvas.box(x - r, y - r, x + r, y + r, rim, None, 1, r * 0.15)
        canvas.box(x - r * 0.93, y - r * 0.93, x + r * 0.93, y + r * 0.93, face_colour, None, 1, r * 0.1)
    else:
        canvas.disc(x, y, r, rim)
        canvas.disc(x, y, r * rng.uniform(0.88, 0.95), face_colour)
    ticks = rng.choice(["all", "all", "hours", "none"])
    for i in range(60):
        if ticks == "none" or (ticks == "hours" and i % 5):
            continue
        a, inner = math.radians(i * 6), 0.8 if i % 5 == 0 else 0.84
        canvas.line(x + r * inner * math.cos(a), y + r * inner * math.sin(a), x + r * 0.87 * math.cos(a), y + r * 0.87 * math.sin(a), ink, max(1, r * (0.03 if i % 5 == 0 else 0.012)))
    if ticks == "none" or rng.random() < 0.8:
        numerals(rng, world, canvas, x, y, r * (0.92 if ticks != "none" else 1.0), ink)
    style = rng.choice(["line", "taper"])
    hand_ink = ink if rng.random() < 0.7 else cv.jitter(rng, rng.choice([(180, 30, 30), (40, 90, 170)]), 20)
    hand(canvas, x, y, hour * 30 + minute / 2, r * rng.uniform(0.42, 0.52), hand_ink, max(3, r * rng.uniform(0.06, 0.09)), r * 0.08, style)
    hand(canvas, x, y, minute * 6, r * rng.uniform(0.68, 0.8), hand_ink, max(2, r * rng.uniform(0.035, 0.055)), r * 0.1, style)
    if rng.random() < 0.3:
        hand(canvas, x, y, rng.randint(0, 59) * 6, r * 0.8, (200, 40, 40), max(1, r * 0.015), r * 0.15, "line")
    canvas.disc(x, y, max(2, r * 0.05), hand_ink)


def random_time(rng, world):
    """(hour, minute); one time in ten belongs to the held-out split."""
    minutes = [lambda: rng.randint(0, 59), lambda: rng.randint(0, 59), lambda: rng.randrange(0, 60, 5)]
    return world.choose(lambda: (rng.randint(0, 11), rng.choice(minutes)()), lambda v: f"clock {v[0]} {v[1]}")


def spoken(hour, minute):
    return f"{hour or 12}:{minute:02d}"


def draw(rng, world, canvas):
    """One clock, or two or three beside each other."""
    canvas.level_ground = True
    wide = canvas.w / canvas.h
    count = 1 if 0.5 < wide < 1.9 else rng.choice([1, 2]) if wide < 2.8 else rng.choice([2, 3])
    horizontal = wide >= 1
    w, h = (canvas.w / count, canvas.h) if horizontal else (canvas.w, canvas.h / count)
    times, out = [], []
    for i in range(count):
        hour, minute = random_time(rng, world)
        r = min(w, h) / 2 * rng.uniform(0.72, 0.97)
        x = (i * w if horizontal else 0) + rng.uniform(r, w - r)
        y = (0 if horizontal else i * h) + rng.uniform(r, h - r)
        draw_clock(rng, world, canvas, x, y, r, hour, minute)
        canvas.measure(minute / 60, x - r * 0.7, y - r * 0.7, x + r * 0.7, y + r * 0.7)
        times.append(spoken(hour, minute))
    places = [None] if count == 1 else ((["left", "right"] if horizontal else ["upper", "lower"]) if count == 2 else ["left", "middle", "right"])
    for place, time in zip(places, times):
        if place is None:
            out += [Question("clock", ask(rng, TIME), time)] * 3
            hour, minute = time.split(":")
            out.append(Question("clock", ask(rng, ["How many minutes past the hour is it?", "How many minutes does the clock show?"]), str(int(minute))))
            out.append(Question("clock", ask(rng, ["Which hour is it?", "What hour does the clock show?"]), hour))
        else:
            out.append(Question("clock", ask(rng, ["What time does the {p} clock show?", "What time is it on the {p} clock?", "Read the {p} clock."], p=place), time))
    out.append(Question("count", ask(rng, ["How many clocks are there?", "How many clocks do you see?"]), str(count)))
    return out
