# SPDX-License-Identifier: Apache-2.0
"""Windows put together of parts as programs do: a heading, a message of one to three lines, boxes, switches, fields, a list, a bar, tabs, buttons."""

from data import canvas as cv
from data import dialogs
from data.canvas import Question
from data.phrasing import ask, distinct
from data.text_lines import wrapped

SUBJECTS = ["The printer", "The camera", "Your account", "This folder", "The upload", "The last backup", "The network drive", "The selected image", "The calendar", "The licence key", "The archive",
            "The remote host", "The keyboard layout", "The spreadsheet", "The microphone", "The playlist", "The installer", "The memory card", "The certificate", "One of the files", "Your profile",
            "The target folder", "The search", "The scan", "This page", "The video", "The plug-in", "The time zone", "The project", "Another program"]
STATES = ["is not ready", "could not be opened", "was moved", "is in use", "has been locked", "was not saved", "needs a restart", "is too large", "does not respond", "is up to date", "has changed",
          "will be removed", "is empty", "was not found", "contains errors", "is missing", "has been updated", "cannot be read", "was stopped", "is being prepared", "took too long", "is write-protected",
          "has no name", "will be closed", "was sent", "is not valid", "has been restored", "is waiting"]
VERBS = ["rename", "keep", "replace", "restore", "close", "export", "hide", "share", "print", "move", "lock", "import", "reload", "merge", "archive", "publish", "reset", "download"]
OBJECTS = ["this page", "the folder", "all pictures", "the old version", "the report", "two messages", "your notes", "the whole list", "the current view", "these photos", "the contact", "the layer",
           "all open tabs", "the template", "the recording", "the event", "every chapter", "the attachment"]
OPENINGS = ["Do you want to {v} {o}?", "Really {v} {o}?", "Should the program {v} {o}?", "You are about to {v} {o}.", "Please {v} {o} first.", "Press OK to {v} {o}.", "It is not possible to {v} {o}.",
            "{V} {o} now?", "{V} {o}"]
ACTS = ["Show", "Hide", "Allow", "Remember", "Open", "Lock", "Share", "Sort", "Group", "Preview", "Download", "Mirror", "Highlight", "Animate", "Scan", "Back up", "Translate", "Rotate", "Mute", "Resume", "Limit",
        "Load", "Sign", "Wrap", "Underline", "Pin"]
THINGS = ["thumbnails", "the sidebar", "passwords", "cookies", "pop-ups", "captions", "file names", "hints", "new messages", "all images", "the clock", "windows", "old entries", "long lines", "the cursor",
          "attachments", "page numbers", "the map", "menus", "my position", "contacts", "favourites", "margins", "downloads", "rulers", "the preview"]
QUALITIES = ["Small", "Bright", "Wide", "Round", "Quick", "Quiet", "Strict", "Hidden", "Daily", "Private", "Offline", "Double", "Local", "Classic", "Extra"]
NOUNS = ["buttons", "mode", "search", "pages", "margins", "view", "backup", "headings", "menus", "colours", "borders", "alerts", "keys", "tabs", "updates"]
LABELS = ["User name", "Email", "Server", "Name", "Password", "Search", "City", "Title", "First name", "Last name", "Street", "Phone", "Code", "Label", "Key", "Profile", "Path", "Domain", "Group", "Comment",
          "Quantity", "Reference", "Owner", "Subject", "Gateway", "Time", "Due", "Size", "Width", "Device"]


def sentence(rng, world):
    """What a window may say: composed, so that it is to be read rather than known."""
    roll = rng.random()
    if roll < 0.35:
        return f"{rng.choice(SUBJECTS)} {rng.choice(STATES)}."
    if roll < 0.7:
        verb = rng.choice(VERBS)
        return rng.choice(OPENINGS).format(v=verb, V=verb.capitalize(), o=rng.choice(OBJECTS))
    text = world.words.phrase(rng, rng.choice([16, 24, 34]), rng.randint(2, 5)).capitalize()
    return text + rng.choice([".", ".", "?", "!", "", "..."])


def message_text(rng, world):
    return world.choose(lambda: sentence(rng, world), str)


