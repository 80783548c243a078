# SPDX-License-Identifier: Apache-2.0
"""Interface icons: toolbars, app grids with captions, one large icon."""

import numpy as np

from data import canvas as cv
from data.canvas import Question
from data.phrasing import article, ask, unlike

NAME = ["What icon is this?", "What does the icon show?", "What is the icon?", "Which icon is shown?", "What symbol is this?", "Name the icon."]
ORDER = ["first", "second", "third", "fourth", "fifth", "sixth"]


def tinted(sprite, ink):
    """The icon's shape in one colour."""
    out = np.empty_like(sprite)
    out[..., :3] = ink
    out[..., 3] = sprite[..., 3]
    return out


def draw_icon(rng, world, canvas, label, x, y, side, ink):
    canvas.sprite(tinted(world.icons.pick(rng, label), ink), x, y, side, name=f"icon {label}")


def single(rng, world, canvas):
    label = rng.choice(world.icons.labels)
    side = min(canvas.w, canvas.h) * rng.uniform(0.3, 0.85)
    x, y = rng.uniform(side / 2, canvas.w - side / 2), rng.uniform(side / 2, canvas.h - side / 2)
    ground = canvas.background
    if rng.random() < 0.4:
        ground = cv.jitter(rng, rng.choice(list(cv.COLOURS.values())))
        canvas.disc(x, y, side * 0.68, ground)
    colour = rng.choice(cv.contrasting_colours(ground, 130) or ["black"])
    draw_icon(rng, world, canvas, label, x, y, side, cv.jitter(rng, cv.COLOURS[colour]))
    out = [Question("icon", ask(rng, NAME), label)] * 3
    out.append(Question("colour", ask(rng, ["What colour is the icon?", "What color is the icon?"]), colour))
    other = label if rng.random() < 0.5 else unlike(rng, world.icons.labels, [label])
    out.append(Question("presence", ask(rng, ["Is this {a} icon?", "Does the icon show {a}?"], a=article(other)), "yes" if other == label else "no"))
    return out


def toolbar(rng, world, canvas):
    """A row or column of icons; questions by place."""
    across = canvas.w >= canvas.h
    long, short = (canvas.w, canvas.h) if across else (canvas.h, canvas.w)
    side = max(canvas.smallest * 1.6, min(short * 0.5, long / 3) * rng.uniform(0.4, 1.0))
    count = max(2, min(rng.randint(2, 6), int(long / (side * 1.25))))
    labels = rng.sample(world.icons.labels, count)
    ground = cv.jitter(rng, rng.choice([(245, 245, 245), (40, 42, 48), (225, 230, 240), (60, 90, 150)]), 8)
    line = rng.uniform(side * 0.7, max(side * 0.7 + 1, short - side * 0.7))
    step = min(long / count, side * rng.uniform(1.3, 2.2))
    canvas.box(*((0, line - side * 0.7, canvas.w, line + side * 0.7) if across else (line - side * 0.7, 0, line + side * 0.7, canvas.h)), ground)
    start = rng.uniform(0, long - step * count)
    ink = cv.ink_for(rng, ground, 110)
    for i, label in enumerate(labels):
        at = start + step * (i + 0.5)
        draw_icon(rng, world, canvas, label, *((at, line) if across else (line, at)), side * 0.85, ink)
    ends = ("leftmost", "rightmost") if across else ("top", "bottom")
    out = [Question("icon", ask(rng, ["What is the {e} icon?", "Which icon is the {e} one?", "What does the {e} icon show?"], e=ends[0]), labels[0]),
           Question("icon", ask(rng, ["What is the {e} icon?", "Which icon is the {e} one?"], e=ends[1]), labels[-1]),
           Question("count", ask(rng, ["How many icons are there?", "How many icons do you see?"]), str(count))]
    i = rng.randrange(count)
    way = "from the left" if across else "from the top"
    out.append(Question("icon", ask(rng, ["What is the {n} icon {w}?", "Which icon is {n} {w}?", "What does the {n} icon show?"], n=ORDER[i], w=way), labels[i]))
    j = rng.randrange(count - 1)
    right, left = ("right of", "left of") if across else ("below", "above")
    out.append(Question("icon", ask(rng, ["Which icon is {w} the {a}?", "What icon comes {w} the {a}?"], w=right, a=labels[j]), labels[j + 1]))
    out.append(Question("icon", ask(rng, ["Which icon is {w} the {a}?"], w=left, a=labels[j + 1]), labels[j]))
    name = rng.choice(labels) if rng.random() < 0.5 else unlike(rng, world.icons.labels, labels)
    out.append(Question("presence", ask(rng, ["Is there {a} icon?", "Is there an icon of {a}?", "Do you see {a} icon?"], a=article(name)), "yes" if name in labels else "no"))
    return out


def grid(rng, world, canvas):
    """Icons with captions, as on a phone or a desktop."""
    small = canvas.smallest
    columns = max(1, min(4, int(canvas.w / (small * 6))))
    rows = max(1, min(3, int(canvas.h / (small * 5))))
    w, h = canvas.w / columns, canvas.h / rows
    path, ink = world.fonts.plain(rng), cv.ink_for(rng, canvas.background, 110)
    cells = [(r, c) for r in range(rows) for c in range(columns)]
    labels = rng.sample(world.icons.labels, len(cells))
    captions, out, boxed = [], [], rng.random() < 0.5
    for (r, c), label in zip(cells, labels):
        caption = world.words.word(rng, 8).capitalize() if rng.random() < 0.6 else label.split()[-1].capitalize()
        captions.append(caption)
        side = min(w * 0.55, (h - small * 1.8) * 0.8)
        x, y = (c + 0.5) * w, r * h + (h - small * 1.5) / 2
        fill = ink
        if boxed:
            ground = cv.jitter(rng, rng.choice(list(cv.COLOURS.values())))
            canvas.box(x - side * 0.55, y - side * 0.55, x + side * 0.55, y + side * 0.55, ground, None, 1, side * 0.2)
            fill = (250, 250, 250) if cv.luminance(ground) < 150 else (20, 20, 20)
        draw_icon(rng, world, canvas, label, x, y, side * (0.75 if boxed else 1), fill)
        canvas.text(world.fonts.fit(path, caption, small * 1.05, w * 0.95), caption, x, y + side * 0.6, ink, "m")
    if len(set(captions)) < len(captions):
        return [Question("count", "How many icons are there?", str(len(cells)))]
    for i in rng.sample(range(len(cells)), min(3, len(cells))):
        out.append(Question("icon", ask(rng, ["Which icon belongs to {c}?", "What icon is above {c}?", "What is the icon of {c}?"], c=captions[i]), labels[i]))
        out.append(Question("ui", ask(rng, ["What is the caption of the {a} icon?", "What is written below the {a}?", "What does the text under the {a} icon say?"], a=labels[i]), captions[i]))
    out.append(Question("count", ask(rng, ["How many icons are there?", "How many apps are shown?"]), str(len(cells))))
    return out
