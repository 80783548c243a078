# SPDX-License-Identifier: Apache-2.0
"""Dialogs, settings and tool windows of real Qt widgets, drawn offscreen.

    /usr/bin/python3 windows_qt.py --assets build/train-assets --out build/eval-qt -n 1000

Tasks: button (which is where, which is the default), state (boxes, radio buttons, tabs), ui (title text, fields, lists), gauge (progress bars,
within 3 points).
"""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PyQt5.QtGui import QColor, QFont, QPalette  # noqa: E402
from PyQt5.QtWidgets import (QApplication, QCheckBox, QComboBox, QFormLayout, QGroupBox, QHBoxLayout, QLabel, QLineEdit, QListWidget, QProgressBar,  # noqa: E402
                             QPushButton, QRadioButton, QStyleFactory, QTabWidget, QVBoxLayout, QWidget)

import common  # noqa: E402

PACKAGES = ["python3-pyqt5", "libqt5widgets5"]
SENTENCES = ["The document has unsaved changes.", "The server did not answer.", "Overwrite the existing copy?", "Your session has expired.", "The disk is almost full.", "Remove the selected entries?",
             "A newer version is ready.", "The format is not supported.", "Sign in to continue.", "Discard the draft?"]
LABELS = ["Save", "Cancel", "Discard", "Continue", "Retry", "Close", "OK", "Apply", "Yes", "No", "Remove", "Later", "Update", "Skip", "Help", "Sign in", "Stop", "Keep"]
OPTIONS = ["Start with the system", "Show tips", "Check for updates", "Use a proxy", "Send statistics", "Large icons", "Dark theme", "Play sounds", "Keep history", "Open links here", "Show line numbers",
           "Smooth scrolling", "Ask before closing", "Sync bookmarks", "Enable cache", "Confirm deletion"]
TABS = ["General", "Editor", "Keyboard", "Plugins", "Colours", "Files", "Mouse", "Fonts", "Proxy", "Sharing"]
FIELDS = [("User", "person"), ("Host", "word"), ("Port", "number"), ("E-mail", "email"), ("Folder", "word"), ("Serial", "code"), ("Starts", "date"), ("Limit", "number")]


def buttons(rng, column):
    """A row of buttons, the default one marked by the style; [(task, question, answers)]."""
    names = rng.sample(LABELS, rng.randint(2, 3))
    row = QHBoxLayout()
    if rng.random() < 0.6:
        row.addStretch()
    for name in names:
        row.addWidget(QPushButton(name))
    column.addLayout(row)
    out = [("button", q, [names[0]]) for q in ("Which button is on the left?", "What does the first button say?")]
    out += [("button", q, [names[-1]]) for q in ("Which button is on the right?", "What does the last button say?")]
    out.append(("button", "How many buttons are there?", [str(len(names))]))
    other = rng.choice(names + [rng.choice(LABELS)])
    out.append(("button", f"Is there a {other} button?", ["yes" if other in names else "no"]))
    out.append(("button", f"What button is right of {names[0]}?", [names[1]]))
    return out


def message(rng, words, column):
    text = rng.choice(SENTENCES)
    column.addWidget(QLabel(text))
    return [("ui", q, [text]) for q in ("What is the message?", "What does the dialog say?")] + buttons(rng, column) * 2


def check_boxes(rng, words, column):
    names, box = rng.sample(OPTIONS, rng.randint(2, 5)), QGroupBox(words.word(rng, 9).title())
    inner, states = QVBoxLayout(box), []
    for name in names:
        check = QCheckBox(name)
        states.append(rng.random() < 0.5)
        check.setChecked(states[-1])
        inner.addWidget(check)
    column.addWidget(box)
    out = [("state", rng.choice(["Is {n} checked?", "Is {n} ticked?", "Is {n} enabled?"]).format(n=name), ["yes" if on else "no"]) for name, on in zip(names, states)]
    out.append(("state", "How many boxes are checked?", [str(sum(states))]))
    return out + [("ui", "What is the first option?", [names[0]])] + buttons(rng, column)


