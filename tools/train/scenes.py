# SPDX-License-Identifier: Apache-2.0
"""Scenes: what is on a picture, and the questions with true answers that follow from it.

`compose` draws one scene; each question is a Question(task, question, answer). The split decides
fonts, words, numbers and the colour-kind-count combinations that may appear.
"""

import hashlib
import pathlib
from dataclasses import dataclass

import render
from imageproc import plan

NUMBER_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven"]
MAX_COUNT = 6
MIN_TEXT = 18  # font pixels in the resized picture; capital letters are about 0.7 of it


@dataclass
class Question:
    task: str
    question: str
    answer: str


def bucket(text):
    """A stable number 0..9 for a string; bucket 0 is held out."""
    return hashlib.md5(text.encode()).digest()[0] % 10


def combination_held_out(colour, kind, count):
    return bucket(f"{colour} {kind} {count}") == 0


class WordBook:
    """Words of one split, from a plain list with one word a line."""

    def __init__(self, path, split):
        self.held_out = split == "held_out"
        words = pathlib.Path(path).read_text(encoding="utf-8", errors="ignore").split()
        self.words = [w for w in words if w.isascii() and w.isalpha() and w.islower() and 3 <= len(w) <= 8
                      and (bucket(w) == 0) == self.held_out]

    def word(self, rng, longest=8):
        if not self.held_out and rng.random() < 0.25:
            return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, min(7, longest))))
        for _ in range(20):
            word = rng.choice(self.words)
            if len(word) <= longest:
                return word
        return word[:longest]

    def styled(self, rng, longest=8):
        word = self.word(rng, longest)
        return rng.choice([word, word.title(), word.upper(), word.upper()])

    def _accept(self, text):
        return (bucket(text) == 0) == self.held_out

    def number(self, rng):
        while True:
            digits = rng.choice([1, 2, 3, 4, 5, 6])
            text = str(rng.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1))
            if digits == 1 or self._accept(text):
                return text

    def price(self, rng):
        while True:
            text = f"{rng.choice([rng.randint(0, 9), rng.randint(10, 99), rng.randint(100, 999)])}.{rng.randint(0, 99):02d}"
            if self._accept(text):
                return text


@dataclass
class World:
    """Everything a split offers to the composer."""

    fonts: render.FontBook
    words: WordBook
    held_out: bool

    @staticmethod
    def open(assets, split):
        words = WordBook(pathlib.Path(assets) / "usr/share/dict/american-english-small", split)
        return World(render.FontBook(assets, split), words, split == "held_out")


# ---------------------------------------------------------------- shapes

def plural(kind):
    return "crosses" if kind == "cross" else kind + "s"


def name(shape):
    return f"{shape.colour} {shape.kind}"


def article(text):
    return ("an " if text[0] in "aeiou" else "a ") + text


def grid_cells(rng, area, count):
    """`count` free cells (x0, y0, w, h) of a grid over `area`, coarse enough to keep objects large."""
    x0, y0, w, h = area
    aspect = w / h
    layouts = [(3, 3)] if 0.8 < aspect < 1.25 else [(4, 3)] if 1 < aspect < 1.7 else [(4, 2)] if 1 < aspect < 2.6 else \
        [(6, 2)] if aspect > 1 else [(3, 4)] if aspect > 0.6 else [(2, 4)]
    if aspect > 3.2:
        layouts = [(7, 1), (8, 1)]
    if count <= 2:
        layouts += [(2, 2), (3, 2) if aspect > 1 else (2, 3)]
    cols, rows = rng.choice([g for g in layouts if g[0] * g[1] >= count])
    cells = [(c, r) for r in range(rows) for c in range(cols)]
    rng.shuffle(cells)
    return [(x0 + c * w / cols, y0 + r * h / rows, w / cols, h / rows) for c, r in cells[:count]]


def counts_of(pairs):
    table = {}
    for pair in pairs:
        table[pair] = table.get(pair, 0) + 1
    return table


