# SPDX-License-Identifier: Apache-2.0
"""A fact told at the beginning of one session, pictures in between, the fact asked for at its end.

    python3 long_session.py --tool build/release/samples/cli/arges --model models/pocket build/eval-shapes/set.jsonl [--pictures 0 1 4 8 32] [--trials 10] [--jobs 4]

Prints, for each number of pictures, how often the fact was recalled and how many of the questions about the pictures were answered right.
"""

import argparse
import concurrent.futures
import json
import pathlib
import random
import re
import subprocess

FACTS = [("locker number", lambda rng: str(rng.randint(10, 99))), ("favourite colour", lambda rng: rng.choice(["red", "blue", "green", "purple", "brown"])),
         ("room number", lambda rng: str(rng.randint(100, 999))), ("favourite fruit", lambda rng: rng.choice(["apple", "pear", "cherry", "melon"]))]


def session(args, rng, items):
    """(whether the fact came back, right answers about the pictures, tokens of the whole prompt)"""
    thing, make = rng.choice(FACTS)
    value = make(rng)
    script = [f"My {thing} is {value}."]
    for item in items:
        script += [f"/image {(args.set.parent / item['image']).resolve()}", item["question"]]
    run = subprocess.run([args.tool, "chat", "--model", args.model, "--timings", "--threads", "1"], input="\n".join(script + [f"What is my {thing}?"]) + "\n", capture_output=True, text=True, check=True)
    answers = run.stdout.splitlines()
    right = sum(answer.strip().lower() in [a.lower() for a in item["answers"]] for answer, item in zip(answers[1:], items))
    tokens = sum(int(n) for n in re.findall(r"prompt of (\d+) tokens", run.stderr))
    return answers[-1].strip().lower() == value.lower(), right, tokens


def sessions(args, count):
    """session() of each trial with so many pictures."""
    items = [item for item in map(json.loads, args.set.read_text().splitlines()) if item["task"] != "refusal"]

    def trial(number):
        rng = random.Random(f"session {count}/{number}")
        return session(args, rng, rng.sample(items, count))

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        return list(pool.map(trial, range(args.trials)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--pictures", type=int, nargs="+", default=[0, 1, 4, 8, 32])
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1, help="sessions at a time")
    args = parser.parse_args()
    for count in args.pictures:
        recalled, right, tokens = zip(*sessions(args, count))
        print(f"{count} pictures, {sum(tokens) // args.trials} tokens: recalled {sum(recalled)} of {args.trials}; {sum(right)} of {count * args.trials} questions right", flush=True)


if __name__ == "__main__":
    main()
