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

from evaluate import MAX_NEW, Answerer  # noqa: E402

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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("answers", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    answerer, rows = Answerer(args.model), []
    lines = zip(args.set.read_text().splitlines(), args.answers.read_text().splitlines())
    for item, given in list((json.loads(a), json.loads(b)) for a, b in lines)[:args.limit or None]:
        same, sure = judge(answerer, Image.open(args.set.parent / item["image"]).convert("RGB"), item["question"], given["answer"])
        rows.append((sure, given["right"], same))
    print(f"PyTorch and the engine agree on {sum(r[2] for r in rows)} of {len(rows)} answers")
    rows.sort()
    for i in range(GROUPS):
        part = rows[i * len(rows) // GROUPS:(i + 1) * len(rows) // GROUPS]
        print(f"mean log-probability {part[0][0]:.3f} to {part[-1][0]:.3f}: {100 * sum(r[1] for r in part) / len(part):.1f} % of {len(part)} right")


if __name__ == "__main__":
    main()