def choose_pairs(rng, world, colours):
    """(colour, kind) of each object; in training never a held-out combination, in evaluation at least one."""
    while True:
        if rng.random() < 0.45:
            total = rng.randint(1, 4)
            pairs = [(rng.choice(colours), rng.choice(render.KINDS)) for _ in range(total)]
        else:
            main = rng.randint(1, MAX_COUNT)
            pairs = [(rng.choice(colours), rng.choice(render.KINDS))] * main
            extra = rng.randint(0, 7 - main)
            style = rng.random()
            for _ in range(extra):
                colour = pairs[0][0] if style < 0.3 else rng.choice(colours)
                kind = pairs[0][1] if 0.3 <= style < 0.6 else rng.choice(render.KINDS)
                pairs.append((colour, kind))
        held = [combination_held_out(c, k, n) for (c, k), n in counts_of(pairs).items()]
        if any(held) == world.held_out:
            return pairs


def draw_shapes(canvas, rng, world, area):
    colours = render.contrasting_colours(canvas.background)
    if len(colours) < 3:
        colours = ["red", "blue", "green", "yellow"]
    pairs = choose_pairs(rng, world, colours)
    for (colour, kind), (x, y, w, h) in zip(pairs, grid_cells(rng, area, len(pairs))):
        radius = min(w, h) * rng.uniform(0.3, 0.46)
        cx = x + rng.uniform(radius, w - radius)
        cy = y + rng.uniform(radius, h - radius)
        render.draw_shape(canvas, rng, kind, colour, cx, cy, radius)


def shape_questions(rng, shapes, world):
    """Shape-kind and colour questions that have exactly one right answer."""
    out = []
    table = counts_of([(s.colour, s.kind) for s in shapes])
    for (colour, kind), n in table.items():
        if world.held_out and not combination_held_out(colour, kind, n):
            continue
        if all(s.kind == kind for s in shapes if s.colour == colour):
            out.append(Question("shape", rng.choice([
                f"What shape is the {colour} object?", f"What is the {colour} thing?", f"Which shape is {colour}?",
                f"What {colour} shape is there?"]) if n == 1 else rng.choice([
                    f"What shape are the {colour} objects?", f"Which shape is {colour}?"]), kind))
        if all(s.colour == colour for s in shapes if s.kind == kind):
            spelling = rng.choice(["colour", "color"])
            out.append(Question("colour", rng.choice([
                f"What {spelling} is the {kind}?", f"Which {spelling} is the {kind}?", f"What is the {spelling} of the {kind}?"])
                if n == 1 else f"What {spelling} are the {plural(kind)}?", colour))
        if len(shapes) == 1:
            out.append(Question("shape", rng.choice(["What shape is this?", "What shape is shown?"]), kind))
            out.append(Question("colour", rng.choice(["What colour is this?", "What color is the object?"]), colour))
    return out


def count_questions(rng, shapes, world):
    out = []
    ask = lambda what: rng.choice([f"How many {what} are there?", f"How many {what} do you see?", f"Count the {what}."])
    pairs = counts_of([(s.colour, s.kind) for s in shapes])
    for (colour, kind), n in pairs.items():
        if world.held_out and not combination_held_out(colour, kind, n):
            continue
        if n <= MAX_COUNT:
            out.append(Question("count", ask(f"{colour} {plural(kind)}"), str(n)))
        of_kind = sum(s.kind == kind for s in shapes)
        if of_kind <= MAX_COUNT:
            out.append(Question("count", ask(plural(kind)), str(of_kind)))
        of_colour = sum(s.colour == colour for s in shapes)
        if of_colour <= MAX_COUNT:
            out.append(Question("count", ask(f"{colour} {rng.choice(['objects', 'shapes'])}"), str(of_colour)))
    if len(shapes) <= MAX_COUNT:
        out.append(Question("count", ask(rng.choice(["objects", "shapes"])), str(len(shapes))))
    absent = (rng.choice(render.COLOUR_NAMES), rng.choice(render.KINDS))
    if absent not in pairs and rng.random() < 0.5:
        out.append(Question("count", ask(f"{absent[0]} {plural(absent[1])}"), "0"))
    rng.shuffle(out)
    return out[:4]