def radio_buttons(rng, words, column):
    names = rng.sample(OPTIONS, rng.randint(3, 5))
    chosen = rng.randrange(len(names))
    for i, name in enumerate(names):
        radio = QRadioButton(name)
        radio.setChecked(i == chosen)
        column.addWidget(radio)
    return [("state", q, [names[chosen]]) for q in ("Which option is selected?", "Which option is chosen?")] + [("state", "How many options are there?", [str(len(names))])] + buttons(rng, column)


def tabs(rng, words, column):
    names, widget = rng.sample(TABS, rng.randint(2, 4)), QTabWidget()
    widget.setUsesScrollButtons(False)
    fields = rng.sample(FIELDS, rng.randint(1, 3))
    values = [getattr(words, kind)(rng) for _, kind in fields]
    for name in names:
        page = QWidget()
        inner = QFormLayout(page)
        for (label, _), value in zip(fields, values):
            edit = QLineEdit(value)
            edit.setCursorPosition(0)
            inner.addRow(label + ":", edit)
        widget.addTab(page, name)
    active = rng.randrange(len(names))
    widget.setCurrentIndex(active)
    column.addWidget(widget)
    out = [("state", q, [names[active]]) for q in ("Which tab is selected?", "Which tab is active?")] + [("ui", "How many tabs are there?", [str(len(names))])]
    return out + [("ui", f"What is in the {label.lower()} field?", [value]) for (label, _), value in zip(fields, values)] + buttons(rng, column)


def progress(rng, words, column):
    value, bar = rng.randint(2, 99), QProgressBar()
    bar.setValue(value)
    bar.setTextVisible(rng.random() < 0.4)
    bar.setMinimumWidth(rng.randint(220, 380))
    name = f"{words.word(rng, 8).title()}…" if rng.random() < 0.3 else words.phrase(rng, 20)
    column.addWidget(QLabel(name))
    column.addWidget(bar)
    near = [f"{v}%" for v in sorted(range(max(0, value - 3), min(100, value + 3) + 1), key=lambda v: abs(v - value))]
    return [("gauge", q, near) for q in ("What is the progress?", "How many percent are done?", "How full is the bar?")] + buttons(rng, column)


def lists(rng, words, column):
    names = list(dict.fromkeys(words.word(rng, 9).title() for _ in range(rng.randint(3, 6))))
    chosen, box = rng.randrange(len(names)), QListWidget()
    box.addItems(names)
    box.setCurrentRow(chosen)
    combo = QComboBox()
    combo.addItem(words.phrase(rng, 18))
    column.addWidget(combo)
    column.addWidget(box)
    return [("state", "Which entry is selected?", [names[chosen]])] * 2 + [("ui", "What is the first entry of the list?", [names[0]]), ("ui", "How many entries does the list have?", [str(len(names))])] + buttons(rng, column)


def palette(rng):
    if rng.random() < 0.7:
        return QApplication.style().standardPalette()
    dark, light = QColor(45, 47, 52), QColor(230, 230, 230)
    out = QPalette(dark)
    for role, colour in ((QPalette.Window, dark), (QPalette.WindowText, light), (QPalette.Base, QColor(30, 31, 34)), (QPalette.Text, light), (QPalette.Button, dark), (QPalette.ButtonText, light)):
        out.setColor(role, colour)
    return out


def make(rng, words, families, path):
    QApplication.setStyle(QStyleFactory.create(rng.choice(QStyleFactory.keys())))
    QApplication.setPalette(palette(rng))
    window = QWidget()
    window.setFont(QFont(rng.choice(families), rng.choice([11, 12, 13, 14])))
    column = QVBoxLayout(window)
    column.setContentsMargins(*[rng.randint(8, 24)] * 4)
    column.setSpacing(rng.randint(6, 16))
    out = rng.choice([message, message, check_boxes, radio_buttons, tabs, progress, lists])(rng, words, column)
    window.adjustSize()
    window.resize(max(240, window.width() + rng.randint(0, 60)), min(600, window.height() + rng.randint(0, 30)))
    if not window.grab().save(str(path)):
        raise RuntimeError(f"{path} was not written")
    return out


if __name__ == "__main__":
    application = QApplication([])
    common.run(__doc__, PACKAGES, make)
