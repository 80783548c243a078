# SPDX-License-Identifier: Apache-2.0
"""Clocks and meters in designs of their own, drawn by librsvg.

    /usr/bin/python3 dials_svg.py --assets build/train-assets --out build/eval-dials -n 1000

Tasks: clock (within one minute), gauge (within 3 % of the scale).
"""

import common
import svg
from svg import polar, spoke, tag

PACKAGES = svg.PACKAGES
SIZES = [(320, 320), (400, 400), (480, 360), (640, 480), (300, 400), (500, 500)]
LOOKS = [("#ffffff", "#f8f8f8", "#111111"), ("#e8ecf0", "#ffffff", "#203040"), ("#202328", "#2c3036", "#eeeeee"), ("#c9b48a", "#fff8e8", "#3a2a18"), ("#5b7a99", "#f0f4f8", "#14202c")]
TIME = ["What time is it?", "What time does the clock show?", "Which time is shown?", "Tell the time."]
READING = ["What does the meter show?", "What is the value on the gauge?", "What is the reading?", "Which value does it indicate?"]
SCALES = [(0, 10, 1), (0, 100, 10), (0, 60, 10), (0, 6, 1), (0, 200, 20), (0, 160, 20), (20, 80, 10), (0, 300, 50), (0, 1000, 100)]
ROMAN = ["XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"]


def marks(rng, x, y, r, ink):
    """The ring of marks: bars as at stations, dots, or long and short lines."""
    kind = rng.choice(["station", "dots", "lines", "hours"])
    if kind == "dots":
        return [tag("circle", cx=polar(x, y, r * 0.88, i * 6)[0], cy=polar(x, y, r * 0.88, i * 6)[1], r=r * (0.03 if i % 5 == 0 else 0.01), fill=ink) for i in range(60)]
    if kind == "hours":
        return [spoke(x, y, r * 0.8, r * 0.93, i * 30, r * (0.05 if i % 3 == 0 else 0.025), ink) for i in range(12)]
    thick = 0.06 if kind == "station" else 0.02
    return [spoke(x, y, r * (0.75 if i % 5 == 0 else 0.88), r * 0.95, i * 6, r * (thick if i % 5 == 0 else thick / 3), ink) for i in range(60)]


def numerals(rng, x, y, r, family, ink):
    words = rng.choice([None, None, [str(i or 12) for i in range(12)], [str(i or 12) for i in range(12)], ROMAN])
    if not words:
        return []
    step, size = rng.choice([1, 1, 3]), r * rng.uniform(0.14, 0.19)
    return [svg.text(*polar(x, y, r * 0.62, i * 30), size, family, words[i], ink) for i in range(0, 12, step)]


def hand(rng, kind, x, y, length, width, degrees, colour):
    turn = f"rotate({degrees:.3f} {x:.2f} {y:.2f})"
    if kind == "baton":
        return tag("rect", x=x - width / 2, y=y - length, width=width, height=length * 1.18, fill=colour, transform=turn)
    if kind == "leaf":
        return tag("path", d=f"M {x} {y} Q {x - width} {y - length * 0.5} {x} {y - length} Q {x + width} {y - length * 0.5} {x} {y} Z", fill=colour, transform=turn)
    ring = tag("circle", cx=x, cy=y - length * 0.68, r=width, fill="none", stroke=colour, stroke_width=width * 0.5)
    return tag("g", tag("line", x1=x, y1=y, x2=x, y2=y - length, stroke=colour, stroke_width=width * 0.6) + ring, transform=turn)


def clock(rng, words, families, path):
    w, h = rng.choice(SIZES)
    ground, face, ink = rng.choice(LOOKS)
    r = min(w, h) * rng.uniform(0.38, 0.47)
    x, y = rng.uniform(r + 4, w - r - 4), rng.uniform(r + 4, h - r - 4)
    hour, minute = rng.randint(0, 11), rng.randint(0, 59)
    rim = dict(fill=face, stroke=rng.choice([ink, "#8a1c1c", "#777777", "#b8860b"]), stroke_width=r * rng.uniform(0.02, 0.1))
    body = [tag("rect", x=x - r, y=y - r, width=2 * r, height=2 * r, rx=r * 0.12, **rim) if rng.random() < 0.2 else tag("circle", cx=x, cy=y, r=r, **rim)]
    body += marks(rng, x, y, r * 0.97, ink) + numerals(rng, x, y, r, rng.choice(families), ink)
    kind = rng.choice(["baton", "baton", "leaf", "ring"])
    body.append(hand(rng, kind, x, y, r * rng.uniform(0.45, 0.55), r * rng.uniform(0.06, 0.1), hour * 30 + minute / 2, ink))
    body.append(hand(rng, kind, x, y, r * rng.uniform(0.74, 0.88), r * rng.uniform(0.04, 0.07), minute * 6, ink))
    if rng.random() < 0.3:
        body.append(hand(rng, "baton", x, y, r * 0.85, r * 0.015, rng.randint(0, 59) * 6, "#c81e1e"))
    svg.write(path, w, h, ground, body + [tag("circle", cx=x, cy=y, r=r * 0.05, fill=ink)])
    times = [(hour * 60 + minute + d) % 720 for d in (0, -1, 1)]
    return [("clock", rng.choice(TIME), [f"{t // 60 or 12}:{t % 60:02d}" for t in times])]