def relation(a, b):
    """(axis word for a relative to b, ratio of the two distances)."""
    dx, dy = a.x - b.x, a.y - b.y
    if abs(dx) >= abs(dy):
        return ("left" if dx < 0 else "right"), abs(dx) / (abs(dy) + 1e-6)
    return ("above" if dy < 0 else "below"), abs(dy) / (abs(dx) + 1e-6)


def unique_names(shapes):
    """Shapes that a short name picks out: (shape, name)."""
    out = []
    for s in shapes:
        if sum(t.kind == s.kind and t.colour == s.colour for t in shapes) == 1:
            short = s.kind if sum(t.kind == s.kind for t in shapes) == 1 else name(s)
            out.append((s, short))
    return out


def pair_question(rng, a, an, b, bn, size):
    gap_x, gap_y = abs(a.x - b.x), abs(a.y - b.y)
    need = 0.5 * (a.radius + b.radius)
    word, ratio = relation(a, b)
    options = []
    if ratio > 1.6:
        options.append(Question("position", rng.choice([
            f"Where is the {an} relative to the {bn}?", f"Where is the {an} from the {bn}?",
            f"Is the {an} left, right, above or below the {bn}?"]), word))
    if gap_x > need:
        options.append(Question("position", f"Is the {an} left or right of the {bn}?", "left" if a.x < b.x else "right"))
    if gap_y > need:
        options.append(Question("position", f"Is the {an} above or below the {bn}?", "above" if a.y < b.y else "below"))
    return rng.choice(options) if options else None


def position_questions(rng, shapes, world, size):
    out = []
    named = [(s, rng.choice([short, name(s)])) for s, short in unique_names(shapes)]
    rng.shuffle(named)
    held = lambda s: combination_held_out(s.colour, s.kind, 1)
    for i, (a, an) in enumerate(named):
        for b, bn in named[i + 1:i + 3]:
            if world.held_out and not (held(a) or held(b)):
                continue
            question = pair_question(rng, a, an, b, bn, size)
            if question:
                out.append(question)
        fx, fy = a.x / size[0], a.y / size[1]
        if (fx < 0.34 or fx > 0.66) and (fy < 0.34 or fy > 0.66) and not (world.held_out and not held(a)):
            corner = f"{'top' if fy < 0.5 else 'bottom'} {'left' if fx < 0.5 else 'right'}"
            out.append(Question("position", rng.choice([
                f"Which corner is the {an} in?", f"In which corner is the {an}?"]), corner))
    rng.shuffle(out)
    return out[:3]


def presence_questions(rng, shapes):
    out = []
    s = rng.choice(shapes)
    out.append(Question("presence", f"Is there {article(rng.choice([s.kind, name(s), s.colour + ' object']))}?", "yes"))
    colour, kind = rng.choice([s.colour, rng.choice(render.COLOUR_NAMES)]), rng.choice(render.KINDS)
    if not any(t.kind == kind and t.colour == colour for t in shapes):
        out.append(Question("presence", f"Is there {article(colour + ' ' + kind)}?", "no"))
    if not any(t.kind == kind for t in shapes):
        out.append(Question("presence", f"Is there {article(kind)}?", "no"))
        if rng.random() < 0.4:
            asked = rng.choice([f"What colour is the {kind}?", f"Where is the {kind}?"])
            out.append(Question("missing", asked, f"There is no {kind}."))
    return out


def description(shapes):
    groups = counts_of([(s.colour, s.kind) for s in sorted(shapes, key=lambda s: (s.x + s.y))])
    parts = [article(f"{c} {k}") if n == 1 else f"{NUMBER_WORDS[n]} {c} {plural(k)}" for (c, k), n in groups.items()]
    text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return text[0].upper() + text[1:] + "."


