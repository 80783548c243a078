# SPDX-License-Identifier: Apache-2.0
"""What Tesseract reads on the pictures of a set's reading task, judged as `arges eval` judges.

    /usr/bin/python3 tesseract_reading.py build/eval-html/set.jsonl

Three page modes and two stated resolutions are tried; the best over the whole set is Tesseract's figure.
"""

import json
import pathlib
import subprocess
import sys

SETTINGS = [(mode, dpi) for mode in ("3", "6", "7") for dpi in ("70", "300")]


def read(path, mode, dpi):
    out = subprocess.run(["tesseract", str(path), "-", "--psm", mode, "--dpi", dpi, "-l", "eng"], capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1"}).stdout
    return " ".join(out.split())


def main():
    path = pathlib.Path(sys.argv[1])
    items = [item for item in map(json.loads, path.read_text().splitlines()) if item["task"] == "reading"]
    for mode, dpi in SETTINGS:
        right = sum(read(path.parent / item["image"], mode, dpi) in item["answers"] for item in items)
        print(f"psm {mode}, {dpi} dpi: {right} of {len(items)}, {100 * right / max(1, len(items)):.1f} %", flush=True)


if __name__ == "__main__":
    main()
