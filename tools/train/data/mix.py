# SPDX-License-Identifier: Apache-2.0
"""The mix: which generator draws how often, and how a picture becomes a conversation."""

from dataclasses import dataclass

from data import (charts, clocks, compare, counting, dialogs, displays, forms, games, gauges, halves, icons, meters, naming, panels, posters, receipts, refusals, shapes, tables,
                  text_lines)
from data.canvas import Question, new_canvas
from data.phrasing import ask

REFUSALS = 0.06  # share of the questions
KIND_SHARE = 0.08  # of the pictures are asked what kind of picture they are
LONGEST_ANSWER = 60
REPEATABLE = {"presence", "count", "state", "colour", "position", "compare"}


@dataclass(frozen=True)
class Entry:
    """A generator, its weight, the families whose questions it may answer, its kind of picture and the aspect ratios (w/h) it suits."""

    draw: object
    weight: float
    families: tuple
    kind: str = ""
    aspect: tuple = (0.0, 99.0)


MIX = {
    # Desk
    "lines": Entry(text_lines.plain_lines, 11, ("reading", "form", "receipt", "display")),
    "page": Entry(text_lines.page, 5, ("reading", "form", "receipt"), "text", (0.4, 2.6)),
    "broken": Entry(text_lines.broken, 6, ("reading", "form", "receipt"), "text", (0.3, 6.0)),
    "sign": Entry(text_lines.sign, 6, ("reading", "form", "receipt"), "sign"),
    "tiles": Entry(text_lines.tiles, 2.5, ("reading", "form", "receipt")),
    "receipt": Entry(receipts.draw, 7, ("receipt", "form", "reading"), "receipt", (0.25, 1.6)),
    "form": Entry(forms.draw, 7, ("form", "receipt", "reading"), "form", (0.3, 3.0)),
    "table": Entry(tables.draw, 17, ("form", "receipt", "reading", "chart"), "table", (0.5, 4.0)),
    "bars": Entry(charts.bars, 9, ("chart", "reading", "scene"), "bar chart", (0.7, 3.0)),
    "horizontal bars": Entry(charts.horizontal_bars, 6, ("chart", "reading", "scene"), "bar chart", (0.7, 3.0)),
    "lines chart": Entry(charts.lines, 7, ("chart", "reading"), "line chart", (0.8, 3.0)),
    "pie": Entry(charts.pie, 3.5, ("chart", "reading", "scene"), "pie chart", (0.6, 2.6)),
    "clock": Entry(clocks.draw, 7, ("clock", "gauge"), "clock"),
    "dial": Entry(gauges.dial, 5, ("gauge", "clock", "display", "reading"), "gauge", (0.5, 2.0)),
    "meter": Entry(meters.fan, 8, ("gauge", "clock", "display", "reading"), "gauge", (0.4, 2.6)),
    "straight meter": Entry(meters.straight, 6, ("gauge", "display", "reading", "chart"), "gauge", (0.15, 7.0)),
    "thermometer": Entry(gauges.thermometer, 2.5, ("gauge", "display", "reading"), "thermometer", (0.2, 1.3)),
    "progress": Entry(gauges.progress, 2, ("gauge", "chart", "ui", "reading"), "", (0.6, 6.0)),
    "battery": Entry(gauges.battery, 0.5, ("gauge", "ui"), "battery"),
    "display": Entry(displays.draw, 3, ("display", "gauge", "clock", "reading", "receipt"), "display", (0.9, 6.0)),
    "message": Entry(dialogs.message, 3, ("ui", "reading", "gauge"), "dialog window", (0.8, 3.2)),
    "settings": Entry(dialogs.settings, 4, ("ui", "reading"), "settings window", (0.4, 2.6)),
    "menu": Entry(dialogs.menu, 2, ("ui", "reading"), "menu", (0.6, 2.6)),
    "tabs": Entry(dialogs.tabs, 4, ("ui", "reading", "form"), "window", (0.7, 2.6)),
    "list": Entry(dialogs.lists, 3, ("ui", "reading", "form"), "window", (0.5, 2.6)),
    "panel": Entry(panels.draw, 14, ("ui", "reading", "form", "gauge"), "window", (0.4, 3.0)),
    "icon": Entry(icons.single, 3, ("scene", "ui", "gauge", "clock"), "icon", (0.5, 2.0)),
    "toolbar": Entry(icons.toolbar, 4, ("scene", "ui", "gauge", "clock"), "toolbar"),
    "icon grid": Entry(icons.grid, 4, ("scene", "ui", "reading", "gauge", "clock"), "", (0.5, 2.5)),
    "halves": Entry(halves.draw, 6, halves.FAMILIES, "", (0.4, 2.6)),
    # Picture book
    "poster": Entry(posters.draw, 7, ("reading", "scene", "flag", "receipt", "form", "clock", "gauge", "dice", "display", "chart"), "", (0.3, 3.5)),
    "naming": Entry(naming.single, 12, ("scene", "flag", "clock", "gauge", "dice", "chess", "display", "reading", "receipt", "chart", "form"), "", (0.5, 2.0)),
    "naming few": Entry(naming.few, 12, ("scene", "flag", "clock", "gauge", "dice", "chess", "display", "reading", "receipt", "chart", "form")),
    "flag": Entry(naming.flag, 3, ("flag", "scene"), "flag", (0.5, 2.5)),
    "scene": Entry(counting.draw, 21, ("scene", "clock", "gauge", "dice", "chess", "display", "reading", "receipt", "flag"), ""),
    # Shapes
    "shapes": Entry(shapes.draw, 13, ("scene",), ""),
    "dice": Entry(games.dice, 2.5, ("dice",), "dice"),
    "domino": Entry(games.domino, 0.5, ("dice",), "", (0.4, 2.5)),
    "chess": Entry(games.chess, 1, ("chess", "scene"), "chess board", (0.6, 1.7)),
}
KIND = ["What kind of picture is this?", "What kind of image is this?", "What type of picture is it?", "What sort of thing is shown?"]


