# SPDX-License-Identifier: Apache-2.0
"""Key-value pictures: filled-in forms, cards, tickets and labels in several layouts."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask, distinct
from data.words import CITIES

FIELDS = {
    "Name": "person", "Full name": "person", "Customer": "person", "Contact": "person", "Doctor": "person", "Patient": "person",
    "Date": "date", "Date of birth": "date", "Issued": "date", "Expires": "date", "Due date": "date", "Delivery date": "date",
    "Phone": "phone", "Email": "email", "Address": "address", "Street": "address",
    "City": "city", "From": "city", "To": "city", "Time": "clock", "Departure": "clock", "Arrival": "clock", "Opens": "clock",
    "Invoice no.": "code", "Order": "code", "Reference": "code", "Serial number": "code", "Booking": "code", "Account": "code", "Flight": "flight",
    "Gate": "gate", "Seat": "gate", "Room": "small", "Age": "small", "Quantity": "small", "Platform": "small", "Floor": "small",
    "Price": "price", "Amount": "price", "Balance": "price", "Deposit": "price", "Fee": "price",
    "Weight": "weight", "Height": "height", "Speed": "speed", "Power": "power", "Status": "status", "Type": "word", "Model": "word", "Brand": "word",
    "Department": "word", "Colour": "colour", "Size": "size", "Country": "country", "Language": "language"}
STATUS = "open closed paid pending active shipped cancelled ready done new approved expired".split()
COUNTRIES = "France Germany Italy Spain Japan Canada Brazil Norway Poland India Kenya Chile Peru Egypt Greece Ireland".split()
LANGUAGES = "English French German Spanish Italian Polish Dutch Greek Danish Finnish".split()
VALUE = ["What is the {f}?", "What {f} is given?", "What's the {f}?", "{F}?", "What does it say for {f}?", "Which {f} is shown?",
         "What is the value of {f}?", "Tell me the {f}.", "What is written next to {f}?", "Find the {f}."]
WHICH = ["Which field says \"{v}\"?", "What does \"{v}\" stand for?", "Which entry has the value \"{v}\"?"]
TITLES = ["INVOICE", "Order form", "Membership card", "Boarding pass", "Registration", "Delivery note", "Visitor badge", "Patient record",
          "Application", "Ticket", "Warranty card", "Shipping label", "Identity card", "Library card", "Booking", "Details", "Summary"]
SPECIAL = {"Name": ["What is the name?", "Whose is this?", "What name is given?"],
           "Phone": ["What is the phone number?", "Which phone number is given?"],
           "Email": ["What is the email address?", "What is the e-mail?"],
           "From": ["Where does it start from?", "What is the departure city?", "Where is it from?"],
           "To": ["Where does it go to?", "What is the destination?"],
           "Departure": ["When does it leave?", "What is the departure time?"], "Arrival": ["When does it arrive?", "What is the arrival time?"],
           "City": ["Which city is given?", "What city is it?"], "Expires": ["When does it expire?", "What is the expiry date?"],
           "Age": ["How old is the person?", "What is the age?"], "Weight": ["How heavy is it?", "What is the weight?"]}


def value(rng, words, kind):
    """A value of the given kind, as printed."""
    table = {
        "city": lambda: rng.choice(CITIES), "flight": lambda: f"{rng.choice('ABDFKLSTU')}{rng.choice('AFLXY')} {rng.randint(100, 9999)}",
        "gate": lambda: f"{rng.choice('ABCDEF')}{rng.randint(1, 60)}" if rng.random() < 0.5 else f"{rng.randint(1, 40)}{rng.choice('ABCDEF')}",
        "small": lambda: str(rng.randint(1, 120)), "price": lambda: rng.choice(["$", "€", "£", ""]) + words.price(rng),
        "weight": lambda: f"{rng.randint(1, 99)}{rng.choice(['', '.5', '.2'])} kg", "height": lambda: f"{rng.randint(50, 210)} cm",
        "speed": lambda: f"{rng.randint(5, 240)} km/h", "power": lambda: f"{rng.randint(5, 2400)} W", "status": lambda: rng.choice(STATUS).title(),
        "word": lambda: words.word(rng, 10).title(), "colour": lambda: rng.choice(cv.COLOUR_NAMES).title(), "size": lambda: rng.choice(["S", "M", "L", "XL", "38", "42"]),
        "country": lambda: rng.choice(COUNTRIES), "language": lambda: rng.choice(LANGUAGES)}
    return table[kind]() if kind in table else getattr(words, kind)(rng)


def make_fields(rng, world, count):
    """[(label, value)] with different labels; some labels are free words."""
    fields = []
    for label in rng.sample(list(FIELDS), min(count, len(FIELDS))):
        text = value(rng, world.words, FIELDS[label])
        if rng.random() < 0.15:
            label = world.words.word(rng, 9).capitalize()
            text = rng.choice([world.words.number, world.words.phrase, world.words.code, world.words.price])(rng)
        fields.append((label, text))
    labels = [f[0].lower() for f in fields]
    return [f for f in fields if labels.count(f[0].lower()) == 1]


# layout: (columns, lines a field)
LAYOUTS = {"pairs": (1, 1), "justified": (1, 1), "stacked": (1, 2), "boxes": (1, 2), "two": (2, 2), "ruled": (1, 1)}


def draw(rng, world, canvas):
    canvas.plain = rng.random() < 0.5
    small = canvas.smallest
    w, h = canvas.w * rng.uniform(0.75, 1.0), canvas.h * rng.uniform(0.85, 1.0)
    x, y = rng.uniform(0, canvas.w - w), rng.uniform(0, canvas.h - h)
    dark = rng.random() < 0.15
    paper = cv.jitter(rng, (35, 38, 45) if dark else rng.choice([(250, 250, 250), (242, 240, 230), (228, 236, 245), (245, 235, 205)]), 8)
    ink = cv.ink_for(rng, paper, 120)
    soft = tuple((a * 5 + b * 4) // 9 for a, b in zip(ink, paper))
    canvas.box(x, y, x + w, y + h, paper, soft if rng.random() < 0.4 else None, 2, rng.choice([0, 0, small]))
    pad = min(w, h) * 0.05
    x, y, w, h = x + pad, y + pad, w - 2 * pad, h - 2 * pad
    layout = rng.choice(["pairs", "pairs", "justified", "stacked", "boxes", "two", "ruled"])
    columns, lines = LAYOUTS[layout]
    if w / columns < small * 9:
        layout, columns, lines = "stacked", 1, 2
    title = rng.choice(TITLES) if rng.random() < 0.6 and h > small * 5 else None
    rows = int((h - (small * 2 if title else 0)) / (small * (1.35 if lines == 1 else 3.4)))
    if rows < 1:
        layout, lines, rows, title = "pairs", 1, max(1, int(h / (small * 1.3))), None
    fields = make_fields(rng, world, max(1, min(rows * columns, rng.choice([2, 3, 4, 5, 6, 8]))))
    path = world.fonts.plain(rng)
    rows = -(-len(fields) // columns)
    size = min(rng.uniform(small, small * 1.9), h / (rows * (1.3 if lines == 1 else 3.3) + (2.4 if title else 0)))
    if title:
        face = world.fonts.fit(world.fonts.bold(path), title, size * 1.35, w)
        canvas.text(face, title, x + (0 if rng.random() < 0.5 else (w - face.getlength(title)) / 2), y, ink)
        y, h = y + size * 1.9, h - size * 1.9
    draw_fields(rng, world, canvas, fields, layout, (x, y, w, h), path, size, ink, soft, columns, lines, paper)
    return questions(rng, world, fields, title)


def draw_fields(rng, world, canvas, fields, layout, area, path, size, ink, soft, columns, lines, paper):
    x, y, w, h = area
    width = w / columns
    colon = rng.choice([":", ":", ""])
    longest = max((f"{a}{colon}  {b}" if lines == 1 else max(a, b, key=len) for a, b in fields), key=len)
    face = world.fonts.fit(path, longest, size, width * 0.94)
    bold = world.fonts.open(world.fonts.bold(path), face.size) if rng.random() < 0.4 else face
    rows = -(-len(fields) // columns)
    step = min(h / rows, face.size * (rng.uniform(1.25, 2.0) if lines == 1 else rng.uniform(3.3, 4.2)))
    label_width = max(face.getlength(a + colon) for a, _ in fields) + face.size * rng.uniform(0.6, 1.5)
    label_width = min(label_width, width - max(face.getlength(b) for _, b in fields))
    for i, (label, text) in enumerate(fields):
        fx, fy = x + (i % columns) * width, y + (i // columns) * step
        line = canvas.lines
        if lines == 1:
            canvas.text(face, label + colon, fx, fy, ink, "l", line)
            at, anchor = (fx + w, "r") if layout == "justified" else (fx + label_width, "l")
            canvas.text(bold, text, at, fy, ink, anchor, line, len(label) + 2)
            if layout == "ruled":
                canvas.line(fx, fy + step * 0.93, fx + w, fy + step * 0.93, soft, 1)
        else:
            canvas.text(face, label, fx, fy, soft if cv.distance(soft, paper) > 110 else ink, "l", line)
            below = fy + face.size * 1.5
            if layout == "boxes":
                canvas.box(fx, below - face.size * 0.12, fx + width * 0.95, below + face.size * 1.4, outline=soft)
                canvas.text(bold, text, fx + face.size * 0.4, below, ink)
            else:
                canvas.text(bold, text, fx, below, ink)


def questions(rng, world, fields, title):
    out = []
    for label, text in rng.sample(fields, min(5, len(fields))):
        name = label.rstrip(".").lower() if not label.isupper() else label
        templates = VALUE if label not in SPECIAL or rng.random() < 0.5 else SPECIAL[label]
        out.append(Question("form", ask(rng, templates, f=name, F=label.rstrip(".")), text))
    values = [v for _, v in fields]
    label, text = rng.choice(fields)
    if values.count(text) == 1:
        out.append(Question("form", ask(rng, WHICH, v=text), label))
    if title:
        out.append(Question("form", ask(rng, ["What is the title?", "What kind of document is this?", "What is the heading?", "What is this document?"]), title))
    present = {f[0].lower() for f in fields}
    for other in distinct(lambda: rng.choice(list(FIELDS)), 2):
        related = {"name": {"full name", "customer", "contact", "patient", "doctor"}, "address": {"street"}, "price": {"amount", "fee"}}
        clash = any(other.lower() in (k, *v) and bool(present & {k, *v}) for k, v in related.items())
        if other.lower() not in present and not clash and not (FIELDS[other] in ("date", "clock", "person", "price", "city") and any(
                FIELDS.get(f[0]) == FIELDS[other] for f in fields)):
            out.append(Question("missing", ask(rng, VALUE, f=other.rstrip(".").lower(), F=other), ""))
    return out
