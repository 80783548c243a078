# SPDX-License-Identifier: Apache-2.0
"""What benchmarks say of prompts and of steps behind pasts of many lengths."""

import json
import math
import re
from typing import NamedTuple, Optional


class Row(NamedTuple):
    what: str               # "prompt", or "step": one more token
    series: str             # "lightning…" and "softmax…" are compared with each other
    tokens: Optional[int]   # of the prompt, or of the past; None: the same for any
    seconds: float          # of the whole prompt, or of the step
    rate: str = ""          # of memory or arithmetic, with its unit; "": nothing says it


# Lines of arges_cuda_bench of 64 heads: of lightning attention those without a gate, which softmax
# attention does not have either.
CARD_ROWS = [
    ("prompt", "lightning, activated before",
     r"prefill B1 H64 T(?P<tokens>\d+) activated(?: lockstep \d)?"),
    ("prompt", "lightning, SiLU inside", r"prefill B1 H64 T(?P<tokens>\d+)(?: lockstep \d)?"),
    ("prompt", "softmax", r"causal attention B1 T(?P<tokens>\d+)"),
    ("step", "lightning", r"step B1 H64 \(graph, a step\)"),
    ("step", "softmax", r"decode attention B1 context (?P<tokens>\d+) \(graph, a step\)"),
]
CARD_TIME = r"\s+(?P<time>[\d.]+) ms(?:\s+(?P<rate>[\d.]+ T\S+/s))?"


def of_card(line):
    """The row of a line of arges_cuda_bench, or None."""
    for what, series, name in CARD_ROWS:
        match = re.match(name + CARD_TIME, line)
        if match:
            said = match.groupdict()
            tokens = int(said["tokens"]) if said.get("tokens") else None
            return Row(what, series, tokens, float(said["time"]) / 1e3, said["rate"] or "")
    return None


def of_json(line):
    """The same of a row of `arges bench lm --json` or `arges bench ops --json`, or of one that is
    written here or by tests/bench/cuda/length_peers.py."""
    if not line.startswith("{"):
        return None
    row = json.loads(line)
    if "series" in row:
        return Row(**row)
    if row["depth"] or row["tokens"] < 2:
        return None
    if row["what"] == "prefill" and row["unit"] == "tok/s":
        series = f'{row["shape"]} {row["weights"]}, {row["threads"]} threads'
        return Row("prompt", series, row["tokens"], row["tokens"] / row["median"])
    names = {"lightning": "lightning", "causal": "softmax"}
    if row["what"] in names and row["unit"] == "us":
        return Row("prompt", f'{names[row["what"]]}, {row["shape"]}', row["tokens"],
                   row["median"] / 1e6)
    return None


def rows_of(lines):
    """All rows; of what was measured twice the quicker."""
    best = {}
    for line in lines:
        row = of_json(line) or of_card(line)
        if row:
            key = row[:3]
            best[key] = min(row, best.get(key, row), key=lambda r: r.seconds)
    return list(best.values())


def series_of(rows, what):
    """{series: {tokens: row}} of prompts or of steps; what is the same for any length stands at
    every length of the others."""
    rows = [row for row in rows if row.what == what]
    lengths = sorted({row.tokens for row in rows if row.tokens})
    series = {}
    for row in rows:
        for tokens in [row.tokens] if row.tokens else lengths:
            series.setdefault(row.series, {})[tokens] = row
    return {name: dict(sorted(points.items())) for name, points in series.items()}


def crossing(first, second):
    """The length from which `first` is the quicker, on straight lines between the lengths of both on
    logarithmic axes: the shortest where it always is, None where it is not at the longest."""
    both = sorted(set(first) & set(second))
    lead = [math.log(first[tokens].seconds / second[tokens].seconds) for tokens in both]
    if not both or lead[-1] > 0:
        return None
    since = len(both) - 1
    while since > 0 and lead[since - 1] <= 0:
        since -= 1
    if since == 0:
        return both[0]
    share = lead[since - 1] / (lead[since - 1] - lead[since])
    return round(both[since - 1] * (both[since] / both[since - 1]) ** share)
