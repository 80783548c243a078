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
import window_questions as ask  # noqa: E402

PACKAGES = ["python3-pyqt5", "libqt5widgets5"]


def buttons(rng, column):
    """A row of buttons; [(task, question, answers)]."""
    names = ask.button_names(rng)
    row = QHBoxLayout()
    if rng.random() < 0.6:
        row.addStretch()
    for name in names:
        row.addWidget(QPushButton(name))
    column.addLayout(row)
    return ask.about_buttons(rng, names)


def message(rng, words, column):
    text = rng.choice(ask.SENTENCES)
    column.addWidget(QLabel(text))
    return ask.about_message(text) + buttons(rng, column)


def check_boxes(rng, words, column):
    names, box = rng.sample(ask.OPTIONS, rng.randint(2, 5)), QGroupBox(words.word(rng, 9).title())
    inner, states = QVBoxLayout(box), []
    for name in names:
        check = QCheckBox(name)
        states.append(rng.random() < 0.5)
        check.setChecked(states[-1])
        inner.addWidget(check)
    column.addWidget(box)
    return ask.about_boxes(rng, names, states) + buttons(rng, column)


def radio_buttons(rng, words, column):
    names = rng.sample(ask.OPTIONS, rng.randint(3, 5))
    chosen = rng.randrange(len(names))
    for i, name in enumerate(names):
        radio = QRadioButton(name)
        radio.setChecked(i == chosen)
        column.addWidget(radio)
    return ask.about_choice(names, chosen) + buttons(rng, column)


def tabs(rng, words, column):
    names, widget = rng.sample(ask.TABS, rng.randint(2, 4)), QTabWidget()
    widget.setUsesScrollButtons(False)
    fields = rng.sample(ask.FIELDS, rng.randint(1, 3))
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
    return ask.about_tabs(names, active, fields, values) + buttons(rng, column)


def progress(rng, words, column):
    value, bar = rng.randint(2, 99), QProgressBar()
    bar.setValue(value)
    bar.setTextVisible(rng.random() < 0.4)
    bar.setMinimumWidth(rng.randint(220, 380))
    name = f"{words.word(rng, 8).title()}…" if rng.random() < 0.3 else words.phrase(rng, 20)
    column.addWidget(QLabel(name))
    column.addWidget(bar)
    return ask.about_progress(value) + buttons(rng, column)


def lists(rng, words, column):
    names = list(dict.fromkeys(words.word(rng, 9).title() for _ in range(rng.randint(3, 6))))
    chosen, box = rng.randrange(len(names)), QListWidget()
    box.addItems(names)
    box.setCurrentRow(chosen)
    combo = QComboBox()
    combo.addItem(words.phrase(rng, 18))
    column.addWidget(combo)
    column.addWidget(box)
    return ask.about_list(names, chosen) + buttons(rng, column)


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
    out = rng.choice([message, check_boxes, radio_buttons, tabs, progress, lists])(rng, words, column)
    window.adjustSize()
    window.resize(max(240, window.width() + rng.randint(0, 60)), min(600, window.height() + rng.randint(0, 30)))
    if not window.grab().save(str(path)):
        raise RuntimeError(f"{path} was not written")
    return out


if __name__ == "__main__":
    application = QApplication([])
    common.run(__doc__, PACKAGES, make)
