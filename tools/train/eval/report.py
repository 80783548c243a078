# SPDX-License-Identifier: Apache-2.0
"""Measures a model on sets through the `arges` tool and prints a table for its card.

    python3 report.py --tool build/release/samples/cli/arges --model models/pocket --out build/report build/eval-qt/set.jsonl …

Beside each task: the same questions about a plain grey picture ("blank"), and the one answer that is right most often ("majority"). Below:
how many of the questions that have no answer are refused (recall), and how many of the refusals are right (precision).
The answers stay in OUT, so that a second call measures nothing again.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from data.phrasing import CANNOT_TELL, NOT_SHOWN  # noqa: E402


CHUNK = 100  # questions of one process


def wilson(hits, n, z=1.96):
    """95 % Wilson interval in percent."""
    p, d = hits / n, 1 + z * z / n
    centre, spread = p + z * z / (2 * n), z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5
    return 100 * (centre - spread) / d, 100 * (centre + spread) / d


class Engine:
    """The `arges` tool with a model: answers a set by several processes of one thread each, a chunk of questions at a time."""

    def __init__(self, tool, model, jobs=1, options=()):
        self.tool, self.model, self.jobs, self.options = tool, model, jobs, list(options)

    def answer(self, part, kept, blank):
        """Answers the questions of the file `part`, once."""
        if kept.exists():
            return
        command = [self.tool, "eval", self.model, str(part), "--answers", str(kept), "--threads", "1", "--parallel", "1"]
        subprocess.run(command + ["--blank"] * blank + self.options, check=True, stdout=subprocess.DEVNULL)

    def answer_all(self, path, kept, limit, blank):
        """Writes `kept`; a call that was broken off goes on with the chunks that are missing."""
        folder = kept.with_suffix(".parts")
        folder.mkdir(parents=True, exist_ok=True)
        rows, parts = read_set(path)[:limit or None], []
        for first in range(0, len(rows), CHUNK):
            own = [row | {"image": str((path.parent / row["image"]).resolve())} for row in rows[first:first + CHUNK]]
            parts.append(folder / f"{first:06d}.set")
            parts[-1].write_text("".join(json.dumps(row) + "\n" for row in own))
        done = [part.with_suffix(".jsonl") for part in parts]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(self.answer, parts, done, [blank] * len(parts)))
        kept.write_text("".join(part.read_text() for part in done))
        shutil.rmtree(folder)


def answers(engine, path, out, limit=0, blank=False):
    """[{"answer", "right"}] of the first `limit` questions of a set (0 = all), measured once."""
    kept = out / f"{path.resolve().parent.name}{'-blank' if blank else ''}.jsonl"
    if not kept.exists():
        engine.answer_all(path, kept, limit, blank)
    return [json.loads(line) for line in kept.read_text().splitlines()]


def read_set(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def judged(engine, path, out, limit=0, blank=0):
    """The items of a set with their "answer" and "right", and the first `blank` of them with "blank": right without a picture."""
    rows = [item | answer for item, answer in zip(read_set(path), answers(engine, path, out, limit))]
    for row, nothing in zip(rows, answers(engine, path, out, blank, True) if blank else []):
        row["blank"] = nothing["right"]
    return rows


def majority(items):
    """Share of the questions that the one most useful answer would get right."""
    counts = collections.Counter(a.strip().lower() for item in items for a in set(item["answers"]))
    return 100 * counts.most_common(1)[0][1] / len(items)


def percent(flags):
    return f"{100 * sum(flags) / len(flags):.1f} %" if flags else ""


def table(rows):
    print("| task | n | right | interval | blank | majority |\n|---|---|---|---|---|---|")
    for task in sorted({row["task"] for row in rows}):
        own = [row for row in rows if row["task"] == task]
        right = [row["right"] for row in own]
        low, high = wilson(sum(right), len(right))
        print(f"| {task} | {len(own)} | {percent(right)} | {low:.1f}–{high:.1f} | {percent([row['blank'] for row in own if 'blank' in row])} | {majority(own):.1f} % |")


def refusals(rows):
    said = [row for row in rows if row["answer"].strip() in (NOT_SHOWN, CANNOT_TELL)]
    asked = [row for row in rows if row["task"] == "refusal"]
    right = sum(row["task"] == "refusal" for row in said)
    if asked and said:
        ranges = [wilson(right, len(asked)), wilson(right, len(said))]
        print("\nrefusals: recall {:.1f} % ({:.1f}–{:.1f}, n {}), precision {:.1f} % ({:.1f}–{:.1f}, n {})".format(
            100 * right / len(asked), *ranges[0], len(asked), 100 * right / len(said), *ranges[1], len(said)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=pathlib.Path)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="only the first of each set")
    parser.add_argument("--blank", type=int, default=300, help="questions of each set that are also asked without their picture")
    parser.add_argument("--jobs", type=int, default=1, help="processes that answer")
    parser.add_argument("--options", type=str.split, default=[], help='more for `arges eval`, as "--weights q8"')
    args = parser.parse_args()
    engine = Engine(args.tool, args.model, args.jobs, args.options)
    rows = [row for path in args.sets for row in judged(engine, path, args.out, args.limit, args.blank)]
    table(rows)
    refusals(rows)


if __name__ == "__main__":
    main()
