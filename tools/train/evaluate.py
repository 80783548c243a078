# SPDX-License-Identifier: Apache-2.0
"""Measures an exported model on a JSON-lines set, picture by picture, in fp32 arithmetic.

    python evaluate.py models/pocket set.jsonl --json out.json --expected expected.jsonl

Each line of the set is {"image", "question", "answers", "task"}. An answer is right when, both sides
trimmed, it equals one of `answers`: exactly for the task "reading", without regard to case for the others.
The blank row asks the same questions with a plain grey picture of the same size.
"""

import argparse
import json
import pathlib
import time

import torch
from PIL import Image

from export import load_published
from imageproc import pack_index, plan, preprocess
from model import CHUNK
from tokenizer import Tokenizer

MAX_NEW = 64


def right(task, answer, answers):
    fold = (lambda s: s.strip()) if task == "reading" else (lambda s: s.strip().lower())
    return fold(answer) in [fold(a) for a in answers]


class Answerer:
    """Greedy answers of one model, one picture at a time; every step recomputes the whole sequence."""

    def __init__(self, folder, device="cpu"):
        self.model = load_published(folder).to(device)
        self.tokenizer = Tokenizer(pathlib.Path(folder) / "tokenizer.model")
        self.device = device

    def picture(self, image):
        """Packed features [1, N, hidden] of a PIL picture."""
        p = plan(*image.size)
        tiles = torch.from_numpy(preprocess(image.convert("RGB"), p)).to(self.device)
        index = torch.from_numpy(pack_index(p)).to(self.device)
        return self.model.pack(self.model.image_features(tiles), index, 1)

    def logits(self, ids, packed):
        """fp32 logits [T, vocab] of one sequence; padded at its end to whole chunks, which nothing earlier sees."""
        padded = ids + [self.tokenizer.pad] * (-len(ids) % CHUNK)
        x = self.model.embed(torch.tensor([padded], device=self.device), packed, self.tokenizer.image)
        hidden = self.model.language(x)[0]
        return self.model.language.lm_head(hidden[0, : len(ids)])

    def prompt(self, packed, turns):
        turns = [(question, answer, int(i == 0)) for i, (question, answer) in enumerate(turns)]
        return self.tokenizer.conversation(turns, packed.shape[1])[0]

    @torch.no_grad()
    def generate(self, packed, turns):
        """The greedy answer to the last of `turns`, whose own answer is None."""
        ids, start = self.prompt(packed, turns), len(self.prompt(packed, turns))
        while len(ids) - start < MAX_NEW:
            token = int(self.logits(ids, packed)[-1].argmax())
            if token == self.tokenizer.end:
                break
            ids.append(token)
        return self.tokenizer.decode(ids[start:])

    @torch.no_grad()
    def would_say(self, packed, question, answer):
        """Whether the greedy answer is exactly `answer`: one pass with the answer as context decides it."""
        ids = self.prompt(packed, [(question, None)])
        reply = self.tokenizer.encode(answer) + [self.tokenizer.end]
        best = self.logits(ids + reply, packed)[len(ids) - 1:-1].argmax(-1).tolist()
        return best == reply

    def answer(self, packed, question, hints=()):
        """The greedy answer; the first of `hints` (answers that are likely) is tried in one pass."""
        if hints and self.would_say(packed, question, hints[0]):
            return hints[0]
        return self.generate(packed, [(question, None)])


def wilson(hits, n, z=1.96):
    """95 % Wilson interval in percent."""
    p, d = hits / n, 1 + z * z / n
    centre, spread = p + z * z / (2 * n), z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5
    return round(100 * (centre - spread) / d, 2), round(100 * (centre + spread) / d, 2)


def run(folder, set_path, device, part, parts, blank):
    """Rows {"line", "task", "answer", "right", "blank"} of every parts-th line."""
    torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    answerer, rows, cache = Answerer(folder, device), [], {}
    lines = pathlib.Path(set_path).read_text().splitlines()
    for number in range(part, len(lines), parts):
        item = json.loads(lines[number])
        with torch.no_grad():
            image = Image.open(pathlib.Path(set_path).parent / item["image"]).convert("RGB")
            packed = answerer.picture(image)
            if image.size not in cache:
                cache[image.size] = answerer.picture(Image.new("RGB", image.size, (128, 128, 128)))
        answer = answerer.answer(packed, item["question"], item["answers"])
        row = {"line": number, "task": item["task"], "answer": answer, "right": right(item["task"], answer, item["answers"])}
        if blank:
            row["blank"] = right(item["task"], answerer.answer(cache[image.size], item["question"]), item["answers"])
        rows.append(row)
    return rows


def summary(rows):
    out = {}
    for task in sorted({r["task"] for r in rows}) + ["all"]:
        own = [r for r in rows if task in (r["task"], "all")]
        hits = sum(r["right"] for r in own)
        out[task] = {"n": len(own), "accuracy": round(100 * hits / len(own), 2), "interval95": wilson(hits, len(own))}
        if "blank" in own[0]:
            out[task]["blank"] = round(100 * sum(r["blank"] for r in own) / len(own), 2)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("set")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json")
    parser.add_argument("--expected", help="write each line's own answer here")
    parser.add_argument("--no-blank", action="store_true")
    args = parser.parse_args()
    start = time.time()
    jobs = [(args.model, args.set, args.device, i, args.jobs, not args.no_blank) for i in range(args.jobs)]
    if args.jobs == 1:
        rows = run(*jobs[0])
    else:
        with torch.multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
            rows = [row for part in pool.starmap(run, jobs) for row in part]
    rows.sort(key=lambda r: r["line"])
    result = summary(rows)
    print(json.dumps(result, indent=1), f"{time.time() - start:.0f}s")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"summary": result, "rows": rows}))
    if args.expected:
        pathlib.Path(args.expected).write_text("".join(json.dumps({"answer": r["answer"], "right": r["right"]}) + "\n" for r in rows))


if __name__ == "__main__":
    main()