def option(rng, world):
    """The name of a setting."""
    roll = rng.random()
    if roll < 0.4:
        return f"{rng.choice(ACTS)} {rng.choice(THINGS)}"
    if roll < 0.6:
        return f"{rng.choice(QUALITIES)} {rng.choice(NOUNS)}"
    return rng.choice(dialogs.OPTIONS) if roll < 0.75 else world.words.phrase(rng, 20, rng.choice([1, 2, 2, 3])).capitalize()


def options(rng, world, count):
    return distinct(lambda: world.choose(lambda: option(rng, world), str), count)


class Pane:
    """The inside of a window that is filled from above; `y` is where the next part begins."""

    def __init__(self, rng, world, canvas, look, area):
        self.rng, self.world, self.canvas, self.look = rng, world, canvas, look
        self.x, self.y, self.w, self.bottom = area[0], area[1], area[2], area[1] + area[3]
        self.gap = look.size * rng.uniform(0.4, 1.0)
        self.paper = (255, 255, 255) if cv.luminance(look.ground) > 127 else (25, 25, 28)

    def lines(self, pitch):
        """How many lines of so many text sizes still fit."""
        return int((self.bottom - self.y) / (self.look.size * pitch))

    def down(self, height):
        self.y += height + self.gap

    def write(self, text, x, y, ink=None, width=None, anchor="l"):
        face = self.world.fonts.fit(self.look.path, text, self.look.size, width or self.w)
        self.canvas.text(face, text, x, y, ink or self.look.ink, anchor)


def heading(pane):
    """A title inside the window, in a bar or alone."""
    rng, s = pane.rng, pane.look.size
    title = rng.choice(dialogs.TITLES) if rng.random() < 0.3 else pane.world.words.phrase(rng, 18).capitalize()
    if rng.random() < 0.6:
        pane.canvas.box(pane.x - s, pane.y - s * 0.5, pane.x + pane.w + s, pane.y + s * 1.7, pane.look.shade)
    face = pane.world.fonts.fit(pane.world.fonts.bold(pane.look.path), title, s, pane.w)
    pane.canvas.text(face, title, *rng.choice([(pane.x + pane.w / 2, pane.y, pane.look.ink, "m"), (pane.x, pane.y, pane.look.ink)]))
    pane.down(s * 1.6)
    return [Question("ui", ask(rng, ["What is the title of the window?", "What is the window called?", "What is the title?", "What does the heading say?"]), title)]


def message(pane):
    """A sentence over up to three lines, beside a picture at times."""
    rng, s = pane.rng, pane.look.size
    text, left, width = message_text(rng, pane.world), pane.x, pane.w
    if rng.random() < 0.25 and width > s * 14:
        name = rng.choice(["info", "warning", "error", "help", "check mark"])
        if name in pane.world.icons.sprites:
            sprite = pane.world.icons.pick(rng, name).copy()
            sprite[..., :3] = pane.look.accent if rng.random() < 0.7 else pane.look.ink
            pane.canvas.sprite(sprite, left + s * 1.2, pane.y + s * 0.9, s * 2.2, name=f"icon {name}")
            left, width = left + s * 3, width - s * 3
    lines = wrapped(pane.look.face, text, width)
    if len(lines) > min(3, pane.lines(1.4)):
        lines = [text]
    middle = rng.random() < 0.4
    for i, line in enumerate(lines):
        pane.write(line, left + (width / 2 if middle else 0), pane.y + i * s * 1.35, None, width, "m" if middle else "l")
    pane.down(s * 1.35 * len(lines))
    return [Question("ui", ask(rng, ["What is the message?", "What does the message say?", "What does the dialog say?", "What does the window say?", "What does the dialog ask or say?", "Read the message."]), text)] * 2


