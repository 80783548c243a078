# SPDX-License-Identifier: Apache-2.0
"""Printed lines, labels, signs and short lists, with questions that read them."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ORDINALS, ask

WHOLE = ["Read the text.", "What does the text say?", "What is written here?", "What does it say?", "What text is in the image?",
         "Read this.", "What is the text?", "Please read the text.", "Can you read this?", "Transcribe the text.", "What's written?",
         "What does this say?", "Which words do you see?"]
SIGN = ["What does the sign say?", "Read the sign.", "What is on the sign?", "What is written on the sign?", "What's on the sign?"]
LABEL = ["What does the label say?", "Read the label.", "What is printed on the label?", "What is on the label?"]
LINE = ["What does the {nth} line say?", "Read the {nth} line.", "What is on the {nth} line?", "What is written on line {number}?",
        "Read line {number}.", "What's the {nth} line?"]
WHOLE_LENGTH = 56  # characters of the longest text that is asked for as a whole
LAST = ["What does the last line say?", "Read the last line.", "What is the bottom line?", "What is on the last line?"]


def punctuated(rng, words, longest):
    """Words with the marks that join them, and a number at times."""
    first, second = words.word(rng, max(3, longest // 2)), rng.choice([words.word(rng, max(3, longest // 3)), words.number(rng, 4)])
    return rng.choice(["{a}: {b}", "{a}, {b}", "{a}, {b}.", "{a} {b}!", "{a} - {b}", "{a} & {b}", "{a}/{b}", "({a}) {b}", "\"{a}\" {b}", "{a}; {b}", "{a} {b}?", "{a}'s {b}"]).format(a=rng.choice([first, first.title()]), b=second)


def short_text(rng, words, longest):
    """What one line may say."""
    roll = rng.random()
    if roll < 0.5:
        return words.phrase(rng, longest)
    makers = [words.number, words.price, words.code, words.date, words.clock, words.person, words.shop, words.phone, words.email, words.address]
    text = rng.choice(makers)(rng) if roll < 0.85 else punctuated(rng, words, longest)
    return text if len(text) <= longest else words.phrase(rng, longest)


def draw_block(rng, world, canvas, area, count, fill, background, longest=24, largest=None):
    """`count` lines inside `area` (x, y, w, h); returns the texts."""
    x0, y0, w, h = area
    small = canvas.smallest
    path = world.fonts.pick(rng)
    count = max(1, min(count, int(h / (small * 1.25))))
    longest = max(3, min(longest, int(w / (small * 0.56))))
    texts = [short_text(rng, world.words, longest) for _ in range(count)]
    size = rng.uniform(small, max(small, min(h / (count * 1.25), largest or small * 3.4)))
    face = min((world.fonts.fit(path, t, size, w) for t in texts), key=lambda f: f.size)
    if face.size < small * 0.85:
        texts = [world.words.word(rng, 4) for _ in texts]
        face = min((world.fonts.fit(path, t, small, w) for t in texts), key=lambda f: f.size)
    step = min(h / count, face.size * rng.uniform(1.15, 1.8))
    y = y0 + rng.uniform(0, max(0, h - step * count))
    align = rng.choice([0, 0, 0.5, 0.5, 1])
    for text in texts:
        width = face.getlength(text)
        canvas.text(face, text, x0 + (w - width) * align, y, fill)
        y += step
    return texts


def wrapped(face, text, width):
    """The lines of a text that is broken where the next word would not fit."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def questions_on(rng, texts, extra=()):
    out = []
    joined = " ".join(texts)
    if len(joined) <= WHOLE_LENGTH:
        out += [Question("reading", ask(rng, WHOLE + list(extra) * 3), joined)] * 2
    words = joined.split()
    if len(words) == 1 and words[0].isalpha():
        out.append(Question("reading", ask(rng, ["What word is shown?", "What is the word?", "Which word is written here?"]), words[0]))
    if len(texts) > 1:
        for i in rng.sample(range(len(texts)), min(3, len(texts))):
            if i < len(ORDINALS):
                out.append(Question("reading", ask(rng, LINE, nth=ORDINALS[i], number=i + 1), texts[i]))
        out.append(Question("reading", ask(rng, LAST), texts[-1]))
        out.append(Question("count", ask(rng, ["How many lines of text are there?", "How many lines are there?"]), str(len(texts))))
    elif len(words) > 1:
        out.append(Question("reading", ask(rng, ["What is the first word?", "Which word comes first?"]), words[0]))
        out.append(Question("reading", ask(rng, ["What is the last word?", "Which word comes last?"]), words[-1]))
    numbers = [w for w in words if w.isdigit()]
    if len(numbers) == 1 and not any(c.isdigit() for w in words for c in w if w != numbers[0]):
        out.append(Question("reading", ask(rng, ["What number is shown?", "What is the number?", "Which number do you see?"]), numbers[0]))
    return out


def inset(area, fraction):
    x, y, w, h = area
    return x + w * fraction, y + h * fraction, w * (1 - 2 * fraction), h * (1 - 2 * fraction)


def sub_area(rng, canvas, low, high):
    w, h = canvas.w * rng.uniform(low, high), canvas.h * rng.uniform(low, high)
    return rng.uniform(0, canvas.w - w), rng.uniform(0, canvas.h - h), w, h


