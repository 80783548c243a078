# SPDX-License-Identifier: Apache-2.0
"""What two programs measured by turns: a log that grows run by run, and tables made of it.

    python tests/bench/turns.py LOG.jsonl        # prints the tables of a log, finished or not
"""

import json
import sys
from statistics import median


class Log:
    """One line a measurement: turn, side, row, value, unit, and of ours ceiling, share and note."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")

    def add(self, turn, side, row, value, unit, **more):
        line = {"turn": turn, "side": side, "row": row, "value": value, "unit": unit, **more}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        print(f"  {turn}: {side:<12} {row:<44} {value:10.4g} {unit}", flush=True)

    def add_arges(self, turn, lines):
        """Rows of `arges bench --json`."""
        for row in map(json.loads, lines.splitlines()):
            more = {key: row[key] for key in ("ceiling", "share", "note") if key in row}
            self.add(turn, "Arges", name_of(row), row["median"], row["unit"], **more)


def name_of(row):
    """"XS bf16 decode 64, 2 threads": what a peer's row of the same work is called, too."""
    words = [row["shape"], row["weights"], row["what"]]
    words.append(str(row["tokens"]) if row["tokens"] else "")
    name = " ".join(word for word in words if word)
    if row["depth"]:
        name += f" at {row['depth']}"
    if row["batch"] > 1:
        name += f", {row['batch']} sequences"
    return f"{name}, {row['threads']} threads"


def table(lines):
    """A row each: our turns, each peer's turns, the ratio of each pair, share of the ceiling."""
    rows = {}
    for line in lines:
        rows.setdefault(line["row"], {}).setdefault(line["side"], []).append(line)
    out = ["| what | Arges, each turn | peer, each turn | ratio, each turn | of the ceiling |",
           "|---|---|---|---|---|"]
    for row, sides in rows.items():
        ours = sides.pop("Arges", [])
        for side, theirs in sides.items() or [("", [])]:
            out.append(f"| {row}, {(ours or theirs)[0]['unit']} | {values(ours)} | "
                       f"{side} {values(theirs)} | {ratios(ours, theirs)} | {share(ours)} |")
    return "\n".join(out)


def values(lines):
    return ", ".join(f"{line['value']:.4g}" for line in lines)


# Above 1 where ours is the better one.
def ratios(ours, theirs):
    theirs = {line["turn"]: line["value"] for line in theirs}
    found = [line["value"] / theirs[line["turn"]] for line in ours if line["turn"] in theirs]
    if ours and ours[0]["unit"].startswith(("s", "m")):
        found = [1 / ratio for ratio in found]
    return ", ".join(f"{ratio:.2f}" for ratio in found)


def share(ours):
    shares = [line["share"] for line in ours if "share" in line]
    text = f"{100 * median(shares):.0f} % of {ours[0]['ceiling']}" if shares else ""
    notes = [line["note"] for line in ours if "note" in line]
    return "; ".join(filter(None, [text, notes[-1] if notes else ""]))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as log:
        print(table([json.loads(line) for line in log]))
