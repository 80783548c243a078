# SPDX-License-Identifier: Apache-2.0
"""Meters with a scale of any range: a needle over part of a circle, or a bar, a pointer or lit blocks along a straight scale."""

import math

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask

READ = ["What does the meter show?", "What is the reading?", "What value is shown?", "Read the meter.", "What does the gauge show?", "Which value does the meter show?",
        "What is the value on the meter?", "What does it read?", "Which value is indicated?", "What is the value on the scale?", "What does the instrument show?"]
NEEDLE = ["Which value does the needle point to?", "Where does the needle point?", "What does the dial read?", "What does the dial show?"]
STEPS = [0.1, 0.2, 0.5, 1, 1, 2, 5, 5, 10, 10, 10, 20, 25, 50, 50, 100, 200, 250, 500]
UNITS = ["V", "A", "W", "bar", "psi", "rpm", "km/h", "mph", "%", "dB", "L", "kg", "mm", "Hz", "°C", "°F", "kPa", "m/s"]
FACES = [(255, 255, 255), (246, 244, 236), (232, 236, 240), (255, 250, 225), (28, 30, 34), (44, 50, 62), (18, 40, 36)]
MARKS = [(205, 35, 30), (205, 35, 30), (225, 115, 20), (30, 90, 200), (20, 130, 70)]


def number(value):
    return f"{round(value, 3) + 0.0:g}"  # never "-0"


class Scale:
    """Numbers from `low` to `high`, each `step` printed; `value` is no finer than a tenth of a step."""

    def __init__(self, rng):
        self.step, self.count = rng.choice(STEPS), rng.randint(3, 10)
        self.low = 0 if rng.random() < 0.75 else self.step * rng.randint(-5, 6)
        self.high = self.low + self.step * self.count
        self.parts = rng.choice([1, 2, 4, 5, 5, 10])
        grain = self.step / rng.choice([1, 2, self.parts, 5, 10, 10])  # on a mark at times
        if self.step >= 10:
            grain = max(1, round(grain))
        self.value = self.low + round(rng.uniform(0, 1) * (self.high - self.low) / grain) * grain
        self.value = min(self.high, self.value)

    def share(self, value):
        return (value - self.low) / (self.high - self.low)

    def printed(self):
        return [number(self.low + i * self.step) for i in range(self.count + 1)]


