#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the sets that card.py measures on.
# usage: card_sets.sh ASSETS UNSEEN FOLDER SEED OWN_PER_TASK OTHERS     python3 on the path has the recipe's packages
set -eu
here=$(cd "$(dirname "$0")" && pwd)
assets=$1 unseen=$2 folder=$3 seed=$4
python3 "$here/../make_eval.py" --assets "$assets" --unseen "$unseen" --out "$folder/own" --per-task "$5" --seed "$seed"
for set in charts_gnuplot papers_html papers_latex windows_qt dials_svg shapes_svg; do
  /usr/bin/python3 "$here/$set.py" --assets "$assets" --out "$folder/$set" -n "$6" --seed "$seed"
done
xvfb-run -a /usr/bin/python3 "$here/windows_gtk.py" --assets "$assets" --out "$folder/windows_gtk" -n "$6" --seed "$seed"
# All but "own".
python3 "$here/degrade.py" "$folder"/[!o]*/set.jsonl --out "$folder/degraded" --limit 30
(cd "$folder" && find . -name '*.png' -o -name set.jsonl | LC_ALL=C sort | xargs sha256sum) | sha256sum