def tick_box(rng, pane, x, y, on, kind):
    """A box or a round button in one of the ways toolkits draw them."""
    canvas, look, s = pane.canvas, pane.look, pane.look.size
    if kind in ("plain", "round"):
        return dialogs.check_box(canvas, look, x, y, on, kind == "round")
    x0, y0, x1, y1 = x, y + s * 0.2, x + s * 0.95, y + s * 1.15
    if kind == "ring":
        canvas.circle(x + s * 0.5, y + s * 0.67, s * 0.42, look.accent if on else look.edge, max(1, s * (0.28 if on else 0.08)))
        return None
    canvas.box(x0, y0, x1, y1, look.accent if on and kind == "filled" else pane.paper, look.edge if kind == "soft" else look.ink, 1, s * 0.2 if kind != "square" else 0)
    if on and kind == "square":
        canvas.box(x0 + s * 0.22, y0 + s * 0.22, x1 - s * 0.22, y1 - s * 0.22, look.ink)
    elif on and kind == "crossed":
        canvas.line(x0 + s * 0.18, y0 + s * 0.18, x1 - s * 0.18, y1 - s * 0.18, look.ink, max(1, s * 0.1))
        canvas.line(x0 + s * 0.18, y1 - s * 0.18, x1 - s * 0.18, y0 + s * 0.18, look.ink, max(1, s * 0.1))
    elif on:
        canvas.polyline([(x0 + s * 0.2, y0 + s * 0.48), (x0 + s * 0.4, y0 + s * 0.7), (x0 + s * 0.78, y0 + s * 0.22)], (250, 250, 250) if kind == "filled" else look.ink, max(1, s * rng.uniform(0.08, 0.16)))
    return None


def slider_switch(rng, pane, x, y, on, kind):
    """A switch: a round or an angular one, with signs on it at times."""
    if kind == "plain":
        return dialogs.switch(pane.canvas, pane.look, x, y, on)
    s, canvas, look = pane.look.size, pane.canvas, pane.look
    x1, corner = x + s * 2.4, s * (0.12 if kind == "angular" else 0.6)
    canvas.box(x, y + s * 0.05, x1, y + s * 1.25, look.accent if on else look.shade, look.edge, 1, corner)
    knob = (x + s * 1.2, x1) if on else (x, x + s * 1.2)
    canvas.box(knob[0] + 1, y + s * 0.05 + 1, knob[1] - 1, y + s * 1.25 - 1, (250, 250, 250) if cv.luminance(look.ground) > 127 else (120, 122, 128), look.edge, 1, corner)
    if kind == "marked":
        cx = x + s * 0.6 if on else x + s * 1.8
        ink = (250, 250, 250) if on else look.ink
        canvas.line(cx, y + s * 0.4, cx, y + s * 0.9, ink, max(1, s * 0.1)) if on else canvas.circle(cx, y + s * 0.65, s * 0.24, ink, max(1, s * 0.1))
    return None


def choices(pane):
    """Check boxes, switches or radio buttons, in a frame with a name at times."""
    rng, s, look = pane.rng, pane.look.size, pane.look
    kind = rng.choice(["check", "check", "switch", "radio"])
    names = options(rng, pane.world, max(2, min(rng.randint(2, 6), pane.lines(1.9))))
    states = [rng.random() < 0.5 for _ in names]
    if kind == "radio":
        chosen = rng.randrange(len(names))
        states = [i == chosen for i in range(len(names))]
    look_of = rng.choice({"check": ["plain", "soft", "filled", "square", "crossed", "tick"], "radio": ["round", "ring"], "switch": ["plain", "angular", "marked", "round"]}[kind])
    step, top, inset = s * rng.uniform(1.5, 2.1), pane.y, 0
    if rng.random() < 0.35 and pane.lines(1.9) > len(names) + 1:
        group = pane.world.words.word(rng, 10).title()
        pane.write(group, pane.x + s * 0.5, top)
        width, inset = look.face.getlength(group), s * 0.5
        pane.y += s * 1.4
        canvas, y0, y1 = pane.canvas, top + s * 0.65, pane.y + step * len(names) + s * 0.3
        for line in ((pane.x, y0, pane.x + s * 0.3, y0), (pane.x + s * 0.8 + width, y0, pane.x + pane.w, y0), (pane.x, y0, pane.x, y1), (pane.x + pane.w, y0, pane.x + pane.w, y1), (pane.x, y1, pane.x + pane.w, y1)):
            canvas.line(*line, look.edge)
    far = kind == "switch" and rng.random() < 0.75
    for i, (name, on) in enumerate(zip(names, states)):
        y, x = pane.y + i * step, pane.x + inset
        wide = pane.w - 2 * inset - s * 3.2
        if kind == "switch":
            slider_switch(rng, pane, x + pane.w - 2 * inset - s * 2.5 if far else x, y, on, look_of)
            pane.write(name, x if far else x + s * 3, y, None, wide)
        else:
            tick_box(rng, pane, x, y, on, look_of)
            pane.write(name, x + s * rng.uniform(1.4, 1.5), y, None, wide)
    pane.down(step * len(names) + inset)
    return dialogs.settings_questions(rng, names, states, kind, None)


