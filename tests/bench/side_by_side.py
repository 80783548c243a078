# SPDX-License-Identifier: Apache-2.0
"""`arges bench` beside its peers, by turns, so that both meet the same minutes of the machine.

    python tests/bench/side_by_side.py --arges ARGES --llama-bench LLAMA_BENCH

Appends every run to side_by_side.jsonl in --out and prints the tables last; turns.py prints them of
a log that was cut short. Needs what llama_cpp.py and vit_peer.py need, and Pillow for the picture.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

import turns

HERE = Path(__file__).parent
FORMATS = {"f32": ["f32"], "bf16": ["bf16", "bf16_dot"]}  # of ours, for weights of that type


class Run:
    """What the parts share: the programs, files that are made once, the log."""

    def __init__(self, options):
        self.options = options
        self.work = Path(options.work)
        for folder in (self.work, Path(options.out)):
            folder.mkdir(parents=True, exist_ok=True)
        self.log = turns.Log(Path(options.out) / "side_by_side.jsonl")

    def arges(self, turn, threads, *words):
        """Whether this machine can do it."""
        command = [self.options.arges, "bench", *words, "--threads", str(threads), "--repeats",
                   str(self.options.repeats), "--json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        self.log.add_arges(turn, done.stdout)
        if done.returncode:
            print(f"  arges bench {' '.join(words)}: {done.stderr.strip()}", flush=True)
        return done.returncode == 0

    def llama_model(self, shape, kind):
        path = self.work / f"{shape}.{kind}.gguf"
        if not path.exists():
            subprocess.run([sys.executable, HERE / "llama_cpp.py", shape, kind, path], check=True)
        return path

    def vit_peer(self, turn, threads, peer, kind):
        command = [sys.executable, HERE / "vit_peer.py", peer, kind, "--threads", str(threads),
                   "--repeats", str(self.options.repeats), "--model", self.work / "vit.onnx"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            print(f"  {peer} {kind}: {done.stderr.strip().splitlines()[-1]}", flush=True)
            return
        self.log.add(turn, f"{peer} {kind}", f"vit-l-14-336 {FORMATS[kind][-1]} encode 1, "
                     f"{threads} threads", median(json.loads(done.stdout)), "s/tile")


def llama(run, threads, shape, kind, prefill, decode, ubatch, repeats):
    import llama_cpp
    return llama_cpp.speeds(run.options.llama_bench, run.llama_model(shape, kind), threads, prefill,
                            decode, ubatch, repeats)


def best_ubatch(run, threads, shape, kind, prefill):
    """llama.cpp's best for each prompt length, by one short run of each."""
    choices = run.options.ubatches
    if len(choices) == 1 or not prefill:
        return dict.fromkeys(prefill, choices[0])
    speeds = {ubatch: llama(run, threads, shape, kind, prefill, 0, ubatch, 1)
              for ubatch in choices}
    return {tokens: max(choices, key=lambda u, t=tokens: median(speeds[u][f"prefill {t}"]))
            for tokens in prefill}


def language_model(run, threads, shape, kind, prefill, decode=64):
    """Prompts and answers of one model, ours in each format of such weights, and llama.cpp's."""
    peer = bool(run.options.llama_bench)
    ubatches = best_ubatch(run, threads, shape, kind, prefill) if peer else {}
    formats = list(FORMATS[kind])
    for turn in range(1, run.options.turns + 1):
        formats = [name for name in formats if run.arges(
            turn, threads, "lm", "--shape", shape, "--weights", name, "--prefill",
            ",".join(map(str, prefill)) or "16", "--decode", str(decode))]
        if not peer:
            continue
        found = llama(run, threads, shape, kind, [], decode, 512, run.options.repeats)
        for tokens, ubatch in ubatches.items():
            found |= llama(run, threads, shape, kind, [tokens], 0, ubatch,
                           run.options.repeats)
        for what, speeds in found.items():
            for name in formats:
                run.log.add(turn, "llama.cpp", f"{shape} {name} {what}, {threads} threads",
                            median(speeds), "tok/s")


def lm(run):
    for threads in run.options.threads:
        for shape in run.options.shapes:
            for kind in run.options.types:
                prefill = run.options.prefill if shape == "XS" else []  # S is for its decode
                language_model(run, threads, shape, kind, prefill)


def sequences(run):
    """Sixteen different sequences in one step; the experts that they share out are counted."""
    for turn in range(1, run.options.turns + 1):
        run.arges(turn, run.options.threads[-1], "lm", "--shape", "S", "--prefill", "16",
                  "--decode", "32", "--batch", "1,16")


def sessions(run):
    for turn in range(1, run.options.turns + 1):
        run.arges(turn, run.options.threads[-1], "sessions")


def vit(run):
    """Each peer in f32 beside ours in f32, in bf16 beside bf16_dot."""
    for threads in run.options.threads:
        for turn in range(1, run.options.turns + 1):
            for kind in run.options.types:
                run.arges(turn, threads, "vision", "--weights", FORMATS[kind][-1])
                for peer in filter(None, run.options.vit_peers):
                    if (peer, kind) != ("onnxruntime", "bf16"):  # whose CPU kernels are f32
                        run.vit_peer(turn, threads, peer, kind)


def picture(run):
    """A photograph's amount of detail in 12 megapixels, as a JPEG of quality 90."""
    import numpy as np
    from PIL import Image
    path = run.work / "picture.jpg"
    if not path.exists():
        coarse = np.random.default_rng(0).integers(0, 256, (375, 500, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((4000, 3000), Image.BICUBIC).save(path, quality=90)
    for turn in range(1, run.options.turns + 1):
        run.arges(turn, run.options.threads[-1], "vision", "--shape", "pocket", "--picture",
                  str(path))


PARTS = {"lm": lm, "sequences": sequences, "sessions": sessions, "vit": vit, "picture": picture}


def numbers(text):
    return [int(word) for word in text.split(",")]


def names(text):
    return text.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arges", required=True, help="the arges tool, release build")
    parser.add_argument("--llama-bench", help="llama.cpp's llama-bench; none: ours alone")
    parser.add_argument("--parts", type=names, default=list(PARTS), help="of " + ",".join(PARTS))
    parser.add_argument("--shapes", type=names, default=["XS", "S"])
    parser.add_argument("--types", type=names, default=["f32", "bf16"])
    parser.add_argument("--prefill", type=numbers, default=[512, 2048])
    parser.add_argument("--ubatches", type=numbers, default=[128, 256, 512],
                        help="of llama.cpp: its best one counts")
    parser.add_argument("--vit-peers", type=names, default=["openvino", "onnxruntime"])
    parser.add_argument("--threads", type=numbers, default=[2], help="e.g. 1,2,4,8,16")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3, help="measured runs in a turn")
    parser.add_argument("--work", default="build/side_by_side", help="for files made once")
    parser.add_argument("--out", default="build/side_by_side", help="for the log")
    run = Run(parser.parse_args())
    for part in run.options.parts:
        print(part, flush=True)
        PARTS[part](run)
    with open(run.log.file.name, encoding="utf-8") as log:
        print(turns.table([json.loads(line) for line in log]))


if __name__ == "__main__":
    main()
