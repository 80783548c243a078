#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Gathers what the generators draw with into one folder that can travel: fonts, words and sprites (about 14 MB).
# Needs apt-get (Debian 12), librsvg (librsvg2-2) and a Python with Pillow and fonttools.
# usage: fetch_assets.sh PICTURES FOLDER [HELD_OUT_FOLDER]     PICTURES: the unpacked SVG sets
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pictures=$(cd "$1" && pwd)
mkdir -p "$2/sprites"
folder=$(cd "$2" && pwd)
held=${3:+$(mkdir -p "$3" && cd "$3" && pwd)}
work="$folder.packages"
mkdir -p "$work/archives"
cd "$work/archives"
apt-get download -q wamerican-small unicode-cldr-core iso-flags-svg $(grep -v '^#' "$here/fonts.tsv" | cut -f1)
for package in *.deb; do dpkg -x "$package" ..; done
cp "$work/usr/share/dict/american-english-small" "$folder/words.txt"
cd "$here"
python3 data/pack_fonts.py --packages "$work" --out "$folder/fonts"
python3 data/pack_sprites.py --pictures "$pictures" --packages "$work" --out "$folder/sprites" ${held:+--held-out "$held/sprites"}
