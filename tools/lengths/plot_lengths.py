# SPDX-License-Identifier: Apache-2.0
"""Draws what prompts and steps cost at every length that was measured; see README.md."""

import argparse
import fileinput
import json
import pathlib
import sys

import drawing
import measurements

# What is drawn: a file's name, its title, its axes.
KINDS = {
    "prompt": ("prompts.svg", "Time of a prompt's token, by the prompt's length",
               "tokens of the prompt", "microseconds a token"),
    "step": ("steps.svg", "Time of one more token, by what is behind it",
             "tokens of the past", "microseconds a step"),
}


def cost(what, tokens, row):
    """Microseconds a token of a prompt, or a step."""
    return row.seconds * 1e6 / (tokens if what == "prompt" else 1)


def table(what, series):
    unit = KINDS[what][3]
    lengths = sorted({tokens for points in series.values() for tokens in points})
    lines = [f"| {unit} | " + " | ".join(series) + " |", "|---" * (len(series) + 1) + "|"]

    def cell(points, tokens):
        if tokens not in points:
            return "–"
        row = points[tokens]
        return f"{cost(what, tokens, row):.4g}" + (f" ({row.rate})" if row.rate else "")

    for tokens in lengths:
        lines.append(f"| {drawing.length(tokens)} | "
                     + " | ".join(cell(points, tokens) for points in series.values()) + " |")
    return "\n".join(lines)


def crossings(series):
    """From which length on each lightning attention is quicker than each softmax attention."""
    firsts, seconds = ([name for name in series if name.startswith(mechanism)]
                       for mechanism in ("lightning", "softmax"))
    if not firsts or not seconds:
        return ""

    def cell(first, second):
        tokens = measurements.crossing(series[first], series[second])
        if tokens is None:
            return "–"
        always = tokens == min(set(series[first]) & set(series[second]))
        return f"{'≤ ' if always else ''}{tokens}"

    lines = ["| quicker from so many tokens on than | " + " | ".join(seconds) + " |",
             "|---" * (len(seconds) + 1) + "|"]
    for first in firsts:
        lines.append(f"| {first} | " + " | ".join(cell(first, other) for other in seconds) + " |")
    return "\n".join(lines)


def draw(what, series, folder):
    file, title, x_name, y_name = KINDS[what]
    costs = {name: {tokens: cost(what, tokens, row) for tokens, row in points.items()}
             for name, points in series.items()}
    (folder / file).write_text(drawing.draw(title, x_name, y_name, costs), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="what benchmarks printed; none: standard input")
    parser.add_argument("--out", type=pathlib.Path, help="a folder for prompts.svg and steps.svg")
    parser.add_argument("--rows", type=pathlib.Path, help="a file for the rows, as JSON lines")
    options = parser.parse_args()
    with fileinput.input(options.files, encoding="utf-8") as lines:
        rows = measurements.rows_of(lines)
    if not rows:
        sys.exit("no row of a benchmark of prompts or steps in what was given")
    if options.rows:
        options.rows.write_text("".join(json.dumps(row._asdict()) + "\n" for row in rows),
                                encoding="utf-8")
    for what in KINDS:
        series = measurements.series_of(rows, what)
        if not series:
            continue
        print(table(what, series), crossings(series), sep="\n\n", end="\n\n")
        if options.out:
            draw(what, series, options.out)


if __name__ == "__main__":
    main()
