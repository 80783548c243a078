# SPDX-License-Identifier: Apache-2.0
"""Every table of a model's card, as Markdown.

    python card.py models/pocket --tool build/release/samples/cli/arges --sets build/card --packages build/train-assets.packages --out build/report > tables.md

SETS is what card_sets.sh makes. Answers stay in OUT: a call that was broken off goes on, and a second call measures nothing again.
"""

import argparse
import json
import pathlib
import types

import agreement
import long_session
import report
import tesseract_reading
from add_synonyms import keywords, with_synonyms

OWN, BLANK_OWN, BLANK_OTHER = "own", 4200, 300
PICTURES, TRIALS = [0, 1, 8, 10, 32], 50
AGREEMENT = 0  # answers of each set that PyTorch judges; 0: all


def sets_in(folder):
    return [f"{p.parent.name}" for p in sorted(folder.glob("*/set.jsonl"))]


def share(flags):
    """"81.3 % (78.0–84.2)" of some truth values."""
    low, high = report.wilson(sum(flags), len(flags))
    return f"{report.percent(flags)} ({low:.1f}–{high:.1f})"


class Card:
    def __init__(self, args):
        self.args, self.rows = args, {}
        self.engine = report.Engine(args.tool, args.model, args.jobs)

    def measure(self):
        for name in sets_in(self.args.sets):
            blank = BLANK_OWN if name == OWN else BLANK_OTHER
            self.rows[name] = self.judged(self.args.sets / name, self.args.out, blank)

    def judged(self, folder, out, blank=0):
        return report.judged(self.engine, folder / "set.jsonl", out, 0, blank)

    def accuracy(self, title, names):
        print(f"\n## {title}\n")
        rows = [row for name in names for row in self.rows[name]]
        report.table(rows)
        report.refusals(rows)

    def by_software(self, names):
        print("\n| drawn by | n | right |\n|---|---|---|")
        for name in names:
            own = [row["right"] for row in self.rows[name]]
            print(f"| {name} | {len(own)} | {share(own)} |")

    def reading(self):
        print("\n## Reading beside Tesseract\n\nQuestions for all the text of a picture.\n\n| set | n | this model | Tesseract |\n|---|---|---|---|")
        for name, rows in self.rows.items():
            own = [row["right"] for row in rows if tesseract_reading.for_all_text(row)]
            if own:
                other = tesseract_reading.judged(self.args.sets / name / "set.jsonl")[:len(own)]
                print(f"| {name} | {len(own)} | {share(own)} | {share(other)} |")

    def synonyms(self):
        known = keywords(self.args.packages)
        rows = [row for row in self.rows[OWN] if row["task"] == "naming"]
        fold = lambda text: text.strip().lower()
        right = [fold(row["answer"]) in map(fold, with_synonyms(row, known)["answers"]) for row in rows]
        print(f"\nNaming with CLDR's synonyms accepted: {share(right)}, n {len(right)}.")

    def robustness(self):
        print("\n## Robustness\n\n| pictures | n | right |\n|---|---|---|")
        for name in sets_in(self.args.sets / "degraded"):
            right = [row["right"] for row in self.judged(self.args.sets / "degraded" / name, self.args.out / "degraded")]
            print(f"| {name} | {len(right)} | {share(right)} |")

    def certainty(self):
        judged = []
        for name in self.rows:
            answers = self.args.out / f"{name}.jsonl"
            judged += agreement.kept(self.args.model, self.args.sets / name / "set.jsonl", answers, answers.with_suffix(".torch.jsonl"), AGREEMENT, self.args.device, self.args.jobs)
        print("\n## PyTorch beside the engine, and how sure the answers are\n")
        agreement.print_tables(judged)

    def conversation(self):
        print("\n## Long conversations\n\nA fact told first, pictures with a question each, then the fact asked for.\n")
        print("| pictures | tokens between | fact recalled | questions right |\n|---|---|---|---|")
        args = types.SimpleNamespace(tool=self.args.tool, model=self.args.model, set=self.args.sets / "dials_svg" / "set.jsonl", trials=TRIALS, jobs=self.args.jobs)
        for count in PICTURES:
            kept = self.args.out / f"session-{count}.json"
            if not kept.exists():
                kept.write_text(json.dumps(long_session.sessions(args, count)))
            recalled, right, tokens = zip(*json.loads(kept.read_text()))
            about = [i < sum(right) for i in range(count * TRIALS)]
            print(f"| {count} | {sum(tokens) // TRIALS} | {share(recalled)} | {share(about) if about else ''} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--tool", required=True)
    parser.add_argument("--sets", type=pathlib.Path, required=True)
    parser.add_argument("--packages", type=pathlib.Path, required=True, help="where fetch_assets.sh unpacked CLDR")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1, help="processes that answer, and that judge")
    parser.add_argument("--device", default="cpu", help="where PyTorch judges")
    card = Card(parser.parse_args())
    card.measure()
    others = [name for name in card.rows if name != OWN]
    card.accuracy("Pictures of the training generators, held-out split", [OWN])
    card.synonyms()
    card.accuracy("Pictures of other software", others)
    card.by_software(others)
    card.reading()
    card.robustness()
    card.certainty()
    card.conversation()


if __name__ == "__main__":
    main()
