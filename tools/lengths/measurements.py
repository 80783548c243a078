# SPDX-License-Identifier: Apache-2.0
"""What benchmarks say of prompts of many lengths."""

import json
import math
import re

CARD_LINE = re.compile(r"(prefill|causal attention) B1 (?:H(\d+) )?T(\d+)( activated)?"
                       r"(?: lockstep \d)?\s+([\d.]+) ms")
NAMES = {"prefill": "lightning", "causal attention": "softmax"}


def of_card(line):
    """(series, tokens, seconds) of a line of arges_cuda_bench, or None: of lightning attention those
    of 64 heads whose rows come activated, without a gate, which is what both do."""
    match = CARD_LINE.match(line)
    if not match:
        return None
    kind, heads, tokens, activated, milliseconds = match.groups()
    if kind == "prefill" and (heads != "64" or not activated):
        return None
    return NAMES[kind], int(tokens), float(milliseconds) / 1e3


def of_json(line):
    """The same of a row of `arges bench lm --json` or `arges bench ops --json`."""
    if not line.startswith("{"):
        return None
    row = json.loads(line)
    if row["depth"] or row["tokens"] < 2:
        return None
    if row["what"] == "prefill" and row["unit"] == "tok/s":
        series = f'{row["shape"]} {row["weights"]}, {row["threads"]} threads'
        return series, row["tokens"], row["tokens"] / row["median"]
    if row["what"] in ("lightning", "causal") and row["unit"] == "us":
        return f'{row["what"]}, {row["shape"]}', row["tokens"], row["median"] / 1e6
    return None


def series_of(lines):
    """{series: {tokens: seconds}}; of a length measured twice the quicker."""
    series = {}
    for line in lines:
        found = of_json(line) or of_card(line)
        if found:
            name, tokens, seconds = found
            times = series.setdefault(name, {})
            times[tokens] = min(seconds, times.get(tokens, math.inf))
    return {name: dict(sorted(times.items())) for name, times in series.items()}


def crossing(first, second):
    """The length from which `first` is quicker than `second`, on straight lines between the lengths
    of both on logarithmic axes; None where it is not, or always was."""
    both = sorted(set(first) & set(second))
    lead = [math.log(first[tokens] / second[tokens]) for tokens in both]
    for i in range(1, len(both)):
        if lead[i - 1] > 0 >= lead[i]:
            share = lead[i - 1] / (lead[i - 1] - lead[i])
            return round(both[i - 1] * (both[i] / both[i - 1]) ** share)
    return None