def entry_value(rng, world):
    words = world.words
    make = rng.choice([words.word, words.number, words.phrase, words.code, words.email, words.person, words.date, words.price, words.clock, words.address])
    return make(rng)[:24].strip()


def fields(pane):
    """One to three labels with what is entered beside or below them."""
    rng, s, look = pane.rng, pane.look.size, pane.look
    labels = distinct(lambda: rng.choice(LABELS) if rng.random() < 0.75 else pane.world.words.word(rng, 9).capitalize(), max(1, min(rng.randint(1, 4), pane.lines(2.6))))
    colon, out = rng.choice(["", ":", ":"]), []
    indent = max(look.face.getlength(label + colon) for label in labels) + s * rng.uniform(0.5, 1.2)
    beside = indent < pane.w * 0.5 and (rng.random() < 0.75 or pane.lines(4.2) < len(labels))
    flush_right = rng.random() < 0.3
    for label in labels:
        if not beside and pane.lines(3.4) < 1:
            break
        value = entry_value(rng, pane.world) if rng.random() < 0.9 else ""
        left, top = (pane.x + indent, pane.y) if beside else (pane.x, pane.y + s * 1.45)
        pane.write(label + colon, pane.x + (indent - s * 0.5 if beside and flush_right else 0), pane.y + (s * 0.25 if beside else 0), None, None, "r" if beside and flush_right else "l")
        pane.canvas.box(left, top, pane.x + pane.w, top + s * 1.75, pane.paper if rng.random() < 0.9 else look.ground, look.edge, 1, look.radius * s * 0.6)
        if value:
            pane.write(value, left + s * 0.45, top + s * 0.25, None, pane.x + pane.w - left - s * 0.9)
            out.append(Question("ui", ask(rng, ["What is entered as {f}?", "What is in the {f} field?", "What is the {f}?", "Which {f} is entered?", "What does the {f} field contain?", "What is typed into {f}?"], f=label.lower()), value))
        else:
            out.append(Question("state", ask(rng, ["Is the {f} field empty?", "Is the {f} field blank?"], f=label.lower()), "yes"))
        pane.y = top + s * 1.75 + pane.gap * 0.6
    pane.down(0)
    absent = rng.choice([name for name in LABELS if name not in labels])
    return out + [Question("missing", ask(rng, ["What is in the {f} field?", "What is entered as {f}?"], f=absent.lower()), "")]