class Look:
    """Colours of one instrument."""

    def __init__(self, rng):
        self.face = cv.jitter(rng, rng.choice(FACES), 8)
        light = cv.luminance(self.face) > 127
        self.ink = cv.jitter(rng, (20, 20, 24) if light else (236, 236, 236), 12)
        self.mark = self.ink if rng.random() < 0.35 else cv.jitter(rng, rng.choice(MARKS), 14)
        self.soft = tuple((a + 3 * b) // 4 for a, b in zip(self.ink, self.face))
        self.rim = cv.jitter(rng, rng.choice([(60, 60, 64), (150, 150, 155), (30, 55, 105), (120, 30, 30), (20, 20, 20)]), 15)


def questions(rng, scale, ways, every):
    """What is asked of an instrument that prints every so many-th of its numbers."""
    out = [Question("gauge", ask(rng, ways), number(scale.value)) for _ in range(3)]
    if scale.count % every == 0:
        out.append(Question("gauge", ask(rng, ["What is the highest number on the scale?", "What is the maximum of the scale?", "Where does the scale end?"]), number(scale.high)))
    out.append(Question("gauge", ask(rng, ["What is the lowest number on the scale?", "What is the minimum of the scale?", "Where does the scale begin?"]), number(scale.low)))
    limit = scale.low + scale.step * rng.randint(1, scale.count - 1)
    if abs(scale.share(scale.value) - scale.share(limit)) > 0.03:
        out.append(Question("gauge", ask(rng, ["Is it above {v}?", "Is the value more than {v}?", "Does it show more than {v}?"], v=number(limit)), "yes" if scale.value > limit else "no"))
    out.append(Question("missing", ask(rng, ["What does the second meter show?", "What is the reading of the other gauge?", "What does the small dial show?", "What is the serial number of the meter?"]), ""))
    return out


def polar(x, y, r, degrees):
    """A point r away from (x, y), in degrees clockwise from straight up."""
    return x + r * math.sin(math.radians(degrees)), y - r * math.cos(math.radians(degrees))


def fit(rng, canvas, start, sweep, reach):
    """(pivot x, pivot y, radius) of the largest fan that fits: marks and numbers reach `reach` radii out."""
    points = [polar(0, 0, reach, start + sweep * i / 24) for i in range(25)] + [(-0.14, -0.14), (0.14, 0.14)]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    w, h = max(xs) - min(xs), max(ys) - min(ys)
    r = min(canvas.w * 0.9 / w, canvas.h * 0.88 / h) * rng.choice([1, 1, rng.uniform(0.7, 1)])
    left, top = rng.uniform(canvas.w * 0.05, max(canvas.w * 0.05, canvas.w * 0.95 - w * r)), rng.uniform(canvas.h * 0.06, max(canvas.h * 0.06, canvas.h * 0.94 - h * r))
    box = (left - r * 0.05, top - r * 0.05, left + w * r + r * 0.05, top + h * r + r * 0.05)
    return left - min(xs) * r, top - min(ys) * r, r, box


def housing(rng, canvas, look, x, y, r, reach, box, whole):
    """The face behind a scale: the bare ground, a panel, or a full disc where the scale goes nearly round."""
    if whole and rng.random() < 0.7:
        canvas.disc(x, y, r * reach * 1.06, look.rim)
        canvas.disc(x, y, r * reach * rng.uniform(0.96, 1.02), look.face)
        return
    kind = rng.choice(["panel", "panel", "sheet"])
    x0, y0, x1, y1 = (0, 0, canvas.w, canvas.h) if kind == "sheet" else box
    canvas.box(x0, y0, x1, y1, look.face, look.rim if kind == "panel" else None, max(1, r * 0.02), rng.choice([0, 0, r * 0.06]))


def needle(rng, canvas, look, x, y, r, degrees):
    """A straight line, a long triangle or an arrow, with or without a tail."""
    kind, tip, tail = rng.choice(["line", "line", "triangle", "arrow"]), r * rng.uniform(0.62, 0.95), r * rng.choice([0, 0, rng.uniform(0.05, 0.2)])
    end, back = polar(x, y, tip, degrees), polar(x, y, -tail, degrees)
    if kind == "triangle":
        wide = r * rng.uniform(0.02, 0.05)
        canvas.polygon([end, polar(*back, wide, degrees + 90), polar(*back, wide, degrees - 90)], look.mark)
    else:
        canvas.line(*back, *end, look.mark, max(1.5, r * rng.uniform(0.008, 0.03)))
    if kind == "arrow":
        neck = polar(x, y, tip - r * 0.1, degrees)
        canvas.polygon([end, polar(*neck, r * 0.035, degrees + 90), polar(*neck, r * 0.035, degrees - 90)], look.mark)
    canvas.disc(x, y, r * rng.uniform(0.03, 0.1), look.mark if rng.random() < 0.5 else look.ink)


def sweep_of(rng):
    """(first angle, angle from there to the last mark), in degrees clockwise from straight up."""
    half = rng.choice([rng.uniform(35, 70), rng.uniform(70, 100), 90, rng.uniform(100, 150)])
    lean = rng.choice([0, 0, 0, 0, 0, rng.choice([-45, 45, 90, -90])]) if half < 60 else 0
    return lean - half, 2 * half


def fan(rng, world, canvas):
    """A needle over part of a circle."""
    look, scale, (start, sweep) = Look(rng), Scale(rng), sweep_of(rng)
    outside = rng.random() < 0.3
    reach = 1.25 if outside else 1.0
    x, y, r, box = fit(rng, canvas, start, sweep, reach)
    housing(rng, canvas, look, x, y, r, reach, box, sweep > 195)
    angle = lambda value: start + sweep * scale.share(value)
    if rng.random() < 0.3:
        a, b = sorted([rng.random(), rng.choice([0, 1])])
        canvas.arc(x, y, r * 0.9, start + sweep * a - 90, start + sweep * b - 90, rng.choice([(205, 50, 40), (60, 160, 70), (230, 170, 30)]), r * 0.05)
    if rng.random() < 0.5:
        canvas.arc(x, y, r * 0.92, start - 90, start + sweep - 90, look.ink, max(1, r * 0.01))
    words = scale.printed()
    face = world.fonts.open(world.fonts.plain(rng), max(canvas.smallest * 0.95, r * rng.uniform(0.09, 0.14)))
    ring = r * (1.1 if outside else rng.uniform(0.62, 0.72))
    room = ring * math.radians(sweep) / scale.count
    every = next((k for k in (1, 2, 5, 10) if room * k > max(face.getlength(w) for w in words) * 1.2), 10)
    inner, short, thick = rng.uniform(0.78, 0.84), rng.uniform(0.84, 0.88), rng.choice([0.008, 0.015, 0.03])
    parts = scale.parts if room * 0.9 / scale.parts > 3 else 1
    for i in range(scale.count * parts + 1):
        at, big = start + sweep * i / (scale.count * parts), i % parts == 0
        canvas.line(*polar(x, y, r * (inner if big else short), at), *polar(x, y, r * 0.92, at), look.ink, max(1, r * thick * (1 if big else 0.5)))
        if big and i // parts % every == 0:
            tx, ty = polar(x, y, ring, at)
            canvas.text(face, words[i // parts], tx, ty - face.size * 0.62, look.ink, "m")
    if rng.random() < 0.4 and r > face.size * 4:
        canvas.text(face, rng.choice(UNITS), *(p - d for p, d in zip(polar(x, y, r * 0.38, start + sweep / 2), (0, face.size * 0.6))), look.ink, "m")
    needle(rng, canvas, look, x, y, r, angle(scale.value))
    px, py = polar(x, y, r * 0.6, angle(scale.value))
    canvas.measure(scale.share(scale.value), min(x, px), min(y, py), max(x, px) + 1, max(y, py) + 1)
    return questions(rng, scale, READ + NEEDLE, every)


def indicator(rng, canvas, look, kind, axis, edge, a, b, upright):
    """Marks the value on a straight scale: `a` = (begin, end) and `b` = the value along it, `axis` = (near, far) edges of the track, one of them the scale's."""
    near, far = axis
    box = lambda p, q, fill, outline=None: canvas.box(*((near, min(p, q), far, max(p, q)) if upright else (min(p, q), near, max(p, q), far)), fill, outline)
    box(a[0], a[1], look.soft if rng.random() < 0.8 else look.face, look.ink if rng.random() < 0.5 else None)
    if kind == "bar":
        box(a[0], b, look.mark)
    elif kind == "blocks":
        size, sign = max(3.0, (far - near) * 0.5), 1 if a[1] > a[0] else -1
        for i in range(int(abs(b - a[0]) / size + 0.5)):
            box(a[0] + sign * (i + 0.1) * size, min(a[0] + sign * (i + 0.85) * size, b, key=lambda v: abs(v - a[0])), look.mark)
    elif kind == "knob":
        r = min((far - near) * 0.6, abs(a[1] - a[0]) * 0.05)
        canvas.disc(*(((near + far) / 2, b) if upright else (b, (near + far) / 2)), r, look.mark)
    else:
        d = min((far - near) * 0.4, abs(a[1] - a[0]) * 0.04)
        base = edge + (d * 2.2 if edge == near else -d * 2.2)
        points = [(edge, b), (base, b - d), (base, b + d)]
        canvas.polygon(points if upright else [(q, p) for p, q in points], look.mark)


def straight(rng, world, canvas):
    """A bar, a pointer or lit blocks along an upright or a lying scale."""
    look, scale, small = Look(rng), Scale(rng), canvas.smallest
    upright = canvas.h > canvas.w * rng.uniform(0.7, 1.4)
    long, wide = (canvas.h, canvas.w) if upright else (canvas.w, canvas.h)
    canvas.box(0, 0, canvas.w, canvas.h, look.face) if rng.random() < 0.6 else canvas.box(canvas.w * 0.02, canvas.h * 0.02, canvas.w * 0.98, canvas.h * 0.98, look.face, look.rim, 2, rng.choice([0, small]))
    length = long * rng.uniform(0.7, 0.84)
    start = (long - length) / 2
    thick = min(wide * rng.uniform(0.08, 0.22), long * 0.2)
    words = scale.printed()
    face = world.fonts.open(world.fonts.plain(rng), rng.uniform(small * 0.95, max(small, min(small * 1.7, wide * 0.1))))
    size = face.size
    across = max(face.getlength(w) for w in words) if upright else size * 1.3
    after = rng.random() < 0.65
    room = wide - thick - across - size
    near = rng.uniform(0.1, 0.6) * max(0, room) + (size * 0.3 if after else across + size * 0.7)
    far = near + thick
    place = lambda v: start + length * ((1 - scale.share(v)) if upright else scale.share(v))
    ends = (place(scale.low), place(scale.high))
    kind, edge, sign = rng.choice(["bar", "bar", "bar", "blocks", "pointer", "knob"]), *((far, 1) if after else (near, -1))
    indicator(rng, canvas, look, kind, (near, far), edge, ends, place(scale.value), upright)
    gap = length / scale.count
    every = next((k for k in (1, 2, 5, 10) if gap * k > (size * 1.2 if upright else max(face.getlength(w) for w in words) * 1.15)), 10)
    parts = scale.parts if gap / scale.parts > 4 else 1
    for i in range(scale.count * parts + 1):
        at, big = place(scale.low + scale.step * i / parts), i % parts == 0
        tick = edge + sign * size * (0.45 if big else 0.25)
        canvas.line(*((edge, at, tick, at) if upright else (at, edge, at, tick)), look.ink, 2 if big and size > 15 else 1)
        if big and i // parts % every == 0:
            if upright:
                canvas.text(face, words[i // parts], edge + sign * size * 0.65, at - size * 0.62, look.ink, "l" if after else "r")
            else:
                canvas.text(face, words[i // parts], at, edge + size * 0.5 if after else edge - size * 1.75, look.ink, "m")
    if rng.random() < 0.25 and start > size * 1.4 and upright:
        canvas.text(face, rng.choice(UNITS), near + thick / 2, start - size * 1.4, look.ink, "m")
    low, high = sorted([place(scale.low), place(scale.high)])
    canvas.measure(scale.share(scale.value), *((near, low, far, high) if upright else (low, near, high, far)))
    ways = ["How far does the bar reach?", "What value does the bar have?", "How high is the level?"] if kind in ("bar", "blocks") else ["What does the marker point to?", "Where is the marker?"]
    return questions(rng, scale, READ + ways, every)
