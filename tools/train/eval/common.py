# SPDX-License-Identifier: Apache-2.0
"""What the sets of this folder share: command line, held-out fonts and words, the files of a set.

Only the standard library is used where Debian's packages are, so that a script runs under the system's Python.
"""

import argparse
import importlib.metadata
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import subprocess
import sys

TRAIN = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TRAIN))

from data.phrasing import CANNOT_TELL, NOT_SHOWN  # noqa: E402
from data.words import WordBook  # noqa: E402
from free_questions import FREE  # noqa: E402

FONT_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
REFUSAL_SHARE = 0.1


def held_out_families():
    """{family: its files} of the fonts that training never draws with."""
    rows = [line.split("\t") for line in (TRAIN / "fonts.tsv").read_text().splitlines() if line and not line.startswith("#")]
    return {row[1]: [pathlib.Path(f).name for f in row[4].split(";")] for row in rows if row[2] == "held_out"}


def use_held_out_fonts(assets, out):
    """Makes every program started from here on see the held-out families alone; returns their names."""
    fonts = (out / "fonts").resolve()
    fonts.mkdir(parents=True, exist_ok=True)
    for files in held_out_families().values():
        for name in files:
            link = fonts / name
            link.unlink(missing_ok=True)
            link.symlink_to((assets / "fonts" / name).resolve())
    (out / "fonts.conf").write_text(FONT_CONFIG.format(fonts=fonts, cache=fonts / "cache"))
    os.environ["FONTCONFIG_FILE"] = str((out / "fonts.conf").resolve())
    return family_names(fonts)


def family_names(fonts):
    """What a folder's families call themselves: fontconfig's word, or FreeType's where no program asks fontconfig."""
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout
        return sorted({line.split(",")[0] for line in listed.splitlines()})
    from PIL import ImageFont

    return sorted({ImageFont.truetype(str(path), 16).getname()[0] for path in fonts.glob("*.?tf")})


def package_versions(packages):
    """{package: version} of Python and of Debian packages."""
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *packages], capture_output=True, text=True).stdout
    known = {dist.name: dist.version for dist in importlib.metadata.distributions()}
    return {name: known[name] for name in packages if name in known} | dict(line.split() for line in shown.splitlines())


def extremes(names, values, gap, most, least):
    """[(question, name)] of the largest and the smallest value, each where it is apart from the next by more than `gap`."""
    order, out = sorted(values), []
    if order[-1] - order[-2] > gap:
        out.append((most, names[values.index(order[-1])]))
    if order[1] - order[0] > gap:
        out.append((least, names[values.index(order[0])]))
    return out


def near(value, share, digits=0, sign=""):
    """All numbers with so many digits within `share` of value, the value itself first."""
    step = 10.0**-digits
    reach = int(abs(value) * share / step + 1e-9)
    return [f"{value + i * step:.{digits}f}{sign}" for i in [0] + [s * k for k in range(1, reach + 1) for s in (-1, 1)]]


class Set:
    """Writes pictures and set.jsonl, and set.json with what it was made of."""

    def __init__(self, out, seed, packages):
        self.out, self.lines = out, []
        self.about = {"seed": seed, "packages": package_versions(packages)}
        out.mkdir(parents=True, exist_ok=True)

    def path(self, name):
        return self.out / name

    def add(self, name, task, question, answers):
        self.lines.append(json.dumps({"image": name, "question": question, "answers": list(dict.fromkeys(answers)), "task": task}))

    def close(self):
        (self.out / "set.jsonl").write_text("\n".join(self.lines) + "\n")
        (self.out / "set.json").write_text(json.dumps(self.about | {"questions": len(self.lines)}, indent=1) + "\n")


def question_for(rng, questions):
    """One of [(task, question, answers)], each task as often as the others, or a free one that no picture answers."""
    if rng.random() < REFUSAL_SHARE:
        return "refusal", rng.choice(FREE), [CANNOT_TELL, NOT_SHOWN]
    task = rng.choice(sorted({q[0] for q in questions}))
    return rng.choice([q for q in questions if q[0] == task])


class Drawer:
    """Draws the pictures of one set: number -> (picture's name, task, question, answers)."""

    def __init__(self, args, make, made):
        self.seed, self.make, self.made = args.seed, make, made
        self.families = use_held_out_fonts(args.assets, args.out)
        self.words = WordBook(args.assets / "words.txt", held_out=True)

    def __call__(self, i):
        rng, name = random.Random(f"{self.seed}/{i}"), f"{i:05d}.png"
        questions = self.make(rng, self.words, self.families, self.made.path(name))
        return name, *question_for(rng, questions)


def set_drawer(drawer):
    global DRAWER
    DRAWER = drawer


def draw(i):
    return DRAWER(i)


def drawn(drawer, count, jobs):
    """What drawer gives for 0 to count - 1; one process draws unless more are asked for, as a program's windows need."""
    if jobs == 1:
        yield from map(drawer, range(count))
    else:
        with multiprocessing.get_context("fork").Pool(jobs, set_drawer, (drawer,)) as pool:
            yield from pool.imap(draw, range(count), chunksize=8)


def run(description, packages, make, finish=None):
    """Calls make(rng, words, families, path) -> questions for each picture of a set, then finish(folder), which may write the pictures."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=pathlib.Path, required=True, help="what fetch_assets.sh gathered: fonts, words")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("-n", type=int, default=1000, help="pictures")
    parser.add_argument("--seed", default="other-1")
    if not finish:
        parser.add_argument("--jobs", type=int, default=1, help="processes that draw")
    args = parser.parse_args()
    made = Set(args.out, args.seed, packages)
    for picture in drawn(Drawer(args, make, made), args.n, 1 if finish else args.jobs):
        made.add(*picture)
    if finish:
        finish(args.out)
    made.close()
