# SPDX-License-Identifier: Apache-2.0
"""Seven-segment displays drawn as polygons: meters, digital clocks, scales."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask

#   a top, b upper right, c lower right, d bottom, e lower left, f upper left, g middle
SEGMENTS = {"0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc", "8": "abcdefg", "9": "abcdfg", "-": "g"}
LOOKS = [((20, 24, 20), (60, 230, 90)), ((25, 10, 10), (240, 50, 40)), ((170, 190, 160), (30, 40, 30)), ((12, 20, 40), (90, 190, 255)),
         ((30, 22, 8), (255, 170, 40)), ((200, 205, 195), (20, 20, 25)), ((10, 10, 10), (235, 235, 235))]
READ = ["What does the display show?", "What number is on the display?", "Read the display.", "What is the reading?", "Which number does the display show?",
        "What value is displayed?", "What is on the screen?"]
TIME = ["What time is it?", "What time does the clock show?", "What does the display show?", "What is the time?", "Read the clock."]


def segments(x, y, w, h, t, slant):
    """Corner points of each segment of a digit in the box (x, y, w, h) with line thickness t."""
    at = lambda px, py: (x + px + slant * (h - py), y + py)
    half, m = t / 2, h / 2
    bar = lambda py: [at(half, py), at(t, py - half), at(w - t, py - half), at(w - half, py), at(w - t, py + half), at(t, py + half)]
    post = lambda px, y0, y1: [at(px, y0 + half), at(px + half, y0 + t), at(px + half, y1 - t), at(px, y1 - half), at(px - half, y1 - t), at(px - half, y0 + t)]
    return {"a": bar(half), "g": bar(m), "d": bar(h - half), "f": post(half, 0, m), "b": post(w - half, 0, m), "e": post(half, m, h), "c": post(w - half, m, h)}


def draw_digits(canvas, text, x, y, h, ink, ghost, slant, weight):
    """Draws the text from (x, y) and returns the x where it ends; "." and ":" take a narrow cell."""
    w, gap = h * 0.52, h * 0.16
    t = h * weight
    for char in text:
        if char in ".:":
            r = t * 0.55
            for py in ([h - r] if char == "." else [h * 0.3, h * 0.7]):
                canvas.disc(x + r + slant * (h - py), y + py, r, ink)
            x += r * 2 + gap
            continue
        lit = SEGMENTS.get(char, "")
        for name, points in segments(x, y, w, h, t, slant).items():
            if name in lit:
                canvas.polygon(points, ink)
            elif ghost:
                canvas.polygon(points, ghost)
        x += w + gap
    return x


def width_of(text, h, weight):
    return sum(h * weight * 1.1 + h * 0.16 if c in ".:" else h * 0.68 for c in text)


def reading(rng, world):
    """(text, unit, phrasings)."""
    kind = rng.choice(["time", "time", "number", "decimal", "temperature", "weight"])
    words = world.words
    if kind == "time":
        hour, minute = rng.randint(0, 23), rng.randint(0, 59)
        return rng.choice([f"{hour:02d}:{minute:02d}", f"{hour or 12}:{minute:02d}"]), "", TIME
    if kind == "number":
        return words.number(rng, 6), rng.choice(["", "", "kWh", "rpm", "km"]), READ
    if kind == "decimal":
        return f"{rng.randint(0, 999)}.{rng.randint(0, 99):0{rng.choice([1, 2])}d}", rng.choice(["", "V", "A", "m"]), READ
    if kind == "temperature":
        return f"{rng.choice(['', '', '-'])}{rng.randint(0, 45)}.{rng.randint(0, 9)}", "°C", READ + ["What is the temperature?", "What temperature is displayed?"]
    return f"{rng.randint(0, 150)}.{rng.randint(0, 9)}", "kg", READ + ["How much does it weigh?", "What weight is shown?"]


def draw(rng, world, canvas):
    text, unit, ways = reading(rng, world)
    panel, ink = (cv.jitter(rng, c, 10) for c in rng.choice(LOOKS))
    weight, slant = rng.uniform(0.1, 0.17), rng.choice([0, 0, 0.08, 0.14])
    cells = width_of(text, 1.0, weight) + slant
    h = min(canvas.h * 0.6, canvas.w * 0.85 / cells) * rng.uniform(0.55, 1.0)
    h = max(h, canvas.smallest * 1.3)
    w = cells * h
    face = world.fonts.open(world.fonts.plain(rng), max(canvas.smallest, h * 0.3))
    tail = face.getlength(unit) + h * 0.15 if unit else 0
    if w + tail > canvas.w * 0.95:
        unit, tail = "", 0
    pad = h * rng.uniform(0.2, 0.4)
    x = rng.uniform(min(pad, canvas.w - w - tail - pad), max(pad, canvas.w - w - tail - pad))
    y = rng.uniform(min(pad, canvas.h - h - pad), max(pad, canvas.h - h - pad))
    if rng.random() < 0.8:
        canvas.box(x - pad * 1.4, y - pad * 1.4, x + w + tail + pad * 1.2, y + h + pad * 1.4, cv.jitter(rng, rng.choice([(60, 60, 65), (210, 210, 205), (30, 30, 30)]), 12), None, 1, pad * 0.5)
    canvas.box(x - pad, y - pad, x + w + tail + pad * 0.8, y + h + pad, panel)
    ghost = tuple((a + 7 * b) // 8 for a, b in zip(ink, panel)) if rng.random() < 0.3 else None
    end = draw_digits(canvas, text, x, y, h, ink, ghost, slant, weight)
    if unit:
        canvas.text(face, unit, end + h * 0.1, y + h - face.size * 1.1, ink)
    out = [Question("display", ask(rng, ways), text)] * 3
    out.append(Question("count", ask(rng, ["How many digits are shown?", "How many digits does the display have?"]), str(sum(c.isdigit() for c in text))))
    return out