def near(value, low, high):
    """Whole numbers within 3 % of the scale, the nearest first."""
    reach = int((high - low) * 0.03)
    return [str(v) for v in sorted(range(value - reach, value + reach + 1), key=lambda v: abs(v - value))]


def needle(rng, families, w, h, look, scale, value):
    """A meter with a needle over part of a circle."""
    _, face, ink = look
    low, high, step = scale
    half = rng.choice([50, 60, 90, 120, 140])
    r = min(w * 0.45, h * 0.45 if half > 60 else h * 0.75)
    x, y = w / 2, (h / 2 if half > 90 else h * 0.82 if half <= 60 else h * 0.7)
    r = min(r, y - 8)
    at = lambda v: -half + 2 * half * (v - low) / (high - low)
    body = [tag("circle", cx=x, cy=y, r=r, fill=face, stroke=ink, stroke_width=2)] if half > 90 else [tag("rect", x=6, y=6, width=w - 12, height=h - 12, rx=8, fill=face, stroke=ink, stroke_width=2)]
    parts = rng.choice([2, 5])
    for i in range((high - low) // step * parts + 1):
        big = i % parts == 0
        body.append(spoke(x, y, r * (0.8 if big else 0.85), r * 0.9, at(low + i * step / parts), 3 if big else 1, ink))
        if big:
            body.append(svg.text(*polar(x, y, r * 0.66, at(low + i // parts * step)), r * 0.11, families[0], str(low + i // parts * step), ink))
    colour = rng.choice(["#c81e1e", ink, "#d2691e"])
    return body + [spoke(x, y, 0, r * 0.84, at(value), max(2, r * 0.025), colour, stroke_linecap="round"), tag("circle", cx=x, cy=y, r=r * 0.06, fill=colour)]


def column(rng, families, w, h, look, scale, value):
    """An upright or lying bar beside a scale."""
    _, face, ink = look
    low, high, step = scale
    upright = h >= w
    length, thick = (h if upright else w) * 0.78, min(w, h) * rng.uniform(0.1, 0.18)
    start, across = (h if upright else w) * 0.11, (w if upright else h) * 0.35
    place = lambda v: (start + length * (1 - (v - low) / (high - low))) if upright else start + length * (v - low) / (high - low)
    box = lambda a, b, fill: tag("rect", **(dict(x=across, y=a, width=thick, height=b - a) if upright else dict(x=a, y=across, width=b - a, height=thick)), fill=fill)
    ends = (place(value), start + length) if upright else (start, place(value))
    body = [tag("rect", width=w, height=h, fill=face), box(start, start + length, "#cccccc"), box(*ends, rng.choice(["#2070c0", "#c83232", "#2e8b57"]))]
    size = min(w, h) * 0.07
    for v in range(low, high + 1, step):
        x, y = (across + thick + size * 1.6, place(v)) if upright else (place(v), across + thick + size * 1.2)
        body.append(svg.text(x, y, size, families[0], str(v), ink))
        edge = across + thick
        body.append(tag("line", **(dict(x1=edge, y1=y, x2=edge + size * 0.4, y2=y) if upright else dict(x1=x, y1=edge, x2=x, y2=edge + size * 0.4)), stroke=ink, stroke_width=2))
    return body


def meter(rng, words, families, path):
    w, h = rng.choice(SIZES)
    look, scale = rng.choice(LOOKS), rng.choice(SCALES)
    value = rng.randint(scale[0], scale[1])
    body = rng.choice([needle, needle, column])(rng, rng.sample(families, 1), w, h, look, scale, value)
    svg.write(path, w, h, look[0], body)
    return [("gauge", rng.choice(READING), near(value, scale[0], scale[1]))]


def make(rng, words, families, path):
    return rng.choice([clock, meter])(rng, words, families, path)


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
