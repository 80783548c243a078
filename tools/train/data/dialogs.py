# SPDX-License-Identifier: Apache-2.0
"""Windows of programs: message boxes, settings with switches and check boxes, menus, tabs, toolbars."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask, distinct

TITLES = ["Confirm", "Warning", "Error", "Save changes", "Delete file", "Update available", "Settings", "Preferences", "Login", "Information", "Question", "Export",
          "Network", "Print", "About", "Options", "New project", "Open file", "Properties", "Install", "Connection lost", "Low battery"]
MESSAGES = ["Do you want to save?", "Delete this file?", "The disk is full.", "File not found.", "Update now?", "Are you sure?", "Could not connect.", "Close the window?",
            "Restart now?", "Send the report?", "Access denied.", "Discard changes?", "Download finished.", "Wrong password.", "Copy {n} files?", "{n} items selected.",
            "No printer found.", "Replace the file?", "Battery at {n}%.", "Battery is low.", "Backup complete.", "Install {n} updates?"]
BUTTONS = ["OK", "Cancel", "Yes", "No", "Save", "Don't save", "Delete", "Close", "Retry", "Apply", "Next", "Back", "Help", "Install", "Later", "Skip", "Open", "Continue",
           "Submit", "Send", "Print", "Export", "Accept", "Decline", "Abort", "Ignore", "Finish", "Browse", "Reset", "Log in", "Sign up", "Search", "Add", "Edit"]
OPTIONS = ["Wi-Fi", "Bluetooth", "Dark mode", "Notifications", "Auto save", "Location", "Sound", "Airplane mode", "Updates", "Backup", "Sync", "Spell check", "Full screen",
           "Autoplay", "Vibration", "Night light", "Mobile data", "Hotspot", "Subtitles", "Grid", "Ruler", "Line numbers", "Word wrap", "Toolbar", "Status bar", "Show hidden files",
           "Remember me", "Read only", "Compress", "Encrypt", "Mute", "Repeat", "Shuffle", "Battery saver", "Do not disturb"]
MENUS = {"File": ["New", "Open", "Save", "Save as", "Print", "Close", "Quit", "Export", "Import", "Recent files"],
         "Edit": ["Undo", "Redo", "Cut", "Copy", "Paste", "Delete", "Select all", "Find", "Replace"],
         "View": ["Zoom in", "Zoom out", "Full screen", "Toolbar", "Sidebar", "Refresh", "Grid"],
         "Help": ["Manual", "About", "Report a bug", "Check for updates", "Shortcuts"],
         "Tools": ["Options", "Extensions", "Terminal", "Spelling", "Word count"],
         "Insert": ["Picture", "Table", "Chart", "Link", "Symbol", "Page break"]}
KEYS = ["Ctrl+N", "Ctrl+O", "Ctrl+S", "Ctrl+P", "Ctrl+Q", "Ctrl+Z", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+F", "F1", "F5", "F11", "Ctrl+A", "Alt+F4", "Shift+F3"]
ACCENTS = [(35, 105, 220), (30, 140, 80), (210, 90, 30), (120, 60, 170), (200, 40, 60), (20, 130, 140)]


class Look:
    """Colours, font and sizes of one imagined toolkit."""

    def __init__(self, rng, world, canvas):
        dark = rng.random() < 0.3
        self.ground = cv.jitter(rng, (40, 42, 48) if dark else rng.choice([(245, 245, 246), (255, 255, 255), (232, 232, 230), (236, 240, 246)]), 6)
        self.ink = (232, 232, 232) if dark else (28, 28, 30)
        self.edge = tuple((a + 3 * b) // 4 for a, b in zip(self.ink, self.ground))
        self.bar = cv.jitter(rng, (28, 30, 36) if dark else rng.choice([(222, 224, 230), (60, 90, 150), (70, 72, 80), (240, 240, 240)]), 8)
        self.bar_ink = (240, 240, 240) if cv.luminance(self.bar) < 127 else (25, 25, 25)
        self.accent = cv.jitter(rng, rng.choice(ACCENTS), 12)
        self.shade = tuple((a + 9 * b) // 10 for a, b in zip(self.ink, self.ground))
        self.radius = rng.choice([0, 0.2, 0.5])
        self.flat = rng.random() < 0.4
        self.path = world.fonts.plain(rng)
        self.size = canvas.smallest * rng.uniform(1.0, 1.35)
        self.face = world.fonts.open(self.path, self.size)
        self.size = self.face.size


def window(rng, world, canvas, look, title):
    """Draws a window with a title bar; returns the inner area (x, y, w, h)."""
    s = look.size
    w, h = canvas.w * rng.uniform(0.75, 0.98), canvas.h * rng.uniform(0.75, 0.98)
    x, y = rng.uniform(0, canvas.w - w), rng.uniform(0, canvas.h - h)
    canvas.box(x, y, x + w, y + h, look.ground, look.edge, 1)
    if title is None:
        return x + s, y + s * 0.7, w - 2 * s, h - s
    bar = s * rng.uniform(1.7, 2.2)
    canvas.box(x, y, x + w, y + bar, look.bar)
    face = world.fonts.fit(look.path, title, s, w - s * 6)
    middle = rng.random() < 0.4
    canvas.text(face, title, x + w / 2 if middle else x + s * 0.7, y + (bar - s * 1.25) / 2, look.bar_ink, "m" if middle else "l")
    for i in range(rng.choice([1, 3])):
        cx, cy, r = x + w - s * (0.9 + 1.3 * i), y + bar / 2, s * 0.28
        if i == 0:
            canvas.line(cx - r, cy - r, cx + r, cy + r, look.bar_ink)
            canvas.line(cx - r, cy + r, cx + r, cy - r, look.bar_ink)
        else:
            canvas.box(cx - r, cy + r - (2 if i == 2 else 2 * r), cx + r, cy + r, None, look.bar_ink)
    return x + s, y + bar + s * 0.6, w - 2 * s, h - bar - s


def button(canvas, look, text, x, y, w, primary, disabled=False):
    """A button with its text; returns its width."""
    s = look.size
    fill = look.accent if primary else look.shade
    ink = (250, 250, 250) if primary else look.ink
    if disabled:
        fill, ink = look.ground, look.edge
    canvas.box(x, y, x + w, y + s * 1.9, fill, None if look.flat and not disabled else look.edge, 1, look.radius * s)
    canvas.text(look.face, text, x + w / 2, y + s * 0.32, ink, "m")
    canvas.thing("button", x, y, x + w, y + s * 1.9)


def button_row(rng, world, canvas, look, area):
    """One to four buttons at the bottom; returns [(text, primary)]."""
    x, y, w, h = area
    s = look.size
    names = rng.sample(BUTTONS, rng.choice([1, 2, 2, 2, 3, 3, 4]))
    if rng.random() < 0.2:
        names = distinct(lambda: world.words.phrase(rng, 12, rng.choice([1, 1, 2])).capitalize(), len(names))
    widths = [look.face.getlength(n) + s * 1.8 for n in names]
    while sum(widths) + s * len(widths) > w and len(names) > 1:
        names, widths = names[:-1], widths[:-1]
    gap = s * 0.7
    start = {"l": x, "r": x + w - sum(widths) - gap * (len(names) - 1), "m": x + (w - sum(widths) - gap * (len(names) - 1)) / 2}[rng.choice("lrmr")]
    primary = rng.randrange(len(names)) if rng.random() < 0.6 else None
    out = []
    for i, (name, width) in enumerate(zip(names, widths)):
        button(canvas, look, name, start, y + h - s * 2.1, width, i == primary)
        out.append((name, i == primary))
        start += width + gap
    return out


def button_questions(rng, names):
    texts = [n for n, _ in names]
    out = [Question("count", ask(rng, ["How many buttons are there?", "How many buttons do you see?", "How many buttons does the window have?"]), str(len(texts)))]
    if len(texts) == 1:
        out.append(Question("ui", ask(rng, ["What does the button say?", "What is on the button?", "Which button is there?"]), texts[0]))
    else:
        out.append(Question("ui", ask(rng, ["Which button is on the left?", "What is the leftmost button?", "What does the left button say?", "Which button comes first?"]), texts[0]))
        out.append(Question("ui", ask(rng, ["Which button is on the right?", "What is the rightmost button?", "What does the right button say?", "Which button comes last?"]), texts[-1]))
    if len(texts) == 3:
        out.append(Question("ui", ask(rng, ["Which button is in the middle?", "What does the middle button say?"]), texts[1]))
    if len(texts) > 1:
        i = rng.randrange(len(texts) - 1)
        out.append(Question("ui", ask(rng, ["Which button is right of {b}?", "What button is next to {b} on the right?"], b=texts[i]), texts[i + 1]))
        out.append(Question("ui", ask(rng, ["Which button is left of {b}?"], b=texts[i + 1]), texts[i]))
    primary = [n for n, p in names if p]
    if primary and len(texts) > 1:
        out.append(Question("ui", ask(rng, ["Which button is highlighted?", "Which button is the default?", "Which button is coloured?"]), primary[0]))
    if rng.random() < 0.5:
        name = rng.choice(texts) if rng.random() < 0.5 else rng.choice(BUTTONS)
        out.append(Question("presence", ask(rng, ["Is there a {b} button?", "Is there a button that says {b}?", "Can I press {b}?"], b=name), "yes" if name in texts else "no"))
    return out


def message(rng, world, canvas):
    look = Look(rng, world, canvas)
    title = rng.choice(TITLES) if rng.random() < 0.75 else world.words.phrase(rng, 16, 2)
    x, y, w, h = window(rng, world, canvas, look, title)
    text = rng.choice(MESSAGES).format(n=rng.randint(2, 99)) if rng.random() < 0.6 else world.words.phrase(rng, 24).capitalize() + rng.choice([".", "?", "!", ""])
    face = world.fonts.fit(look.path, text, look.size * rng.choice([1, 1, 1.2]), w)
    canvas.text(face, text, x + (0 if rng.random() < 0.5 else (w - face.getlength(text)) / 2), y + max(0, (h - look.size * 4) * rng.uniform(0, 0.6)), look.ink)
    names = button_row(rng, world, canvas, look, (x, y, w, h))
    out = button_questions(rng, names)
    out += [Question("ui", ask(rng, ["What is the title of the window?", "What is the window called?", "What does the title bar say?", "What is the title?"]), title)]
    out += [Question("ui", ask(rng, ["What does the message say?", "What is the message?", "What does the window say?", "What does the dialog ask or say?"]), text)] * 2
    out.append(Question("missing", ask(rng, ["What is the user name?", "Which tab is selected?", "What is the file size?"]), ""))
    return out


def switch(canvas, look, x, y, on):
    """A sliding switch, its left edge at x."""
    s = look.size
    canvas.box(x, y + s * 0.15, x + s * 1.9, y + s * 1.15, look.accent if on else look.edge, None, 1, s * 0.5)
    canvas.disc(x + s * (1.4 if on else 0.5), y + s * 0.65, s * 0.4, (250, 250, 250))


def check_box(canvas, look, x, y, on, round_box):
    s = look.size
    if round_box:
        canvas.circle(x + s * 0.5, y + s * 0.65, s * 0.45, look.ink)
        if on:
            canvas.disc(x + s * 0.5, y + s * 0.65, s * 0.25, look.accent)
        return
    canvas.box(x, y + s * 0.2, x + s * 0.95, y + s * 1.15, look.accent if on and look.flat else None, look.ink)
    if on:
        ink = (250, 250, 250) if look.flat else look.ink
        canvas.polyline([(x + s * 0.18, y + s * 0.65), (x + s * 0.4, y + s * 0.92), (x + s * 0.82, y + s * 0.38)], ink, max(2, s * 0.12))


def settings(rng, world, canvas):
    """A list of options with switches, check boxes or radio buttons."""
    look = Look(rng, world, canvas)
    title = rng.choice(TITLES) if rng.random() < 0.6 else None
    x, y, w, h = window(rng, world, canvas, look, title)
    s, kind = look.size, rng.choice(["switch", "switch", "check", "check", "radio"])
    count = max(1, min(rng.choice([2, 3, 4, 5, 6]), int(h / (s * 1.9))))
    names = rng.sample(OPTIONS, count)
    if rng.random() < 0.3:
        names = distinct(lambda: world.words.phrase(rng, 14, rng.choice([1, 2])).capitalize(), count)
    states = [rng.random() < 0.5 for _ in names]
    if kind == "radio":
        chosen = rng.randrange(len(names))
        states = [i == chosen for i in range(len(names))]
    below = h > len(names) * s * 1.9 + s * 3 and rng.random() < 0.5
    room = h - s * 2.8 if below else h
    step = min(room / len(names), s * rng.uniform(1.9, 3))
    if below and rng.random() < 0.5:
        canvas.box(x - s * 0.4, y - s * 0.2, x + w + s * 0.4, y + step * len(names), None, look.edge, 1, look.radius * s)
    far = kind == "switch" and rng.random() < 0.7
    for i, (name, on) in enumerate(zip(names, states)):
        ty = y + i * step
        face = world.fonts.fit(look.path, name, s, w - s * 2.8)
        if kind == "switch":
            at = x + w - s * 2 if far else x
            switch(canvas, look, at, ty, on)
            canvas.text(face, name, x if far else x + s * 2.5, ty, look.ink)
        else:
            check_box(canvas, look, x, ty, on, kind == "radio")
            canvas.text(face, name, x + s * 1.6, ty, look.ink)
    row = button_questions(rng, button_row(rng, world, canvas, look, (x, y, w, h))) if below else []
    return settings_questions(rng, names, states, kind, title) + row


def settings_questions(rng, names, states, kind, title):
    out = []
    for i in rng.sample(range(len(names)), min(3, len(names))):
        name, on = names[i], states[i]
        if kind == "switch":
            out.append(Question("state", *rng.choice([(ask(rng, ["Is {n} on?", "Is {n} switched on?", "Is {n} enabled?", "Is {n} turned on?"], n=name), "yes" if on else "no"),
                                                     (ask(rng, ["Is {n} on or off?", "What is the state of {n}?", "Is the {n} switch on or off?"], n=name), "on" if on else "off")])))
        else:
            out.append(Question("state", ask(rng, ["Is {n} selected?", "Is {n} checked?", "Is {n} ticked?"] if kind == "check" else ["Is {n} selected?", "Is {n} chosen?"], n=name), "yes" if on else "no"))
    number = sum(states)
    if kind == "radio":
        out += [Question("ui", ask(rng, ["Which option is selected?", "What is selected?", "Which option is chosen?"]), names[states.index(True)])] * 2
    else:
        ways = ["How many options are on?", "How many switches are on?"] if kind == "switch" else ["How many boxes are checked?", "How many options are ticked?"]
        out.append(Question("count", ask(rng, ways), str(number)))
        if number == 1:
            out.append(Question("ui", ask(rng, ["Which option is on?", "What is switched on?"] if kind == "switch" else ["Which option is checked?", "Which box is ticked?"]), names[states.index(True)]))
        if number == len(names) - 1 > 0:
            out.append(Question("ui", ask(rng, ["Which option is off?", "What is switched off?"] if kind == "switch" else ["Which option is not checked?", "Which box is empty?"]), names[states.index(False)]))
    out.append(Question("count", ask(rng, ["How many options are there?", "How many options are listed?"]), str(len(names))))
    out.append(Question("ui", ask(rng, ["What is the first option?", "Which option is at the top?"]), names[0]))
    if title:
        out.append(Question("ui", ask(rng, ["What is the title of the window?", "What is the window called?", "What is the title?"]), title))
    absent = rng.choice([o for o in OPTIONS if o not in names])
    out.append(Question("missing", ask(rng, ["Is {n} on or off?", "What is the state of {n}?"], n=absent), ""))
    return out


def menu(rng, world, canvas):
    """A menu bar with one menu open."""
    look = Look(rng, world, canvas)
    s = look.size
    canvas.box(0, 0, canvas.w, canvas.h, look.ground)
    heads = rng.sample(list(MENUS), max(1, min(rng.choice([3, 4, 5, 6]), int(canvas.w / (s * 4.5)))))
    if canvas.h < s * 8:
        return message(rng, world, canvas)
    x, opened = s * 0.6, rng.randrange(len(heads))
    starts = []
    canvas.box(0, 0, canvas.w, s * 1.9, look.bar)
    for i, head in enumerate(heads):
        width = look.face.getlength(head)
        if i == opened:
            canvas.box(x - s * 0.4, 0, x + width + s * 0.4, s * 1.9, look.accent)
        canvas.text(look.face, head, x, s * 0.3, (250, 250, 250) if i == opened else look.bar_ink, "l", 0, i * 8)
        starts.append(x)
        x += width + s * 1.2
    entries = rng.sample(MENUS[heads[opened]], max(1, min(rng.choice([3, 4, 5, 6]), len(MENUS[heads[opened]]), int((canvas.h - s * 3) / (s * 1.8)))))
    keys = [rng.choice(KEYS) if rng.random() < 0.5 else "" for _ in entries]
    keys = [k if keys.index(k) == i else "" for i, k in enumerate(keys)]
    wide = max(look.face.getlength(f"{e}     {k}") for e, k in zip(entries, keys)) + s * 2
    x0 = max(0, min(starts[opened] - s * 0.4, canvas.w - wide - 2))
    y0, step = s * 1.9, s * rng.uniform(1.6, 2.1)
    canvas.box(x0, y0, x0 + wide, y0 + step * len(entries) + s * 0.5, look.ground, look.edge, 1)
    marked = rng.randrange(len(entries)) if rng.random() < 0.5 else None
    for i, (entry, key) in enumerate(zip(entries, keys)):
        ty = y0 + s * 0.25 + i * step
        if i == marked:
            canvas.box(x0 + 1, ty, x0 + wide - 1, ty + step, look.accent)
        ink = (250, 250, 250) if i == marked else look.ink
        line = canvas.lines
        canvas.text(look.face, entry, x0 + s * 0.8, ty + (step - s * 1.25) / 2, ink, "l", line)
        if key:
            canvas.text(look.face, key, x0 + wide - s * 0.8, ty + (step - s * 1.25) / 2, ink, "r", line, len(entry) + 3)
    out = [Question("ui", ask(rng, ["Which menu is open?", "What menu is open?", "Which menu has been opened?"]), heads[opened]),
           Question("ui", ask(rng, ["What is the first entry of the menu?", "What is the first item in the open menu?"]), entries[0]),
           Question("ui", ask(rng, ["What is the last entry of the menu?", "What is the last item in the open menu?"]), entries[-1]),
           Question("count", ask(rng, ["How many entries does the open menu have?", "How many items are in the open menu?"]), str(len(entries)))]
    for entry, key in zip(entries, keys):
        if key:
            out.append(Question("ui", ask(rng, ["What is the shortcut for {e}?", "Which keys are for {e}?", "What is the keyboard shortcut of {e}?"], e=entry), key))
            out.append(Question("ui", ask(rng, ["What does {k} do?", "Which entry has the shortcut {k}?"], k=key), entry))
    if marked is not None:
        out.append(Question("ui", ask(rng, ["Which entry is highlighted?", "Which menu entry is selected?"]), entries[marked]))
    return out


def tab_row(canvas, look, area, names, active, style):
    """Tabs side by side: the active one underlined, open towards its page, or filled."""
    x, y, w = area
    s, tx = look.size, x
    low = y + s * 1.8
    if style == "boxed":
        canvas.line(x, low, x + w, low, look.edge)
    for i, name in enumerate(names):
        on, width = i == active, look.face.getlength(name) + s * 1.2
        if style == "underlined" and on:
            canvas.line(tx, low, tx + width, low, look.accent, max(2, s * 0.2))
        elif style == "filled":
            canvas.box(tx, y, tx + width, low, look.accent if on else look.shade, None, 1, look.radius * s)
        elif style == "boxed":
            canvas.box(tx, y - s * 0.15 if on else y, tx + width, low, look.ground if on else look.shade, look.edge)
            if on:
                canvas.line(tx + 1, low, tx + width - 1, low, look.ground, 2)
        ink = {"underlined": look.accent, "filled": (250, 250, 250)}.get(style, look.ink) if on else look.ink
        canvas.text(look.face, name, tx + width / 2, y + s * 0.2, ink, "m", 0, i * 8)
        tx += width


def lists(rng, world, canvas):
    """A list with one entry marked, below a drop-down field at times."""
    look = Look(rng, world, canvas)
    title = rng.choice(TITLES) if rng.random() < 0.5 else None
    x, y, w, h = window(rng, world, canvas, look, title)
    s, out = look.size, []
    paper = (255, 255, 255) if cv.luminance(look.ground) > 127 else (25, 25, 28)
    if rng.random() < 0.4 and h > s * 9:
        text = world.words.phrase(rng, 16).capitalize()
        canvas.box(x, y, x + w, y + s * 1.8, paper if rng.random() < 0.5 else look.shade, look.edge)
        canvas.text(world.fonts.fit(look.path, text, s, w - s * 3), text, x + s * 0.5, y + s * 0.25, look.ink)
        canvas.polyline([(x + w - s * 1.3, y + s * 0.7), (x + w - s * 0.9, y + s * 1.1), (x + w - s * 0.5, y + s * 0.7)], look.ink, 2)
        out.append(Question("ui", ask(rng, ["What is chosen in the drop-down?", "What does the drop-down field show?", "What does the combo box say?"]), text))
        y, h = y + s * 2.6, h - s * 2.6
    buttons = h > s * 8 and rng.random() < 0.5
    room = h - s * 2.8 if buttons else h
    step = s * rng.uniform(1.4, 2.1)
    names = distinct(lambda: world.words.phrase(rng, 14, rng.choice([1, 1, 2])).title(), max(2, min(rng.choice([3, 4, 5, 6, 7]), int(room / step))))
    marked = rng.randrange(len(names))
    canvas.box(x, y, x + w, y + step * len(names) + (room - step * len(names)) * rng.random(), paper, look.edge)
    for i, name in enumerate(names):
        if i == marked:
            canvas.box(x + 1, y + i * step + 1, x + w - 1, y + (i + 1) * step, look.accent)
        canvas.text(world.fonts.fit(look.path, name, s, w - s), name, x + s * 0.5, y + i * step + (step - s * 1.25) / 2, (250, 250, 250) if i == marked else look.ink)
    out += [Question("ui", ask(rng, ["Which entry is selected?", "Which item is highlighted?", "What is selected in the list?", "Which entry is marked?"]), names[marked])] * 2
    out.append(Question("ui", ask(rng, ["What is the first entry of the list?", "What is at the top of the list?"]), names[0]))
    out.append(Question("ui", ask(rng, ["What is the last entry of the list?", "What is at the bottom of the list?"]), names[-1]))
    out.append(Question("count", ask(rng, ["How many entries does the list have?", "How many items are in the list?"]), str(len(names))))
    if marked:
        out.append(Question("ui", ask(rng, ["Which entry is above {n}?", "What is listed before {n}?"], n=names[marked]), names[marked - 1]))
    return out + (button_questions(rng, button_row(rng, world, canvas, look, (x, y, w, h))) if buttons else [])


def tabs(rng, world, canvas):
    """A row of tabs, a text field or two and buttons."""
    look = Look(rng, world, canvas)
    x, y, w, h = window(rng, world, canvas, look, None)
    s = look.size
    names = distinct(lambda: rng.choice(["General", "Advanced", "Network", "Privacy", "Display", "Account", "Sound", "About", "Security", "Storage", world.words.word(rng, 8).capitalize()]), rng.choice([2, 3, 4]))
    while sum(look.face.getlength(n) + s * 1.4 for n in names) > w and len(names) > 1:
        names.pop()
    active, style = rng.randrange(len(names)), rng.choice(["underlined", "boxed", "boxed", "filled"])
    tab_row(canvas, look, (x, y, w), names, active, style)
    out = [Question("ui", ask(rng, ["Which tab is selected?", "Which tab is active?", "What tab is open?"]), names[active])] * 2
    out.append(Question("count", ask(rng, ["How many tabs are there?", "How many tabs do you see?"]), str(len(names))))
    labels = distinct(lambda: rng.choice(["User name", "Email", "Server", "Port", "Name", "Password", "Search", "Host", "Folder", "City", "Title"]), rng.choice([1, 2]))
    fy, colon = y + s * 2.8, rng.choice(["", ":"])
    indent = max(look.face.getlength(label + colon) for label in labels) + s * 0.7
    beside = indent < w * 0.5 and rng.random() < 0.5
    for label in labels:
        if fy + s * 5.6 > y + h:
            break
        empty = rng.random() < 0.25
        text = "" if empty else rng.choice([world.words.number, world.words.phrase, world.words.code, world.words.email])(rng)[:20]
        canvas.text(look.face, label + colon, x, fy + (s * 0.25 if beside else 0), look.ink)
        left, top, right = (x + indent, fy, x + w) if beside else (x, fy + s * 1.5, x + w * 0.8)
        canvas.box(left, top, right, top + s * 1.7, (255, 255, 255) if cv.luminance(look.ground) > 127 else (25, 25, 28), look.edge)
        if text:
            face = world.fonts.fit(look.path, text, s, right - left - s)
            canvas.text(face, text, left + s * 0.5, top + s * 0.25, look.ink)
            out.append(Question("form", ask(rng, ["What is entered as {f}?", "What is in the {f} field?", "What is the {f}?", "Which {f} is entered?"], f=label.lower()), text))
        if rng.random() < 0.4:
            out.append(Question("state", ask(rng, ["Is the {f} field empty?", "Is the {f} field blank?"], f=label.lower()), "no" if text else "yes"))
        fy += s * (2.3 if beside else 3.8)
    if fy + s * 2.2 < y + h:
        out += button_questions(rng, button_row(rng, world, canvas, look, (x, y, w, h)))
    return out
