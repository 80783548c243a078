# SPDX-License-Identifier: Apache-2.0
"""Draws what a token of a prompt costs at every length that was measured; see README.md."""

import argparse
import fileinput
import pathlib
import sys

import drawing
import measurements

TITLE = "Time of a prompt's token, by its length"


def per_token(series):
    """Microseconds a token."""
    return {name: {tokens: seconds / tokens * 1e6 for tokens, seconds in times.items()}
            for name, times in series.items()}


def table(costs):
    lengths = sorted({tokens for points in costs.values() for tokens in points})
    rows = ["| tokens | " + " | ".join(f"{name}, us a token" for name in costs) + " |",
            "|---" * (len(costs) + 1) + "|"]
    for tokens in lengths:
        cells = (f"{points[tokens]:.4g}" if tokens in points else "–" for points in costs.values())
        rows.append(f"| {tokens} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="what benchmarks printed; none: standard input")
    parser.add_argument("--out", type=pathlib.Path, help="an SVG to write")
    parser.add_argument("--title", default=TITLE)
    options = parser.parse_args()
    with fileinput.input(options.files) as lines:
        series = measurements.series_of(lines)
    if not series:
        sys.exit("no row of a benchmark of prompts in what was given")
    costs = per_token(series)
    print(table(costs))
    if {"lightning", "softmax"} <= set(series):
        tokens = measurements.crossing(series["lightning"], series["softmax"])
        if tokens:
            print(f"lightning attention is the quicker from {tokens} tokens on")
    if options.out:
        options.out.write_text(drawing.draw(options.title, "tokens", "microseconds a token", costs))


if __name__ == "__main__":
    main()
