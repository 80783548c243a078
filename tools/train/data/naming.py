# SPDX-License-Identifier: Apache-2.0
"""One picture of a thing, an animal, a person, a symbol or a flag: what is it?"""

import re

import cv2
import numpy as np

from data.canvas import COLOUR_NAMES, Question
from data.phrasing import article, ask, unlike

NAME = ["What is this?", "What is shown?", "What does the picture show?", "What do you see?", "Name this.", "What is in the image?", "What's this?", "Name the object.",
        "What can be seen here?", "What is depicted?", "Which thing is shown?"]
SIDED = re.compile(r"left|right|arrow|east|west|clockwise|forward|reverse|previous|next|button|letter|symbol|mark|sign|rewind|play")  # not to be mirrored
FLAG = ["Which country's flag is this?", "Whose flag is this?", "What flag is this?", "Which flag is shown?", "Name the country.", "This is the flag of which country?"]


def recoloured(rng, rgb):
    """Another saturation and gamma of uint8 [h, w, 3]; now and then none of the colour."""
    share = rng.choice([0.0, rng.uniform(0.5, 1.0), rng.uniform(1.0, 1.4), 1.0])
    grey = cv2.cvtColor(cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    mixed = cv2.addWeighted(np.ascontiguousarray(rgb), share, grey, 1 - share, 0)
    curve = (255 * (np.arange(256) / 255) ** rng.uniform(0.7, 1.4)).astype(np.uint8)
    return cv2.LUT(mixed, curve)


def turned_hue(rng, rgb):
    """Hues a little further round the circle, as another artist would choose them."""
    hsv = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(np.int16) + rng.randint(-7, 7)) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)


