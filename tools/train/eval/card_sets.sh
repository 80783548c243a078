#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the sets that card.py measures on.
# usage: card_sets.sh ASSETS UNSEEN FOLDER SEED OWN_PER_TASK OTHERS [JOBS]     python3 on the path has the recipe's packages
set -eu
here=$(cd "$(dirname "$0")" && pwd)
assets=$1 unseen=$2 folder=$3 seed=$4 jobs=${7:-1}
python3 "$here/../make_eval.py" --assets "$assets" --unseen "$unseen" --out "$folder/own" --per-task "$5" --seed "$seed" --jobs "$jobs"
python3 "$here/charts_matplotlib.py" --assets "$assets" --out "$folder/charts_matplotlib" -n "$6" --seed "$seed" --jobs "$jobs"
for set in charts_gnuplot papers_html dials_svg shapes_svg; do
  /usr/bin/python3 "$here/$set.py" --assets "$assets" --out "$folder/$set" -n "$6" --seed "$seed" --jobs "$jobs"
done
for set in papers_latex windows_qt; do
  /usr/bin/python3 "$here/$set.py" --assets "$assets" --out "$folder/$set" -n "$6" --seed "$seed"
done
xvfb-run -a /usr/bin/python3 "$here/windows_gtk.py" --assets "$assets" --out "$folder/windows_gtk" -n "$6" --seed "$seed"
# All but "own".
python3 "$here/degrade.py" "$folder"/[!o]*/set.jsonl --out "$folder/degraded" --limit 30 --jobs "$jobs"
(cd "$folder" && find . -name '*.png' -o -name set.jsonl | LC_ALL=C sort | xargs sha256sum) | sha256sum
