# SPDX-License-Identifier: Apache-2.0
"""Bar, line and stem charts drawn by matplotlib, with the questions of charts_gnuplot.py.

    python charts_matplotlib.py --assets build/train-assets --out build/eval-matplotlib -n 1000 --jobs 8
"""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib import font_manager  # noqa: E402

import common  # noqa: E402
from charts_gnuplot import COLOURS, questions, subject  # noqa: E402

PACKAGES = ["matplotlib"]
SIZES = [(640, 480), (800, 500), (480, 360), (600, 400), (500, 500), (900, 450)]
STYLES = ["default", "default", "classic", "ggplot", "bmh", "fast", "grayscale", "seaborn-v0_8-whitegrid", "seaborn-v0_8-darkgrid"]
DPI = 100


def plot(rng, axes, values):
    places, colour = range(len(values)), rng.choice(COLOURS)
    kind = rng.choice(["bars", "bars", "line", "stem", "steps"])
    if kind == "bars":
        axes.bar(places, values, rng.uniform(0.4, 0.85), color=colour, edgecolor=rng.choice([None, "black"]))
    elif kind == "line":
        axes.plot(places, values, color=colour, marker=rng.choice(["o", "s", "^", "D", "."]), linewidth=rng.choice([1, 2, 3]), markersize=rng.choice([6, 8, 10]))
    elif kind == "stem":
        axes.stem(places, values, linefmt="grey", markerfmt="o", basefmt=" ")
    else:
        axes.step(places, values, where="mid", color=colour, linewidth=rng.choice([2, 3]))


def draw(rng, path, font, names, values, top, title):
    (w, h), size = rng.choice(SIZES), rng.choice([10, 11, 12, 13])
    with plt.style.context([rng.choice(STYLES), {"font.family": font, "font.size": size}]):
        figure, axes = plt.subplots(figsize=(w / DPI, h / DPI), dpi=DPI, layout="constrained")
        plot(rng, axes, values)
        axes.set(xlim=(-0.6, len(values) - 0.4), ylim=(0, top))
        axes.set_xticks(range(len(names)), names)
        if title:
            axes.set_title(title)
        if rng.random() < 0.3:
            axes.set_ylabel(rng.choice(["units", "count", "kWh", "EUR", "visitors"]))
        figure.savefig(path, dpi=DPI)
        plt.close(figure)


def learn_fonts(folder):
    """Lets matplotlib find the held-out families, which it looks for by itself only in the system's folders."""
    known = {entry.fname for entry in font_manager.fontManager.ttflist}
    for path in folder.glob("*.?tf"):
        if str(path) not in known:
            font_manager.fontManager.addfont(str(path))


def make(rng, words, families, path):
    learn_fonts(path.parent / "fonts")
    names, values, top, title = subject(rng, words)
    draw(rng, path, rng.choice(families), names, values, top, title)
    return questions(rng, names, values, top, title)


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