def progress(pane):
    """A bar with what is going on above it; its share is printed inside, beside or nowhere."""
    rng, s, look, canvas = pane.rng, pane.look.size, pane.look, pane.canvas
    value, printed = rng.randint(0, 100), rng.choice(["", "", "", "inside", "beside", "above"])
    text = rng.choice([pane.world.words.phrase(rng, 20), f"{pane.world.words.word(rng, 9).title()}..."]) if rng.random() < 0.8 else ""
    if text or printed == "above":
        pane.write(text or " ", pane.x, pane.y, None, pane.w * 0.8)
        if printed == "above":
            pane.write(f"{value}%", pane.x + pane.w, pane.y, None, None, "r")
        pane.y += s * 1.5
    thick = s * (1.6 if printed == "inside" else rng.choice([0.35, 0.6, 1.0, 1.4, 1.6]))
    wide = pane.w - (s * 3 if printed == "beside" else 0)
    corner = thick / 2 if rng.random() < 0.3 else 0
    canvas.box(pane.x, pane.y, pane.x + wide, pane.y + thick, pane.paper if rng.random() < 0.5 else look.shade, look.edge if rng.random() < 0.7 else None, 1, corner)
    edge = pane.x + wide * value / 100
    if value and rng.random() < 0.15 and thick > 6:
        for i in range(int((edge - pane.x) / (thick * 0.8))):
            canvas.box(pane.x + i * thick * 0.8 + 1, pane.y + 2, pane.x + (i + 0.75) * thick * 0.8, pane.y + thick - 2, look.accent)
    elif value:
        canvas.box(pane.x, pane.y + 1, max(pane.x + 1, edge), pane.y + thick - 1, look.accent, None, 1, min(corner, (edge - pane.x) / 2))
    canvas.measure(value / 100, pane.x, pane.y, pane.x + wide, pane.y + thick)
    if printed == "inside":
        pane.write(f"{value}%", pane.x + wide / 2, pane.y + s * 0.15, look.ink if value < 45 or value > 55 and cv.luminance(look.accent) > 120 else None, None, "m")
    elif printed == "beside":
        pane.write(f"{value}%", pane.x + pane.w, pane.y + (thick - s * 1.25) / 2, None, None, "r")
    pane.down(thick)
    out = [Question("gauge", ask(rng, ["What is the progress?", "How many percent are done?", "How full is the bar?", "How far is the progress bar?", "What percentage is complete?", "How far along is it?"]), f"{value}%")] * 3
    return out + ([Question("ui", ask(rng, ["What is written above the bar?", "What does the text above the progress bar say?"]), text)] if text else [])