def questions_on_shapes(rng, canvas, world):
    shapes = canvas.shapes
    out = shape_questions(rng, shapes, world) + count_questions(rng, shapes, world)
    out += position_questions(rng, shapes, world, canvas.size) + presence_questions(rng, shapes)
    if len(counts_of([(s.colour, s.kind) for s in shapes])) <= 3 and rng.random() < 0.5:
        out.append(Question("describe", rng.choice(["Describe the picture.", "What is in the picture?"]), description(shapes)))
    return out


# ---------------------------------------------------------------- text

ORDINALS = ["first", "second", "third", "fourth"]


def text_lines(rng, world, count, longest):
    """`count` lines of one or two words or a number, each at most `longest` characters."""
    lines = []
    for _ in range(count):
        roll = rng.random()
        if roll < 0.2:
            lines.append(world.words.number(rng))
        elif roll < 0.27:
            lines.append(world.words.price(rng))
        elif roll < 0.8 or longest < 9:
            lines.append(world.words.styled(rng, longest))
        else:
            first = world.words.styled(rng, (longest - 1) // 2)
            second = world.words.styled(rng, (longest - 1) // 2)
            if rng.random() < 0.3:
                second = world.words.number(rng)[:(longest - 1) // 2]
            lines.append(first + " " + second)
    return lines


def is_number(text):
    return text.replace(".", "").isdigit()


def line_questions(rng, lines, on_sign):
    words = " ".join(lines).split()
    out = []
    whole = ["Read the text.", "What does the text say?", "What is written here?", "What does it say?"]
    if on_sign:
        whole += ["What does the sign say?"] * 3
    out.append(Question("reading", rng.choice(whole), " ".join(lines)))
    if len(words) == 1 and not is_number(words[0]):
        out.append(Question("reading", rng.choice(["What word is shown?", "What is the word?", "Which word is written?"]), words[0]))
    if len(words) > 1:
        out.append(Question("reading", "What is the first word?" if not is_number(words[0]) else "What comes first?", words[0]))
        out.append(Question("reading", "What is the last word?" if not is_number(words[-1]) else "What comes last?", words[-1]))
    if len(lines) > 1:
        i = rng.randrange(len(lines))
        out.append(Question("reading", f"What does the {ORDINALS[i]} line say?", lines[i]))
        j = rng.randrange(len(lines))
        if j != i:
            out.append(Question("reading", f"Read the {ORDINALS[j]} line.", lines[j]))
        if rng.random() < 0.4:
            out.append(Question("reading", "What does the last line say?", lines[-1]))
    numbers = [w for w in words if is_number(w)]
    if len(numbers) == 1:
        out.append(Question("reading", rng.choice(["What number is shown?", "What is the number?", "Which number is written?"]), numbers[0]))
    if not numbers and rng.random() < 0.05:
        out.append(Question("missing", "What number is shown?", "There is no number."))
    return out


def min_font(rng, scale, level):
    """Smallest font of this picture in canvas pixels; `level` 0..1 is the curriculum's progress."""
    return (MIN_TEXT + (1 - level) * 16) / scale


def draw_block(canvas, rng, world, area, scale, level, max_lines, ink_background):
    """Lines of text inside `area`; returns the lines, or [] when nothing fits."""
    x0, y0, w, h = area
    smallest = min_font(rng, scale, level)
    path = world.fonts.pick(rng)
    room = int(h / (smallest * 1.25))
    count = rng.randint(1, max(1, min(max_lines, room)))
    size = rng.uniform(smallest, max(smallest, min(h / (count * 1.3), smallest * 3.2)))
    longest = max(2, int(w / (smallest * 0.62)))
    lines = text_lines(rng, world, count, min(17, longest))
    faces = [world.fonts.fit(path, line, size, w) for line in lines]
    face = min(faces, key=lambda f: f.size)
    if face.size < smallest * 0.9:
        lines = [world.words.styled(rng, 3) for _ in lines]
        face = world.fonts.fit(path, max(lines, key=len), smallest, w)
    ink = render.ink_for(rng, ink_background)
    align = rng.choice([0, 0.5, 0.5, 1])
    step = min(h / len(lines), face.size * rng.uniform(1.15, 1.7))
    y = y0 + rng.uniform(0, max(0, h - step * len(lines)))
    for line in lines:
        width, height = render.text_size(face, line)
        render.draw_text(canvas, face, line, int(x0 + (w - width) * align), int(y), ink)
        y += step
    return lines


def inset(area, fraction):
    x, y, w, h = area
    return x + w * fraction, y + h * fraction, w * (1 - 2 * fraction), h * (1 - 2 * fraction)


def sub_area(rng, size, low, high):
    """A random rectangle that covers `low`..`high` of each side."""
    w, h = size[0] * rng.uniform(low, high), size[1] * rng.uniform(low, high)
    return rng.uniform(0, size[0] - w), rng.uniform(0, size[1] - h), w, h


def board_colour(rng, background):
    for _ in range(5):
        colour = render.jitter(rng, rng.choice(list(render.COLOURS.values())))
        if render.distance(colour, background) > 90:
            break
    return colour


def sign_scene(rng, canvas, world, scale, level):
    """A board with a border and text on it."""
    area = sub_area(rng, canvas.size, 0.6, 0.97)
    x, y, w, h = area
    fill = board_colour(rng, canvas.background)
    border = render.ink_for(rng, fill) if rng.random() < 0.7 else None
    draw = render.ImageDraw.Draw(canvas.image)
    radius = rng.choice([0, 0, min(w, h) * 0.12])
    draw.rounded_rectangle((x, y, x + w, y + h), radius, fill=fill, outline=border, width=max(2, int(min(w, h) * 0.025)))
    lines = draw_block(canvas, rng, world, inset(area, 0.09), scale, level, 3, fill)
    return line_questions(rng, lines, True)


def plain_text_scene(rng, canvas, world, scale, level):
    area = inset(sub_area(rng, canvas.size, 0.6, 1.0), 0.03)
    lines = draw_block(canvas, rng, world, area, scale, level, 4, canvas.background)
    return line_questions(rng, lines, False)


def receipt_rows(rng, world, count, longest):
    """(label, price) rows, a TOTAL near the end."""
    rows = []
    while len(rows) < count - 1:
        label = world.words.styled(rng, longest)
        if label.lower() not in [r[0].lower() for r in rows] and label.lower() != "total":
            rows.append((label, world.words.price(rng)))
    total = rng.choice(["TOTAL", "TOTAL", "Total"])
    rows.append((total, world.words.price(rng)))
    if rng.random() < 0.25 and count > 2:
        rows[-2], rows[-1] = rows[-1], rows[-2]
    return rows


def receipt_scene(rng, canvas, world, scale, level):
    """A sheet of paper with a heading, priced items and a TOTAL line."""
    smallest = min_font(rng, scale, level)
    height = canvas.size[1] * rng.uniform(0.85, 0.99)
    width = min(canvas.size[0] * rng.uniform(0.6, 0.98), height * 2.2)
    x = rng.uniform(0, canvas.size[0] - width)
    y = rng.uniform(0, canvas.size[1] - height)
    paper = render.jitter(rng, (244, 243, 238), 11)
    ink = render.jitter(rng, rng.choice([(20, 20, 20), (35, 35, 80), (60, 60, 60)]), 15)
    render.ImageDraw.Draw(canvas.image).rectangle((x, y, x + width, y + height), fill=paper)
    x, y, width, height = inset((x, y, width, height), 0.04)
    longest = min(8, int(width / (smallest * 0.62)) - 7)
    room = int(height / (smallest * 1.2))
    heading = room >= 3 and rng.random() < 0.6
    count = rng.randint(1, max(1, min(6, room - heading)))
    if longest < 5:
        return plain_text_scene(rng, canvas, world, scale, level)
    rows = receipt_rows(rng, world, count, longest)
    path = world.fonts.pick(rng)
    step = height / (count + heading)
    size = min(step / 1.15, rng.uniform(smallest, smallest * 1.8))
    face = min((world.fonts.fit(path, f"{a}   {b}", size, width) for a, b in rows), key=lambda f: f.size)
    step = min(step, face.size * rng.uniform(1.2, 1.9))
    title = world.words.word(rng).upper() if heading else None
    if heading:
        title_width, _ = render.text_size(face, title)
        render.draw_text(canvas, face, title, int(x + (width - title_width) / 2), int(y), ink)
        y += step
    for label, price in rows:
        line = canvas.lines
        render.draw_text(canvas, face, label, int(x), int(y), ink, line)
        price_width, _ = render.text_size(face, price)
        render.draw_text(canvas, face, price, int(x + width - price_width), int(y), ink, line)
        y += step
    return receipt_questions(rng, rows, title)


def receipt_questions(rng, rows, title):
    out = []
    for label, price in rows:
        if label.lower() == "total":
            out.append(Question("reading", rng.choice(["What is the total?", "How much is the total?", "What is the total amount?"]), price))
        else:
            low = label.lower()
            out.append(Question("reading", rng.choice([
                f"How much is the {low}?", f"What is the price of {low}?", f"How much does the {low} cost?"]), price))
    items = [r for r in rows if r[0].lower() != "total"]
    if items:
        label, price = rng.choice(items)
        out.append(Question("reading", f"What costs {price}?", label))
        out.append(Question("reading", "What is the first item?", items[0][0]))
    if title:
        out.append(Question("reading", rng.choice(["What is the heading?", "What does the first line say?"]), title))
    out.append(Question("count", "How many prices are there?", str(len(rows))))
    rng.shuffle(out)
    total_first = [q for q in out if "total" in q.question]
    return total_first + [q for q in out if q not in total_first]


def shapes_scene(rng, canvas, world, scale, level):
    draw_shapes(canvas, rng, world, (0, 0, *canvas.size))
    return questions_on_shapes(rng, canvas, world)


def mixed_scene(rng, canvas, world, scale, level):
    """Shapes in one part and a line of text in a strip beside them."""
    w, h = canvas.size
    strip = max(0.28, min_font(rng, scale, level) * 1.5 / h)
    if strip > 0.45:
        return shapes_scene(rng, canvas, world, scale, level)
    at_top = rng.random() < 0.5
    text_area = inset((0, 0 if at_top else h * (1 - strip), w, h * strip), 0.04)
    draw_shapes(canvas, rng, world, (0, h * strip if at_top else 0, w, h * (1 - strip)))
    lines = draw_block(canvas, rng, world, text_area, scale, level, 1, canvas.background)
    return questions_on_shapes(rng, canvas, world) + line_questions(rng, lines, False) * (1 + (rng.random() < 0.5))


# Shares of the scenes; the second table is for the later part of training, when reading is learned.
SCENES = [shapes_scene, plain_text_scene, sign_scene, receipt_scene, mixed_scene]
SHARES = {"first": [0.36, 0.22, 0.14, 0.16, 0.12], "second": [0.64, 0.08, 0.06, 0.10, 0.12]}


def compose(rng, world, size, level=1.0, scene=None, mix="first"):
    """Draws a scene on a canvas of `size` (w, h). Returns (Canvas, [Question])."""
    scale = plan(*size).scale
    canvas = render.new_canvas(rng, size)
    if scene is None:
        scene = rng.choices(SCENES, SHARES[mix])[0]
    questions = scene(rng, canvas, world, scale, level)
    return canvas, questions


def choose_turns(rng, questions, most=5, mix="first"):
    """2..most distinct questions in random order, one per text; the second mix favours positions."""
    pool, seen = [], set()
    order = rng.sample(questions, len(questions))
    if mix == "second":
        order.sort(key=lambda q: rng.random() + (q.task in ("position", "describe")), reverse=True)
    for q in order:
        if q.question not in seen:
            seen.add(q.question)
            pool.append(q)
    chosen = pool[: rng.randint(min(2, len(pool)), most)]
    rng.shuffle(chosen)
    return chosen
