# SPDX-License-Identifier: Apache-2.0
"""Where things lie in a picture, alone and seen from each other; places are (x, y, size) in canvas pixels."""

from data.canvas import Question
from data.phrasing import ask

WHERE = ["Where is the {a}?", "Where in the picture is the {a}?", "In which part of the picture is the {a}?"]
RELATIVE = ["Where is the {a} relative to the {b}?", "Where is the {a}, seen from the {b}?"]
OPPOSITE = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}


def relation(a, b):
    """Where a lies seen from b, or None where it is not clear-cut."""
    dx, dy = a[0] - b[0], a[1] - b[1]
    if abs(dx) > 1.7 * abs(dy) and abs(dx) > (a[2] + b[2]) * 0.4:
        return "left of" if dx < 0 else "right of"
    if abs(dy) > 1.7 * abs(dx) and abs(dy) > (a[2] + b[2]) * 0.4:
        return "above" if dy < 0 else "below"
    return None


def region(canvas, place):
    """A corner, a side or the centre of the picture, or None near a boundary."""
    def band(v, size, names):
        t = v / size
        return names[0] if t < 0.34 else names[2] if t > 0.66 else names[1] if 0.43 < t < 0.57 else None
    down, across = band(place[1], canvas.h, ["top", "middle", "bottom"]), band(place[0], canvas.w, ["left", "middle", "right"])
    if not down or not across:
        return None
    if down == across == "middle":
        return "in the centre"
    return f"at the {down} {across}".replace("middle ", "").replace(" middle", "")


def half(rng, canvas, place):
    """(two sides, the nearer one) across or down, or None near the middle."""
    t, sides = rng.choice([(place[0] / canvas.w, ("left", "right")), (place[1] / canvas.h, ("top", "bottom"))])
    return None if abs(t - 0.5) < 0.1 else (sides, sides[t > 0.5])


def reading_order(canvas, places):
    """Sorting key that goes from the upper left to the lower right, of the first of some places."""
    return min(x / canvas.w + y / canvas.h for x, y, _ in places)


def ordered(canvas, groups):
    """Whether the reading order of some groups of places is clear: no two begin at about the same distance from the corner."""
    firsts = sorted(reading_order(canvas, places) for places in groups)
    return all(b - a > 0.06 for a, b in zip(firsts, firsts[1:]))


def apart(canvas, place, others):
    """Whether nothing else is in the part of the picture in which a thing is."""
    return all(max(abs(place[0] - x) / canvas.w, abs(place[1] - y) / canvas.h) > 0.3 for x, y, _ in others)


def of_one(rng, canvas, name, place, others):
    """Questions about where a thing is and what is there; `others` are the places of all other things."""
    out, where, side = [], region(canvas, place), half(rng, canvas, place)
    if where:
        out.append(Question("position", ask(rng, WHERE, a=name), where))
        if apart(canvas, place, others):
            out.append(Question("naming", ask(rng, ["What is {p}?", "What do you see {p}?", "What is shown {p}?"], p=where), name))
    if side:
        (one, other), answer = side
        out.append(Question("position", ask(rng, ["Is the {a} {p} the {s} or {p} the {t}?", "On which side is the {a}, {s} or {t}?"],
                                            a=name, s=one, t=other, p="on" if one == "left" else "at"), answer))
    return out


def of_two(rng, names, a, b, alone, kind):
    """Questions about where the first of two named things is, seen from the other; `alone`: nothing else is there."""
    where, names = relation(a, b), dict(zip("ab", names))
    if not where:
        return []
    guess = rng.choice([where, OPPOSITE[where]])
    out = [Question("position", ask(rng, RELATIVE, **names), where),
           Question("presence", ask(rng, ["Is the {a} {w} the {b}?"], w=guess, **names), "yes" if guess == where else "no")]
    if alone:
        out.append(Question("position", ask(rng, ["What is {w} the {b}?", "Which {k} is {w} the {b}?"], w=where, k=kind, **names), names["a"]))
    return out
