# SPDX-License-Identifier: Apache-2.0
"""Whether PyTorch would have given the answers that `arges eval --answers` wrote, and how sure it was of them.

    python agreement.py models/pocket build/eval-qt/set.jsonl build/report/eval-qt.jsonl [--limit 400]

One pass with the answer as context decides whether each of its tokens is the most likely one, and gives its log-probability. Prints the share
of agreeing answers, and accuracy in four groups of equal size by the mean log-probability of a token.
"""

import argparse
import json
import pathlib
import sys

import torch
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from evaluate import MAX_NEW, Answerer, wilson  # noqa: E402

GROUPS = 4


@torch.no_grad()
def judge(answerer, image, question, answer):
    """(whether greedy decoding gives exactly `answer`, mean log-probability of its tokens)"""
    packed = answerer.picture(image)
    ids = answerer.prompt(packed, [(question, None)])
    reply = answerer.tokenizer.encode(answer)
    reply += [answerer.tokenizer.end] if len(reply) < MAX_NEW else []
    logits = answerer.logits(ids + reply, packed)[len(ids) - 1:-1]
    sure = torch.log_softmax(logits, -1).gather(1, torch.tensor(reply)[:, None]).mean().item()
    return logits.argmax(-1).tolist() == reply, sure


def judged(model, set_path, answers_path, limit=0):
    """[(mean log-probability, whether it was right, whether PyTorch agrees)] of a set's first answers."""
    torch.set_num_threads(1)
    answerer, rows = Answerer(model), []
    lines = zip(set_path.read_text().splitlines(), answers_path.read_text().splitlines())
    for item, given in list((json.loads(a), json.loads(b)) for a, b in lines)[:limit or None]:
        same, sure = judge(answerer, Image.open(set_path.parent / item["image"]).convert("RGB"), item["question"], given["answer"])
        rows.append((sure, given["right"], same))
    return rows


def kept(model, set_path, answers_path, path, limit):
    """judged(), measured once and kept in `path`."""
    if not path.exists():
        path.write_text(json.dumps(judged(model, set_path, answers_path, limit)))
    return json.loads(path.read_text())


def print_tables(rows):
    same = [r[2] for r in rows]
    low, high = wilson(sum(same), len(same))
    print(f"PyTorch (fp32) and the engine agree on {sum(same)} of {len(same)} answers ({low:.1f}–{high:.1f} %).\n")
    print("| mean log-probability of a token | n | right |\n|---|---|---|")
    rows = sorted(rows)
    for i in range(GROUPS):
        part = rows[i * len(rows) // GROUPS:(i + 1) * len(rows) // GROUPS]
        low, high = wilson(sum(r[1] for r in part), len(part))
        print(f"| {part[0][0]:.3f} to {part[-1][0]:.3f} | {len(part)} | {100 * sum(r[1] for r in part) / len(part):.1f} % ({low:.1f}–{high:.1f}) |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("answers", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    print_tables(judged(args.model, args.set, args.answers, args.limit))


if __name__ == "__main__":
    main()
