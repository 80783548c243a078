# SPDX-License-Identifier: Apache-2.0
"""Dialogs, settings and tool windows of real GTK 3 widgets, drawn offscreen; needs an X server.

    xvfb-run -a /usr/bin/python3 windows_gtk.py --assets build/train-assets --out build/eval-gtk -n 1000

Tasks: button (which is where), state (boxes, switches, radio buttons, tabs, entries), ui (title text, fields, lists), gauge (progress bars,
within 3 points).
"""

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

import common  # noqa: E402
import window_questions as ask  # noqa: E402

PACKAGES = ["libgtk-3-0", "gir1.2-gtk-3.0", "python3-gi", "gnome-themes-extra"]
THEMES = ["Adwaita", "Adwaita", "Adwaita", "HighContrast"]


def buttons(rng, column):
    """A row of buttons, one of them in the accent colour at times; [(task, question, answers)]."""
    names = ask.button_names(rng)
    row = Gtk.ButtonBox(spacing=rng.randint(4, 12))
    row.set_layout(rng.choice([Gtk.ButtonBoxStyle.START, Gtk.ButtonBoxStyle.END, Gtk.ButtonBoxStyle.EXPAND, Gtk.ButtonBoxStyle.CENTER]))
    for name in names:
        row.add(Gtk.Button(label=name))
    if rng.random() < 0.5:
        row.get_children()[-1].get_style_context().add_class(rng.choice(["suggested-action", "destructive-action"]))
    column.pack_end(row, False, False, 0)
    return ask.about_buttons(rng, names)


def heading(rng, words, column):
    """A header bar; its title is asked for."""
    title = words.phrase(rng, 18).capitalize()
    bar = Gtk.HeaderBar(title=title, show_close_button=False)
    column.pack_start(bar, False, False, 0)
    return [("ui", q, [title]) for q in ("What is the title of the window?", "What is the window called?")]


def message(rng, words, column):
    text = rng.choice(ask.SENTENCES)
    column.pack_start(Gtk.Label(label=text), True, True, 6)
    return ask.about_message(text)


def check_boxes(rng, words, column):
    names, states = rng.sample(ask.OPTIONS, rng.randint(2, 5)), []
    for name in names:
        states.append(rng.random() < 0.5)
        column.pack_start(Gtk.CheckButton(label=name, active=states[-1]), False, False, 0)
    return ask.about_boxes(rng, names, states)


def switches(rng, words, column):
    names, states = rng.sample(ask.OPTIONS, rng.randint(2, 5)), []
    rows = Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE)
    for name in names:
        states.append(rng.random() < 0.5)
        row = Gtk.Box(spacing=24, margin=rng.choice([6, 8]))
        row.pack_start(Gtk.Label(label=name, xalign=0), True, True, 0)
        row.pack_end(Gtk.Switch(active=states[-1]), False, False, 0)
        rows.add(row)
    column.pack_start(rows, False, False, 0)
    return ask.about_switches(rng, names, states)


def radio_buttons(rng, words, column):
    names, first = rng.sample(ask.OPTIONS, rng.randint(3, 5)), None
    chosen = rng.randrange(len(names))
    for i, name in enumerate(names):
        radio = Gtk.RadioButton.new_with_label_from_widget(first, name)
        first = first or radio
        column.pack_start(radio, False, False, 0)
        if i == chosen:
            radio.set_active(True)
    return ask.about_choice(names, chosen)


def tabs(rng, words, column):
    names, book = rng.sample(ask.TABS, rng.randint(2, 4)), Gtk.Notebook()
    fields = rng.sample(ask.FIELDS, rng.randint(1, 3))
    values = [getattr(words, kind)(rng) for _, kind in fields]
    for name in names:
        grid = Gtk.Grid(row_spacing=8, column_spacing=10, margin=12)
        for i, ((label, _), value) in enumerate(zip(fields, values)):
            grid.attach(Gtk.Label(label=label + rng.choice(["", ":"]), xalign=0), 0, i, 1, 1)
            grid.attach(Gtk.Entry(text=value, width_chars=max(12, len(value) + 2)), 1, i, 1, 1)
        book.append_page(grid, Gtk.Label(label=name))
    column.pack_start(book, True, True, 0)
    book.show_all()
    active = rng.randrange(len(names))
    book.set_current_page(active)
    return ask.about_tabs(names, active, fields, values)


def progress(rng, words, column):
    value = rng.randint(2, 99)
    bar = Gtk.ProgressBar(fraction=value / 100, show_text=rng.random() < 0.4)
    bar.set_size_request(rng.randint(220, 380), -1)
    column.pack_start(Gtk.Label(label=words.phrase(rng, 20), xalign=0), False, False, 0)
    column.pack_start(bar, False, False, 6)
    return ask.about_progress(value)


def lists(rng, words, column):
    names = list(dict.fromkeys(words.word(rng, 9).title() for _ in range(rng.randint(3, 6))))
    chosen, rows = rng.randrange(len(names)), Gtk.ListBox()
    for name in names:
        rows.add(Gtk.Label(label=name, xalign=0, margin=rng.choice([4, 6])))
    rows.select_row(rows.get_row_at_index(chosen))
    frame = Gtk.Frame()
    frame.add(rows)
    column.pack_start(frame, True, True, 0)
    return ask.about_list(names, chosen)


def use_look(rng, families):
    settings = Gtk.Settings.get_default()
    settings.set_property("gtk-theme-name", rng.choice(THEMES))
    settings.set_property("gtk-application-prefer-dark-theme", rng.random() < 0.3)
    settings.set_property("gtk-font-name", f"{rng.choice(families)} {rng.choice([11, 12, 13, 14])}")
    settings.set_property("gtk-enable-animations", False)


def make(rng, words, families, path):
    use_look(rng, families)
    window, column = Gtk.OffscreenWindow(), Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=rng.randint(6, 14), margin=rng.randint(8, 20))
    out = heading(rng, words, column) if rng.random() < 0.3 else []
    out += rng.choice([message, check_boxes, switches, radio_buttons, tabs, progress, lists])(rng, words, column)
    out += buttons(rng, column)
    window.set_default_size(rng.randint(240, 420), -1)
    window.add(column)
    window.show_all()
    while Gtk.events_pending():
        Gtk.main_iteration()
    window.get_pixbuf().savev(str(path), "png", [], [])
    window.destroy()
    return out


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
