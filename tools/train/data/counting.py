# SPDX-License-Identifier: Apache-2.0
"""Composed scenes of emoji sprites: how many, where, which colour, is there a ..., captions."""

from data.canvas import Question
from data.naming import restyled
from data.phrasing import NUMBER_WORDS, article, ask, join, plural, unlike
from data.places import of_one, of_two, ordered, reading_order, relation
from data.shapes import grid_cells

MANY = ["How many {p} are there?", "How many {p} do you see?", "Count the {p}.", "How many {p} are in the picture?", "What is the number of {p}?", "How many {p} can you see?"]
EXISTS = ["Is there {a}?", "Is there {a} in the picture?", "Do you see {a}?", "Can you see {a}?", "Does the picture show {a}?"]
CAPTION = ["Describe the picture.", "Describe the image.", "What is in the picture?", "What do you see?", "Give a short caption.", "Write a caption.", "Describe what you see in one sentence."]
CATEGORIES = {
    "animal": """dog cat cow pig horse lion tiger bear monkey rabbit elephant mouse fox wolf frog chicken duck owl eagle penguin turtle snake fish whale dolphin octopus
        crab snail bee ant spider butterfly koala panda camel giraffe zebra goat sheep deer bat parrot flamingo swan peacock lobster shrimp squid shark kangaroo sloth otter
        badger skunk hedgehog crocodile lizard scorpion cricket beaver bison llama""".split(),
    "fruit": "apple banana pear peach cherries strawberry grapes watermelon lemon pineapple mango coconut tangerine melon".split(),
    "vehicle": "car bus taxi truck train tram bicycle motorcycle helicopter airplane rocket tractor ambulance sailboat canoe ship".split()}


def pick_labels(rng, world, count, style):
    """Different concepts of one style whose plurals can be spoken; compositions are split by hash."""
    pool = world.styles[style].sprites
    while True:
        labels = rng.sample(world.simple, count)
        if all(label in pool for label in labels):
            return labels


def compose(rng, world, canvas):
    """Chooses concepts and counts and draws them; returns {label: [(x, y, side)]}."""
    style = rng.randrange(len(world.styles))
    kinds = rng.choice([1, 2, 2, 2, 3, 3, 4])
    while True:
        labels = pick_labels(rng, world, kinds, style)
        counts = [rng.choice([1, 1, 2, 3, 4, 5, 6] if kinds < 3 else [1, 1, 1, 2, 3]) for _ in labels]
        if sum(counts) <= 9 and world.accepts(f"scene {labels[0]} {counts[0]}"):
            break
    total, placed = sum(counts), {label: [] for label in labels}
    cells = grid_cells(rng, (0, 0, canvas.w, canvas.h), total)
    same, varied = rng.random() < 0.5, rng.random() < 0.4
    factor = rng.uniform(0.6, 0.98)
    order = [label for label, n in zip(labels, counts) for _ in range(n)]
    for label, (x, y, w, h) in zip(order, cells):
        side = min(w, h) * (factor if same else rng.uniform(0.55, 0.98))
        cx, cy = x + rng.uniform(side / 2, w - side / 2), y + rng.uniform(side / 2, h - side / 2)
        sprite = world.styles[style].pick(rng, label)
        sprite = restyled(rng, sprite, label, not world.colours.get(label)) if varied else sprite
        canvas.sprite(sprite, cx, cy, side, rng.choice([0, 0, 0, rng.uniform(-15, 15)]), rng.random() < 0.3, name=label)
        placed[label].append((cx, cy, side))
    return placed


def caption(canvas, placed):
    """All things by name, those further to the upper left first: the picture must decide the order."""
    placed = dict(sorted(placed.items(), key=lambda item: reading_order(canvas, item[1])))
    parts = []
    for label, spots in placed.items():
        n = len(spots)
        parts.append(article(label) if n == 1 else f"{NUMBER_WORDS[n]} {plural(label)}")
    if len(placed) == 2:
        (a,), (b,) = [[s[0]] if len(s) == 1 else [None] for s in placed.values()]
        where = relation(a, b) if a and b else None
        if where:
            return f"{parts[0]} {where} {parts[1]}"
    return join(parts)


def questions(rng, world, canvas, placed):
    out, labels = [], list(placed)
    for label in labels:
        out.append(Question("count", ask(rng, MANY, p=plural(label)), str(len(placed[label]))))
    if len(labels) > 1:
        out.append(Question("count", ask(rng, ["How many objects are there?", "How many things are there in total?", "How many objects do you see?"]), str(sum(map(len, placed.values())))))
        most = max(labels, key=lambda k: len(placed[k]))
        if sum(len(placed[k]) == len(placed[most]) for k in labels) == 1:
            out.append(Question("count", ask(rng, ["What is there most of?", "Which thing appears most often?"]), most))
    elif len(placed[labels[0]]) > 1:
        out.append(Question("naming", ask(rng, ["What are these?", "What do you see?", "What is shown several times?"]), plural(labels[0])))
    absent = unlike(rng, world.simple, labels)
    out.append(Question("presence", ask(rng, EXISTS, a=article(absent)), "no"))
    out.append(Question("presence", ask(rng, EXISTS, a=article(rng.choice(labels))), "yes"))
    if rng.random() < 0.4:
        out.append(Question("count", ask(rng, MANY, p=plural(absent)), "0"))
    singles = [k for k in labels if len(placed[k]) == 1]
    for label in singles:
        out += of_one(rng, canvas, label, placed[label][0], [spot for k in labels if k != label for spot in placed[k]])
    for a, b in zip(singles, singles[1:]):
        a, b = rng.sample([a, b], 2)
        out += of_two(rng, (a, b), placed[a][0], placed[b][0], len(labels) == 2, "thing")
    if len(labels) <= 3 and ordered(canvas, placed.values()):
        out += [Question("caption", ask(rng, CAPTION), caption(canvas, placed))] * 2
    for kind, members in CATEGORIES.items():
        inside = [k for k in labels if k in members]
        if len(inside) == 1 and rng.random() < 0.5:
            out.append(Question("naming", ask(rng, ["Which {k} is in the picture?", "What {k} do you see?", "Which {k} is shown?"], k=kind), inside[0]))
    coloured = [k for k in labels if world.colours.get(k)]
    for label in coloured[:1]:
        out.append(Question("colour", ask(rng, ["What colour is the {a}?", "What color is the {a}?", "Which colour does the {a} have?"] if len(placed[label]) == 1 else ["What colour are the {p}?", "What color are the {p}?"],
                                      a=label, p=plural(label)), world.colours[label]))
    out.append(Question("missing", ask(rng, ["What colour is the {a}?", "Where is the {a}?"], a=absent), ""))
    return out


def draw(rng, world, canvas):
    return questions(rng, world, canvas, compose(rng, world, canvas))