def entries(pane):
    """A list with one entry marked."""
    rng, s, look, canvas = pane.rng, pane.look.size, pane.look, pane.canvas
    names = distinct(lambda: pane.world.words.phrase(rng, 16, rng.choice([1, 1, 1, 2])).title(), max(2, min(rng.randint(3, 7), pane.lines(1.6))))
    step, marked = s * rng.uniform(1.35, 1.9), rng.randrange(len(names))
    canvas.box(pane.x, pane.y, pane.x + pane.w, pane.y + step * len(names), pane.paper, look.edge)
    fill, ink = rng.choice([(look.accent, (250, 250, 250)), (look.accent, (250, 250, 250)), (look.shade, look.ink), (tuple((a + 2 * b) // 3 for a, b in zip(look.accent, pane.paper)), look.ink)])
    for i, name in enumerate(names):
        y = pane.y + i * step
        if i == marked:
            canvas.box(pane.x + 1, y + 1, pane.x + pane.w - 1, y + step - 1, fill)
        pane.write(name, pane.x + s * 0.5, y + (step - s * 1.25) / 2, ink if i == marked else None, pane.w - s)
    pane.down(step * len(names))
    i, absent = rng.randrange(len(names) - 1), pane.world.words.word(rng, 9).title()
    missing = [] if absent in names else [Question("missing", ask(rng, ["Which entry is below {n}?", "What comes after {n} in the list?"], n=absent), "")]
    return [Question("ui", ask(rng, ["Which entry is selected?", "Which item is highlighted?", "What is selected in the list?", "Which entry is marked?", "Which row is selected?"]), names[marked]),
            Question("ui", ask(rng, ["What is the first entry of the list?", "What is at the top of the list?", "What is the first item?"]), names[0]),
            Question("ui", ask(rng, ["What is the last entry of the list?", "What is at the bottom of the list?"]), names[-1]),
            Question("count", ask(rng, ["How many entries does the list have?", "How many items are in the list?", "How many entries are there?"]), str(len(names))),
            Question("ui", ask(rng, ["Which entry is below {n}?", "What comes after {n} in the list?"], n=names[i]), names[i + 1])] + missing


def combo(pane):
    """A drop-down field."""
    rng, s, look, canvas = pane.rng, pane.look.size, pane.look, pane.canvas
    text = pane.world.words.phrase(rng, 18)
    canvas.box(pane.x, pane.y, pane.x + pane.w, pane.y + s * 1.75, rng.choice([pane.paper, look.shade]), look.edge, 1, look.radius * s * 0.6)
    pane.write(text, pane.x + s * 0.5, pane.y + s * 0.25, None, pane.w - s * 2.4)
    cx, cy = pane.x + pane.w - s * 0.95, pane.y + s * 0.85
    canvas.polygon([(cx - s * 0.35, cy - s * 0.15), (cx + s * 0.35, cy - s * 0.15), (cx, cy + s * 0.3)], look.ink) if rng.random() < 0.5 else canvas.polyline([(cx - s * 0.35, cy - s * 0.15), (cx, cy + s * 0.2), (cx + s * 0.35, cy - s * 0.15)], look.ink, 2)
    pane.down(s * 1.75)
    return [Question("ui", ask(rng, ["What is chosen in the drop-down?", "What does the drop-down field show?", "What does the combo box say?"]), text)]


def tab_heads(pane):
    """A row of tabs over what follows."""
    rng, s = pane.rng, pane.look.size
    names = distinct(lambda: rng.choice(["Advanced", "Network", "Privacy", "Display", "Account", "Sound", "Security", "Storage", "View", "Print", "Layout", "Rules"]) if rng.random() < 0.5
                     else pane.world.words.word(rng, 8).capitalize(), rng.choice([2, 3, 3, 4, 5]))
    while sum(pane.look.face.getlength(n) + s * 1.3 for n in names) > pane.w and len(names) > 1:
        names.pop()
    active = rng.randrange(len(names))
    dialogs.tab_row(pane.canvas, pane.look, (pane.x, pane.y, pane.w), names, active, rng.choice(["underlined", "boxed", "boxed", "filled"]))
    pane.down(s * 2.1)
    return [Question("ui", ask(rng, ["Which tab is selected?", "Which tab is active?", "What tab is open?"]), names[active]), Question("count", ask(rng, ["How many tabs are there?", "How many tabs do you see?"]), str(len(names)))]


MAIN = {message: 3, choices: 5, fields: 3, progress: 3, entries: 3, combo: 1}


def parts_of(rng):
    """The parts of one window from above; no two of one kind."""
    main = rng.choices(list(MAIN), list(MAIN.values()))[0]
    out = [heading] if rng.random() < 0.3 else []
    if main is fields and rng.random() < 0.6 or rng.random() < 0.1:
        out.append(tab_heads)
    if main is not message and rng.random() < 0.25:
        out.append(message)
    out.append(main)
    others = [p for p in (fields, progress, combo, entries) if p is not main]
    return out + ([rng.choice(others)] if rng.random() < 0.3 else [])


HEIGHT = {heading: 2.2, message: 3, choices: 7, fields: 6, progress: 3, entries: 7, combo: 2.3, tab_heads: 2.6}  # in text sizes, about


def draw(rng, world, canvas):
    look, parts, with_buttons = dialogs.Look(rng, world, canvas), parts_of(rng), rng.random() < 0.85
    need = sum(HEIGHT[p] for p in parts) + (2.8 if with_buttons else 0) + 1.5
    largest = max(canvas.smallest, min(canvas.h / need, canvas.w / 15, canvas.smallest * 2.2))
    look.face = world.fonts.open(look.path, rng.uniform(canvas.smallest, largest))
    look.size = s = look.face.size
    if rng.random() < 0.6:  # a window alone, as a screenshot of it shows
        canvas.box(0, 0, canvas.w, canvas.h, look.ground)
        area, title = (s * 0.8, s * 0.7, canvas.w - s * 1.6, canvas.h - s * 1.4), None
    else:
        title = message_text(rng, world)[:22].strip() if rng.random() < 0.2 else rng.choice(dialogs.TITLES)
        title = title if heading not in parts and rng.random() < 0.6 else None
        area = dialogs.window(rng, world, canvas, look, title)
    pane, out = Pane(rng, world, canvas, look, area), []
    pane.bottom -= s * 2.8 if with_buttons else 0
    for part in parts:
        if pane.lines(1) >= min(HEIGHT[part], 4):
            out += part(pane)
    if with_buttons:
        low = pane.bottom + s * 2.8
        end = low if rng.random() < 0.5 else min(low, max(pane.y, area[1]) + s * rng.uniform(2.2, 3))
        out += dialogs.button_questions(rng, dialogs.button_row(rng, world, canvas, look, (area[0], area[1], area[2], end - area[1])))
    if title:
        out.append(Question("ui", ask(rng, ["What is the title of the window?", "What is the window called?", "What does the title bar say?"]), title))
    return out