def flattened(rng, rgb):
    """Plain areas of few colours in place of shading and small detail."""
    step = rng.choice([32, 48, 64])
    levels = np.minimum(np.arange(256) // step * step + step // 2, 255).astype(np.uint8)
    return cv2.LUT(cv2.medianBlur(np.ascontiguousarray(rgb), rng.choice([3, 5, 7])), levels)


def outlined(rng, sprite):
    """The sprite with a dark or white line around it."""
    width = rng.choice([3, 5, 7])
    alpha = cv2.dilate(sprite[..., 3], np.ones((width, width), np.uint8))
    inside = sprite[..., 3:4].astype(np.uint16)
    ink = rng.choice([20, 20, 60, 250])
    rgb = (sprite[..., :3] * inside + ink * (255 - inside)) // 255
    return np.dstack([rgb.astype(np.uint8), alpha])


def drawn(rng, sprite):
    """The lines of a sprite on plain paper, as a pen drawing."""
    grey = cv2.cvtColor(np.ascontiguousarray(sprite[..., :3]), cv2.COLOR_RGB2GRAY)
    grey = np.where(sprite[..., 3] > 100, grey, 255 if grey.mean() < 128 else 0).astype(np.uint8)
    line = cv2.dilate(cv2.morphologyEx(cv2.GaussianBlur(grey, (3, 3), 0), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.ones((2, 2), np.uint8))
    share = np.minimum(line.astype(np.uint16) * 3, 255)[..., None]
    paper, ink = (np.array([rng.randint(a, b) for _ in range(3)], np.uint16) for a, b in ((225, 255), (0, 70)))
    return np.dstack([((ink * share + paper * (255 - share)) // 255).astype(np.uint8), sprite[..., 3]])


def bent(rng, sprite):
    """The sprite with its parts a little larger, smaller and elsewhere: the same thing drawn by another hand."""
    h, w = sprite.shape[:2]
    seed = np.random.default_rng(rng.getrandbits(32))
    drift = cv2.resize(seed.normal(0, rng.uniform(0.02, 0.05), (4, 4, 2)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC) * min(w, h)
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    return cv2.remap(np.ascontiguousarray(sprite), x + drift[..., 0], y + drift[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)


def restyled(rng, sprite, label, colours=True):
    """A variant of a sprite in colours (where they may change), line and proportions, so that names hang on shapes rather than on one style."""
    free = colours and not set(label.split()) & set(COLOUR_NAMES)
    if rng.random() < 0.35:
        sprite = bent(rng, sprite)
    if free and rng.random() < 0.07:
        return drawn(rng, sprite)
    if free and rng.random() < 0.55:
        sprite = np.dstack([rng.choice([recoloured, recoloured, turned_hue])(rng, sprite[..., :3]), sprite[..., 3]])
    if rng.random() < 0.25:
        sprite = np.dstack([flattened(rng, sprite[..., :3]), sprite[..., 3]])
    if rng.random() < 0.25:
        sprite = outlined(rng, sprite)
    if rng.random() < 0.4:
        h, w = sprite.shape[:2]
        sprite = cv2.resize(sprite, (max(8, int(w * rng.uniform(0.8, 1.0))), max(8, int(h * rng.uniform(0.8, 1.0)))), interpolation=cv2.INTER_AREA)
    return sprite


def place(rng, canvas, low=0.35, high=0.97):
    side = min(canvas.w, canvas.h) * rng.uniform(low, high)
    return rng.uniform(side / 2, canvas.w - side / 2), rng.uniform(side / 2, canvas.h - side / 2), side


def single(rng, world, canvas):
    label = rng.choice(world.concepts)
    x, y, side = place(rng, canvas)
    canvas.sprite(restyled(rng, world.sprite(rng, label), label), x, y, side, rng.choice([0, 0, rng.uniform(-20, 20)]),
                  rng.random() < 0.15 and not SIDED.search(label), name=label)
    out = [Question("naming", ask(rng, NAME), label)] * 3
    other = label if rng.random() < 0.45 else unlike(rng, world.concepts, [label])
    out.append(Question("presence", ask(rng, ["Is this {a}?", "Is there {a} in the picture?", "Does the picture show {a}?", "Is it {a}?"], a=article(other)), "yes" if other == label else "no"))
    return out


def few(rng, world, canvas):
    """Two to four different things in a row or a grid, large enough to be named by place."""
    wide = canvas.w / canvas.h
    columns, rows = (1, 2) if wide < 0.7 else (2, 1) if wide > 1.8 else rng.choice([(2, 1), (2, 2)])
    if wide > 2.6:
        columns = 3
    labels = rng.sample(world.concepts, columns * rows)
    w, h = canvas.w / columns, canvas.h / rows
    across = {1: [""], 2: ["left", "right"], 3: ["left", "middle", "right"]}[columns]
    down = {1: [""], 2: ["top", "bottom"]}[rows]
    out = []
    for i, label in enumerate(labels):
        r, c = divmod(i, columns)
        side = min(w, h) * rng.uniform(0.6, 0.95)
        canvas.sprite(restyled(rng, world.sprite(rng, label), label), (c + 0.5) * w, (r + 0.5) * h, side, name=label)
        where = " ".join(p for p in (down[r], across[c]) if p)
        where = f"in the {where}" if where == "middle" else f"on the {where}" if rows == 1 else f"at the {where}"
        out.append(Question("naming", ask(rng, ["What is {p}?", "What do you see {p}?", "What is shown {p}?", "Name the thing {p}."], p=where), label))
        if len(labels) > 1:
            out.append(Question("position", ask(rng, ["Where is the {a}?", "In which part of the picture is the {a}?"], a=label), where))
    other = rng.choice(labels) if rng.random() < 0.5 else unlike(rng, world.concepts, labels)
    out.append(Question("presence", ask(rng, ["Is there {a}?", "Do you see {a}?", "Can you see {a} in the picture?"], a=article(other)), "yes" if other in labels else "no"))
    return out


def cut(rng, sprite):
    """A flag as badges, buttons and stamps show it: part of it, in another outline or in other proportions."""
    h, w = sprite.shape[:2]
    if rng.random() < 0.6:
        wide = rng.randint(min(h, w), w)
        left = rng.choice([0, (w - wide) // 2])
        sprite = sprite[:, left:left + wide]
    sprite = cv2.resize(np.ascontiguousarray(sprite), (max(16, int(sprite.shape[1] * rng.uniform(0.75, 1.0))), h), interpolation=cv2.INTER_AREA)
    h, w = sprite.shape[:2]
    mask, kind = np.zeros((h, w), np.uint8), rng.choice(["oval", "oval", "rounded", "pennant", "whole"])
    if kind == "oval":
        cv2.ellipse(mask, (w // 2, h // 2), (w // 2, h // 2), 0, 0, 360, 255, -1, cv2.LINE_AA)
    elif kind == "rounded":
        corner = int(min(w, h) * rng.uniform(0.1, 0.4))
        mask[corner:h - corner], mask[:, corner:w - corner] = 255, 255
        for x, y in ((corner, corner), (w - corner - 1, corner), (corner, h - corner - 1), (w - corner - 1, h - corner - 1)):
            cv2.circle(mask, (x, y), corner, 255, -1, cv2.LINE_AA)
    elif kind == "pennant":
        cv2.fillPoly(mask, [np.array([(0, 0), (w, int(h * 0.3)), (w, int(h * 0.7)), (0, h)], np.int32)], 255, cv2.LINE_AA)
    else:
        mask[:] = 255
    return np.dstack([sprite[..., :3], np.minimum(sprite[..., 3], mask)])


def flag(rng, world, canvas):
    country = rng.choice(world.flags.labels)
    x, y, side = place(rng, canvas, 0.4, 0.95)
    sprite = world.flags.pick(rng, country)
    whole = rng.random() < 0.5
    if not whole:
        sprite = bent(rng, cut(rng, sprite)) if rng.random() < 0.4 else cut(rng, sprite)
    canvas.sprite(sprite, x, y, side, name=f"flag of {country}")
    if whole and rng.random() < 0.5:
        canvas.box(x - side / 2, y - side * 0.375, x + side / 2, y + side * 0.375, None, (90, 90, 90), 1)
    out = [Question("flag", ask(rng, FLAG), country)] * 3
    other = country if rng.random() < 0.5 else rng.choice(world.flags.labels)
    out.append(Question("presence", ask(rng, ["Is this the flag of {c}?", "Is it the flag of {c}?"], c=other), "yes" if other == country else "no"))
    out.append(Question("naming", ask(rng, ["What is this?", "What kind of thing is shown?", "What does the picture show?"]), f"flag of {country}"))
    return out
