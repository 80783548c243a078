# SPDX-License-Identifier: Apache-2.0
"""Records every golden: python tools/oracle/record_all.py --out tests/golden [--only text vl image tokenizer]"""

import argparse
import importlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from common import save_json  # noqa: E402  (after the thread count is fixed)

PARTS = ["text", "vl", "image", "tokenizer"]
PINNED = ["numpy", "pillow", "safetensors", "sentencepiece", "tokenizers", "torch", "transformers"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder tests/golden")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--merges", type=Path, help="merges.txt of MiniMax-M1, for the tokenizer part")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for part in args.only:
        recorder = importlib.import_module(f"record_{part}")
        recorder.record(args.out, args.merges) if part == "tokenizer" else recorder.record(args.out)
        print(f"recorded {part}")
    versions = {name: version(name).split("+")[0] for name in PINNED} | {"python": platform.python_version()}
    save_json(args.out / "versions.json", versions)


if __name__ == "__main__":
    main()
