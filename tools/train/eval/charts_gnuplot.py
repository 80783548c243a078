# SPDX-License-Identifier: Apache-2.0
"""Bar, line, point and impulse charts drawn by gnuplot: look up a value, largest, smallest, title.

    /usr/bin/python3 charts_gnuplot.py --assets build/train-assets --out build/eval-gnuplot -n 1000

Looked-up values within 5 % count. Where two values are closer than a twentieth of the axis, nobody is asked which is larger.
"""

import subprocess

import common

PACKAGES = ["gnuplot-nox"]
SIZES = [(640, 480), (800, 600), (480, 360), (560, 420), (700, 400), (400, 400), (960, 540)]
THEMES = ["", "", "", "set border 3; set tics nomirror", "set grid", "set grid y; set border 3; set tics nomirror"]
COLOURS = ["#4477aa", "#aa3377", "#228833", "#ccbb44", "#ee6677", "#66ccee", "#e69f00", "#333333", "#0072b2"]
TITLES = ["Revenue by {w}", "{w} per year", "Monthly {w}", "{w} survey", "Results: {w}", "{w}", "Average {w}"]
LOOKUP = ["What is the value of {c}?", "How high is {c}?", "What value is plotted for {c}?", "Give the value for {c}.", "How much is {c}?"]
MOST = ["Which category has the highest value?", "Which one is the largest?", "What is the category with the maximum value?"]
LEAST = ["Which category has the lowest value?", "Which one is the smallest?", "What is the category with the minimum value?"]


def draw_values(rng, count):
    """(values, axis top): no finer than a fiftieth of the axis."""
    top = rng.choice([10, 20, 50, 100, 200, 400, 500, 1000, 5000])
    grain = max(1, top // 50)
    return [round(rng.uniform(0.12, 0.95) * top / grain) * grain for _ in range(count)], top


def style(rng, kind):
    colour = rng.choice(COLOURS)
    if kind == "bars":
        return f"set style fill {rng.choice(['solid 1.0', 'solid 0.6', 'pattern 2', 'solid 0.8 border -1'])}; set boxwidth {rng.uniform(0.4, 0.85):.2f}", f"using 0:2:xtic(1) with boxes lc rgb '{colour}'"
    if kind == "line":
        return "", f"using 0:2:xtic(1) with {rng.choice(['lines', 'linespoints pt 7', 'linespoints pt 4'])} lw {rng.choice([1, 2, 3])} lc rgb '{colour}'"
    if kind == "steps":
        return "set style fill solid 0.5", f"using 0:2:xtic(1) with impulses lw {rng.choice([4, 8, 12])} lc rgb '{colour}'"
    return "", f"using 0:2:xtic(1) with points pt {rng.choice([5, 7, 9, 13])} ps {rng.choice([1.5, 2, 2.5])} lc rgb '{colour}'"


def script(rng, families, path, names, values, top, title):
    kind = rng.choice(["bars", "bars", "line", "line", "points", "steps"])
    w, h = rng.choice(SIZES)
    size = round(rng.choice([11, 12, 13, 14]) * max(1, w / 600))
    before, how = style(rng, kind)
    lines = [f"set terminal pngcairo size {w},{h} font '{rng.choice(families)},{size}' {rng.choice(['', '', 'enhanced'])}", f"set output '{path}'", before, rng.choice(THEMES),
             f"set yrange [0:{top}]; set xrange [-0.6:{len(names) - 0.4}]; unset key"]
    if title:
        lines.append(f"set title '{title}'")
    if rng.random() < 0.3:
        lines.append(f"set ylabel '{rng.choice(['units', 'count', 'kWh', 'EUR', 'visitors'])}'")
    rows = "\n".join(f'"{n}" {v}' for n, v in zip(names, values))
    return "\n".join(lines) + f"\n$data << END\n{rows}\nEND\nplot $data {how}\n"


def subject(rng, words):
    """(names, values, axis top, title or None) of a chart."""
    count = rng.randint(3, 7)
    names = []
    while len(names) < count:
        name = words.word(rng, 7).title()
        if name not in names:
            names.append(name)
    if rng.random() < 0.3:
        first = rng.randint(1960, 2020)
        names = [str(first + i) for i in range(count)]
    values, top = draw_values(rng, count)
    title = rng.choice(TITLES).format(w=words.word(rng, 9)) if rng.random() < 0.7 else None
    return names, values, top, title and title[0].upper() + title[1:]


def make(rng, words, families, path):
    names, values, top, title = subject(rng, words)
    subprocess.run(["gnuplot"], input=script(rng, families, path, names, values, top, title), text=True, check=True)
    return questions(rng, names, values, top, title)


def questions(rng, names, values, top, title):
    """[(task, question, accepted answers)]; lookups three times as often as the rest."""
    i = rng.randrange(len(names))
    out = [("chart value", rng.choice(LOOKUP).format(c=names[i]), common.near(values[i], 0.05))] * 3
    out += [("chart extreme", q, [name]) for q, name in common.extremes(names, values, top / 20, rng.choice(MOST), rng.choice(LEAST))]
    if title:
        out.append(("chart title", "What is the title of the chart?", [title]))
    return out


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
