# SPDX-License-Identifier: Apache-2.0
"""Whether PyTorch would have given the answers that `arges eval --answers` wrote, and how sure it was of them.

    python agreement.py models/pocket build/eval-qt/set.jsonl build/report/eval-qt.jsonl [--limit 400] [--device cuda --jobs 6]

One pass with the answer as context decides whether each of its tokens is the most likely one, and gives its log-probability. Prints the share
of agreeing answers, the others with the margin that decided them, and accuracy in four groups of equal size by the mean log-probability of a token.
"""

import argparse
import json
import multiprocessing
import pathlib

from report import wilson

GROUPS = 4


def judged(model, set_path, answers_path, limit=0, device="cpu", jobs=1):
    """torch_judge.judge_row() of a set's first answers, as they come."""
    import torch_judge  # only who measures needs PyTorch

    lines = zip(set_path.read_text().splitlines(), answers_path.read_text().splitlines())
    rows = [(i, set_path.parent, json.loads(a), json.loads(b)) for i, (a, b) in enumerate(lines)][:limit or None]
    with multiprocessing.get_context("spawn").Pool(jobs, torch_judge.start, (model, device)) as pool:
        yield from pool.imap(torch_judge.judge_row, rows, chunksize=4)


def kept(model, set_path, answers_path, path, limit, device="cpu", jobs=1):
    """judged(), measured once and kept in `path`; what a broken-off call has measured lies beside it."""
    if not path.exists():
        begun = path.with_suffix(".begun")
        with open(begun, "w", buffering=1) as lines:
            for row in judged(model, set_path, answers_path, limit, device, jobs):
                lines.write(json.dumps(row) + "\n")
        begun.rename(path)
    return [json.loads(line) for line in path.read_text().splitlines()]


def print_tables(rows):
    same = [margin == 0 for _, _, margin, _ in rows]
    low, high = wilson(sum(same), len(same))
    print(f"PyTorch (fp32) and the engine agree on {sum(same)} of {len(same)} answers ({100 * sum(same) / len(same):.2f} %, {low:.2f}–{high:.2f}).\n")
    print("| mean log-probability of a token | n | right |\n|---|---|---|")
    rows = sorted(rows)
    for i in range(GROUPS):
        part = rows[i * len(rows) // GROUPS:(i + 1) * len(rows) // GROUPS]
        low, high = wilson(sum(r[1] for r in part), len(part))
        print(f"| {part[0][0]:.3f} to {part[-1][0]:.3f} | {len(part)} | {100 * sum(r[1] for r in part) / len(part):.1f} % ({low:.1f}–{high:.1f}) |")


def print_differing(rows):
    for _, right, margin, line in rows:
        if margin > 0:
            print(f"line {line + 1}: PyTorch would have said something else, by a margin of {margin:.4f} in log-probability; the answer was {'right' if right else 'wrong'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("answers", type=pathlib.Path)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, default=1, help="processes that judge")
    parser.add_argument("--keep", type=pathlib.Path, help="keeps what was measured here, a line an answer")
    args = parser.parse_args()
    where = args.keep or args.answers.with_suffix(".torch.jsonl")
    rows = kept(args.model, args.set, args.answers, where, args.limit, args.device, args.jobs)
    print_tables(rows)
    print_differing(rows)


if __name__ == "__main__":
    main()
