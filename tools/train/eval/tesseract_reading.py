# SPDX-License-Identifier: Apache-2.0
"""What Tesseract reads on the pictures of a set's reading task, judged as `arges eval` judges.

    python tesseract_reading.py build/eval-html/set.jsonl

Only questions for the whole text count: Tesseract cannot be asked for the last line. Three page modes and two stated resolutions are tried on the first pictures; the best of them reads all.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from data.text_lines import LABEL, SIGN, WHOLE  # noqa: E402

SETTINGS = [(mode, dpi) for mode in ("3", "6", "7") for dpi in ("70", "300")]
TRIED = 60  # pictures on which the settings are compared


def for_all_text(item):
    """Whether a question of a set asks for all that is written on its picture."""
    return item["task"] == "reading" and item["question"] in WHOLE + SIGN + LABEL


def read(path, mode, dpi):
    out = subprocess.run(["tesseract", str(path), "-", "--psm", mode, "--dpi", dpi, "-l", "eng"], capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1", "PATH": os.environ["PATH"]}).stdout
    return " ".join(out.split())


def judged(path):
    """Whether Tesseract answers each of these questions right; kept beside the set."""
    kept = path.parent / "tesseract.json"
    if not kept.exists():
        items = [item for item in map(json.loads, path.read_text().splitlines()) if for_all_text(item)]
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
