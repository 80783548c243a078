# SPDX-License-Identifier: Apache-2.0
"""Draws the learning curves and expert loads of a run's history.json (several runs are joined end to end).

    python plot_run.py build/run/history.json [MORE.json ...] --out curves.png
"""

import argparse
import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

LOSSES = ["answer", "chars", "things", "language", "place"]


def read(paths):
    """All entries with seconds and steps that go on from run to run."""
    out, seconds, steps = [], 0.0, 0
    for path in paths:
        entries = json.loads(pathlib.Path(path).read_text())
        out += [{**e, "seconds": e["seconds"] + seconds, "step": e["step"] + steps} for e in entries]
        seconds, steps = out[-1]["seconds"], out[-1]["step"]
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("history", nargs="+")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    entries = read(args.history)
    minutes = [e["seconds"] / 60 for e in entries]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(19, 6))
    for name in LOSSES:
        left.plot(minutes, [e.get(name) for e in entries], label=name)
    left.set(title="training losses", xlabel="minutes", yscale="log")
    left.legend()
    for task in entries[-1]["exact"]:
        middle.plot(minutes, [e["exact"].get(task) for e in entries], label=task, linewidth=2.5 if task == "all" else 1)
    middle.set(title="held-out answers, exact (%)", xlabel="minutes")
    middle.legend(fontsize=6, ncol=2)
    loads = entries[-1]["loads"]
    shown = right.imshow(loads, vmin=0, aspect="auto", cmap="viridis")
    right.set(title="share of tokens by expert (last entry)", xlabel="expert", ylabel="layer")
    figure.colorbar(shown, ax=right)
    figure.tight_layout()
    figure.savefig(args.out, dpi=80)


if __name__ == "__main__":
    main()
