# SPDX-License-Identifier: Apache-2.0
"""What Tesseract reads on the pictures of a set's reading task, judged as `arges eval` judges.

    /usr/bin/python3 tesseract_reading.py build/eval-html/set.jsonl

Three page modes and two stated resolutions are tried on the first pictures; the best of them reads all.
"""

import json
import os
import pathlib
import subprocess
import sys

SETTINGS = [(mode, dpi) for mode in ("3", "6", "7") for dpi in ("70", "300")]
TRIED = 60  # pictures on which the settings are compared


def read(path, mode, dpi):
    out = subprocess.run(["tesseract", str(path), "-", "--psm", mode, "--dpi", dpi, "-l", "eng"], capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1", "PATH": os.environ["PATH"]}).stdout
    return " ".join(out.split())


def judged(path):
    """Whether Tesseract reads each reading question of a set right; kept beside the set."""
    kept = path.parent / "tesseract.json"
    if not kept.exists():
        items = [item for item in map(json.loads, path.read_text().splitlines()) if item["task"] == "reading"]
        right = lambda part, setting: [read(path.parent / item["image"], *setting) in item["answers"] for item in part]
        best = max(SETTINGS, key=lambda setting: sum(right(items[:TRIED], setting)))
        kept.write_text(json.dumps(right(items, best)))
    return json.loads(kept.read_text())


def main():
    for name in sys.argv[1:]:
        flags = judged(pathlib.Path(name))
        print(f"{name}: {sum(flags)} of {len(flags)}")


if __name__ == "__main__":
    main()
