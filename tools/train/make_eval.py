# SPDX-License-Identifier: Apache-2.0
"""Writes a held-out set: pictures as PNG and set.jsonl, one question per picture.

    python make_eval.py --assets build/train-assets --unseen build/eval-assets --out build/eval --per-task 1000

Fonts, words, numbers and compositions come from the held-out split only; with --unseen, emoji and flags come in the
art styles that training never sees. The accepted answers carry the tolerances: clocks one minute, chart values 5 %,
gauges 3 %. With --small the pictures are small and few-coloured enough to commit.
"""

import argparse
import json
import pathlib
import random

import numpy as np
from PIL import Image

import dataset
from data import mix, refusals
from data.phrasing import CANNOT_TELL, NOT_SHOWN
from data.world import World

# task of the set: (generators, tasks of their questions)
TASKS = {
    "reading": (["lines", "page", "broken", "sign", "tiles", "poster"], ["reading"]), "receipt": (["receipt"], ["receipt"]), "form": (["form", "tabs"], ["form"]),
    "table": (["table"], ["table"]), "chart": (["bars", "horizontal bars", "lines chart", "pie"], ["chart"]), "clock": (["clock"], ["clock"]),
    "gauge": (["dial", "meter", "straight meter", "thermometer", "progress", "battery"], ["gauge"]), "display": (["display"], ["display"]),
    "interface": (["message", "settings", "menu", "tabs", "list", "panel", "icon grid"], ["ui", "state"]), "icon": (["icon", "toolbar", "icon grid"], ["icon"]),
    "naming": (["naming"], ["naming"]), "flag": (["flag"], ["flag"]), "count": (["scene", "shapes"], ["count"]), "colour": (["shapes", "scene", "sign", "icon"], ["colour"]),
    "position": (["scene", "shapes"], ["position"]), "presence": (["scene", "shapes", "naming", "toolbar"], ["presence"]), "shape": (["shapes"], ["shape"]),
    "caption": (["scene", "shapes"], ["caption"]), "dice": (["dice", "domino"], ["dice"]), "chess": (["chess"], ["chess"]), "refusal": (list(mix.MIX), ["refusal"])}
SMALL_SIZES = [((320, 240), 3), ((256, 256), 2), ((400, 200), 1)]


def clock_answers(answer):
    hour, minute = map(int, answer.split(":"))
    total = [(hour * 60 + minute + d) % 720 for d in (0, -1, 1)]
    return [f"{t // 60 or 12}:{t % 60:02d}" for t in total]


def near_numbers(answer, share):
    """The answer and all numbers of its own precision within `share` of it."""
    sign = "%" if answer.endswith("%") else ""
    value = float(answer.rstrip("%"))
    digits = len(answer.rstrip("%").partition(".")[2])
    step, width = 10.0**-digits, abs(value) * share
    near = [value + i * step for i in range(-int(width / step), int(width / step) + 1)] if width < 400 * step else [value]
    return list(dict.fromkeys([answer] + [f"{v:.{digits}f}{sign}" for v in near]))


def accepted(task, answer):
    if task == "clock" and ":" in answer:
        return clock_answers(answer)
    if task in ("chart", "gauge") and answer.rstrip("%").replace(".", "").lstrip("-").isdigit():
        return near_numbers(answer, 0.05 if task == "chart" else 0.03)
    if task == "refusal":
        return [answer, NOT_SHOWN, CANNOT_TELL]
    return [answer, "gray"] if answer == "grey" else [answer]


def suits(size, name):
    low, high = mix.MIX[name].aspect
    return low <= size[0] / size[1] <= high


def picture_for(task, seed, world, small):
    """(image, Question): pictures are drawn from successive seeds until one asks about `task`."""
    names, kinds = TASKS[task]
    for attempt in range(1000):
        rng = random.Random(f"{seed}/{attempt}")
        name, size = rng.choice(names), dataset.choose_size(rng, SMALL_SIZES if small else None)
        if not suits(size, name):
            continue
        canvas, questions, _ = mix.compose(rng, world, size, 1.0, name)
        if task == "refusal":
            questions = [refusals.refusal(rng, world, questions, mix.MIX[name].families)]
        fitting = [q for q in questions if q.task in kinds and q.answer]
        if fitting:
            return Image.fromarray(np.ascontiguousarray(canvas.array[..., :3])), rng.choice(fitting)
    raise RuntimeError(f"no picture asks about {task}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--unseen", help="the folder of the unseen art styles")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--per-task", type=int, default=1000)
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    parser.add_argument("--seed", default="held-out-1")
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    world = World(args.assets, held_out=True, unseen=args.unseen)
    with open(args.out / "set.jsonl", "w") as lines:
        for i in range(args.per_task):  # the beginning of a set has all tasks
            for task in args.tasks:
                image, q = picture_for(task, f"{args.seed}/{task}/{i}", world, args.small)
                name = f"{task}-{i:04d}.png"
                image = image.quantize(64) if args.small else image
                image.save(args.out / name, compress_level=9 if args.small else 4)
                item = {"image": name, "question": q.question, "answers": accepted(task, q.answer), "task": task}
                lines.write(json.dumps(item) + "\n")


if __name__ == "__main__":
    main()
