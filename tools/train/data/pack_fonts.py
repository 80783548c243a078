# SPDX-License-Identifier: Apache-2.0
"""Copies the fonts of fonts.tsv with Latin letters, digits and currency signs only, so that they travel light.

    python pack_fonts.py --packages FOLDER --out build/train-assets/fonts

FOLDER holds the unpacked Debian packages.
"""

import argparse
import pathlib

from fontTools import subset

TABLE = pathlib.Path(__file__).resolve().parent.parent / "fonts.tsv"
KEPT = list(range(0x20, 0x7F)) + list(range(0xA0, 0x180)) + [0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AC]


def pack(source, target):
    options = subset.Options()
    options.legacy_kern = True
    options.notdef_outline = True
    options.layout_features = ["kern"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=KEPT)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for row in TABLE.read_text().splitlines():
        if row and not row.startswith("#"):
            for file in row.split("\t")[4].split(";"):
                pack(args.packages / "usr/share/fonts" / file, args.out / pathlib.Path(file).name)


if __name__ == "__main__":
    main()