def plain_lines(rng, world, canvas):
    """One to five lines on the bare ground."""
    canvas.plain = True
    area = inset(sub_area(rng, canvas, 0.55, 1.0), 0.03)
    count = rng.choice([1, 1, 1, 2, 2, 3, 3, 4, 5])
    longest = 24 if count == 1 or rng.random() < 0.3 else max(5, WHOLE_LENGTH // count - 1)
    texts = draw_block(rng, world, canvas, area, count, cv.ink_for(rng, canvas.background), canvas.background, longest)
    return questions_on(rng, texts)


def broken(rng, world, canvas):
    """One text over two to four lines, as a paragraph or a heading is set."""
    canvas.plain = True
    x, y, w, h = inset(sub_area(rng, canvas, 0.6, 1.0), 0.04)
    small, count = canvas.smallest, rng.choice([2, 2, 3, 3, 4])
    path = world.fonts.pick(rng)
    size = rng.uniform(small, max(small, min(h / (count * 1.3), small * 3, w / (WHOLE_LENGTH / count * 0.62))))
    face = world.fonts.open(path, size)
    words, case = [], rng.choice([str, str, str, str.upper, str.title])
    while len(" ".join(words)) < WHOLE_LENGTH - 14:
        words.append(case(world.words.word(rng, 11) if rng.random() < 0.85 else rng.choice([world.words.number(rng, 4), world.words.styled(rng)])))
    words[0] = words[0][0].upper() + words[0][1:]
    fits = max(1, min(count, int(h / (face.size * 1.2))))
    text = " ".join(words)
    lines = wrapped(face, text, min(w, face.getlength(text) / fits * 1.2))[:fits]
    lines[-1] += rng.choice(["", "", ".", "!", "?"])
    ink, align, step = cv.ink_for(rng, canvas.background), rng.choice([0, 0, 0.5, 1]), face.size * rng.uniform(1.15, 1.5)
    widest, y = max(face.getlength(line) for line in lines), y + rng.uniform(0, max(0, h - len(lines) * step))
    x += rng.uniform(0, max(0, w - widest))
    for line in lines:
        canvas.text(face, line, x + (widest - face.getlength(line)) * align, y, ink)
        y += step
    return questions_on(rng, lines)


def page(rng, world, canvas):
    """Many small lines: a question finds its line by place or by a neighbour."""
    canvas.plain = True
    area = inset((0, 0, canvas.w, canvas.h), rng.uniform(0.02, 0.08))
    texts = draw_block(rng, world, canvas, area, rng.randint(4, 10), cv.ink_for(rng, canvas.background, 110), canvas.background, 24, canvas.smallest * 1.5)
    out = questions_on(rng, texts)
    if len(texts) > 2 and len({t.lower() for t in texts}) == len(texts):
        i = rng.randrange(len(texts) - 1)
        out.append(Question("reading", ask(rng, ["What is written below \"{a}\"?", "Which line comes after \"{a}\"?", "What is under \"{a}\"?"], a=texts[i]), texts[i + 1]))
        j = rng.randrange(1, len(texts))
        out.append(Question("reading", ask(rng, ["What is written above \"{a}\"?", "Which line comes before \"{a}\"?"], a=texts[j]), texts[j - 1]))
    return out


def sign(rng, world, canvas):
    """A board or a label with a border and text on it."""
    area = sub_area(rng, canvas, 0.5, 0.95)
    x, y, w, h = area
    fill = cv.jitter(rng, rng.choice(list(cv.COLOURS.values())))
    for _ in range(5):
        if cv.distance(fill, canvas.background) > 90:
            break
        fill = cv.jitter(rng, rng.choice(list(cv.COLOURS.values())))
    border = cv.ink_for(rng, fill) if rng.random() < 0.6 else None
    canvas.box(x, y, x + w, y + h, fill, border, max(2, min(w, h) * 0.025), rng.choice([0, 0, min(w, h) * 0.12]))
    count = rng.choice([1, 1, 2, 2, 3, 4])
    texts = draw_block(rng, world, canvas, inset(area, 0.08), count, cv.ink_for(rng, fill), fill, 24 if count == 1 else max(6, WHOLE_LENGTH // count - 1), largest=h * 0.5)
    out = questions_on(rng, texts, SIGN if rng.random() < 0.6 else LABEL)
    name = min(cv.COLOURS, key=lambda n: cv.distance(cv.COLOURS[n], fill))
    if cv.distance(cv.COLOURS[name], fill) < 30:
        out.append(Question("colour", ask(rng, ["What colour is the sign?", "What color is the sign?", "Which colour is the board?"]), name))
    return out


def tiles(rng, world, canvas):
    """Short texts in a grid: reading by place."""
    canvas.plain = True
    small = canvas.smallest
    columns = max(1, min(rng.choice([1, 2, 2, 3]), int(canvas.w / (small * 5))))
    rows = max(1, min(rng.choice([1, 2, 3]), int(canvas.h / (small * 2.5))))
    w, h = canvas.w / columns, canvas.h / rows
    grid = {}
    for r in range(rows):
        for c in range(columns):
            area = inset((c * w, r * h, w, h), 0.08)
            grid[r, c] = draw_block(rng, world, canvas, area, 1, cv.ink_for(rng, canvas.background), canvas.background, 14)[0]
    if rows * columns == 1:
        return questions_on(rng, [grid[0, 0]])
    across = {1: [""], 2: ["left", "right"], 3: ["left", "middle", "right"]}[columns]
    down = {1: [""], 2: ["top", "bottom"], 3: ["top", "middle", "bottom"]}[rows]
    out = []
    for (r, c), text in grid.items():
        place = " ".join(p for p in dict.fromkeys([down[r], across[c]]) if p)
        if down[r] == across[c] == "middle":
            place = "centre"
        out.append(Question("reading", ask(rng, ["What is written at the {p}?", "What does the text at the {p} say?", "Read the text at the {p}."], p=place), text))
    return out
