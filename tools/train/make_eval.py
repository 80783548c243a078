# SPDX-License-Identifier: Apache-2.0
"""Writes a held-out set: pictures as PNG and set.jsonl, one question per picture.

    python make_eval.py --assets build/train-assets --unseen build/eval-assets --out build/eval --per-task 1000

Fonts, words, numbers and compositions come from the held-out split only; with --unseen, emoji and flags come in the
art styles that training never sees. The accepted answers carry the tolerances: clocks one minute, chart values 5 %,
gauges 3 %. With --small the pictures are small and few-coloured enough to commit. The number of --jobs changes nothing
but the time: each picture has a seed of its own.
"""

import argparse
import json
import multiprocessing
import pathlib
import random
import re

import cv2
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
VALUE_ASKED = re.compile(r"value (of|for|does)|^How (much|high|many percent)|^What (share|percentage)")
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


def accepted(task, question, answer):
    if task == "clock" and ":" in answer:
        return clock_answers(answer)
    if task == "chart" and not VALUE_ASKED.search(question):  # a name, which may be a year
        return [answer]
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


class Drawer:
    """Draws the pictures of one set: (task, number) -> its line of set.jsonl."""

    def __init__(self, args):
        self.args = args
        self.world = World(args.assets, held_out=True, unseen=args.unseen)

    def line(self, task, i):
        image, q = picture_for(task, f"{self.args.seed}/{task}/{i}", self.world, self.args.small)
        name = f"{task}-{i:04d}.png"
        image = image.quantize(64) if self.args.small else image
        image.save(self.args.out / name, compress_level=9 if self.args.small else 4)
        return json.dumps({"image": name, "question": q.question, "answers": accepted(task, q.question, q.answer), "task": task})


def set_drawer(drawer):
    global DRAWER
    DRAWER = drawer


def draw(job):
    return DRAWER.line(*job)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--unseen", help="the folder of the unseen art styles")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--per-task", type=int, default=1000)
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    parser.add_argument("--seed", default="held-out-1")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(0)  # its threads do not outlive a fork
    jobs = [(task, i) for i in range(args.per_task) for task in args.tasks]  # the beginning of a set has all tasks
    pool = multiprocessing.get_context("fork").Pool(args.jobs, set_drawer, (Drawer(args),))
    with pool, open(args.out / "set.jsonl", "w", buffering=1) as lines:
        for line in pool.imap(draw, jobs, chunksize=8):
            lines.write(line + "\n")


if __name__ == "__main__":
    main()