def choose_entry(rng, size):
    aspect = size[0] / size[1]
    names = [n for n, e in MIX.items() if e.aspect[0] <= aspect <= e.aspect[1]]
    return rng.choices(names, [MIX[n].weight for n in names])[0]


def compose(rng, world, size, level=1.0, name=None):
    """Draws one picture of `size` (w, h). Returns (canvas, questions, entry name); tasks "missing" have no answer yet."""
    name = name or choose_entry(rng, size)
    canvas = new_canvas(rng, size, level)
    questions = MIX[name].draw(rng, world, canvas)
    if MIX[name].kind and rng.random() < KIND_SHARE:
        questions.append(Question("kind", ask(rng, KIND), MIX[name].kind))
    return canvas, questions, name


def compose_pair(rng, world, size, level=1.0):
    """Two pictures of one size with questions about both."""
    canvases = [new_canvas(rng, size, level) for _ in range(2)]
    return canvases, compare.draw(rng, world, canvases)


def casual(rng, question):
    """Now and then a question is typed carelessly."""
    roll = rng.random()
    if roll < 0.06:
        question = question[0].lower() + question[1:]
    if roll < 0.03 or roll > 0.96:
        question = question.rstrip("?.")
    return question


def choose_turns(rng, world, questions, most, families):
    """1..most different questions in random order, one of them unanswerable at times."""
    asked, seen = [], set()
    for q in rng.sample(questions, len(questions)):
        key = q.question if q.task in REPEATABLE else (q.task, q.answer)  # an answer just given teaches nothing
        if q.task != "missing" and key not in seen and 0 < len(q.answer) <= LONGEST_ANSWER:
            seen.add(key)
            asked.append(q)
    asked = asked[: rng.randint(min(5, most), most)]
    if rng.random() < REFUSALS * (len(asked) + 1):
        asked.append(refusals.refusal(rng, world, questions, families))
        rng.shuffle(asked)
    return [Question(q.task, casual(rng, q.question), q.answer) for q in asked]
