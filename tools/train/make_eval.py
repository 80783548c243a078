# SPDX-License-Identifier: Apache-2.0
"""Writes a held-out set: pictures as PNG and set.jsonl, one question per picture.

    python make_eval.py --assets .train/root --out .train/eval --per-task 500

Fonts, words, numbers and colour-kind-count combinations come from the held-out split only. With
--small the pictures are few, flat and small enough to commit.
"""

import argparse
import json
import pathlib
import random

import dataset
import scenes

SHAPES = [scenes.shapes_scene, scenes.shapes_scene, scenes.mixed_scene]
TEXT = [scenes.plain_text_scene, scenes.sign_scene, scenes.receipt_scene, scenes.mixed_scene]
TASKS = {"shape": SHAPES, "colour": SHAPES, "count": SHAPES, "position": SHAPES, "presence": SHAPES, "reading": TEXT}


def accepted(answer):
    return [answer, "gray"] if answer == "grey" else [answer]


def picture_for(task, seed, world, small):
    """(image, Question): scenes are drawn from successive seeds until one asks about `task`."""
    for attempt in range(1000):
        rng = random.Random(f"{seed}/{attempt}")
        size = rng.choice([(320, 240), (336, 336), (400, 200)]) if small else dataset.choose_size(rng)
        canvas, questions = scenes.compose(rng, world, size, 1.0, rng.choice(TASKS[task]))
        fitting = [q for q in questions if q.task == task]
        if fitting:
            return canvas.image, rng.choice(fitting)
    raise RuntimeError(f"no scene asks about {task}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--per-task", type=int, default=500)
    parser.add_argument("--seed", default="held-out-0")
    parser.add_argument("--small", action="store_true")
    args = parser.parse_args()
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    world = scenes.World.open(args.assets, "held_out")
    with open(out / "set.jsonl", "w") as lines:
        for task in TASKS:
            for i in range(args.per_task):
                image, q = picture_for(task, f"{args.seed}/{task}/{i}", world, args.small)
                name = f"{task}-{i:04d}.png"
                if args.small:
                    image = image.quantize(64)
                image.save(out / name, compress_level=9 if args.small else 4)
                item = {"image": name, "question": q.question, "answers": accepted(q.answer), "task": task}
                lines.write(json.dumps(item) + "\n")


if __name__ == "__main__":
    main()
