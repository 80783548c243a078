#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows that a target finds what a fix has closed: takes the fix back, fuzzes from the honest seeds
# alone until the first finding, and puts the fix in again. For a working tree that nobody else
# changes meanwhile.
#   tests/fuzz/prove.sh TARGET PATCH [SECONDS]     PATCH undoes the fix (git diff)
#   tests/fuzz/prove.sh all [SECONDS]              every undo/TARGET.FIX.patch
# Each "Expect:" line above the diff is a regular expression that the report of the fault matches; a
# failure of another kind proves nothing. Prints a row for each patch. Exits 0 when all were found.
set -eu
cd "$(dirname "$0")/../.."
work=build/fuzz-prove

is_expected() { # patch log
  sed -n 's/^Expect: //p' "$1" | while read -r expected; do
    grep -aqE -e "$expected" "$2" || exit 1
  done
}

# What came of a run: "found", or why not.
verdict() { # target patch
  if [ -z "$(ls "$work/$1/findings")" ]; then
    echo "not found"
  elif is_expected "$2" "$work/$1/log"; then
    echo found
  else
    echo "another fault"
  fi
}

row() { printf '%-40s %-14s %10s %8s %11s %14s\n' "$@"; }

prove() { # target patch seconds
  rm -rf "${work:?}/$1"
  mkdir -p "$work"
  git apply "$2" || return 1
  undone=$2
  ARGES_FUZZ_WORK=$work tests/fuzz/fuzz.sh "$1" "$3" >"$work/table" 2>"$work/messages" || true
  git apply -R "$2"
  undone=""
  fix=$(basename "$2" .patch)
  if [ ! -s "$work/table" ]; then # a build that fails is no finding
    tail -n 20 "$work/messages" >&2
    row "$fix" "no run" - - - -
    return 1
  fi
  result=$(verdict "$1" "$2")
  [ "$result" != "another fault" ] || sed -n '/^FINDING/,$p' "$work/messages" >&2
  # shellcheck disable=SC2046  # the columns of fuzz.sh's table
  set -- "$fix" "$result" $(tail -n 1 "$work/table")
  row "$1" "$2" "$4" "$5" "$8" "$9"
  [ "$2" = found ]
}

undone=""
trap '[ -z "$undone" ] || git apply -R "$undone"' EXIT
trap 'exit 130' INT TERM
row fix result executions 'cpu s' "door lines" "door branches"
if [ "$1" != all ]; then
  prove "$1" "$2" "${3:-300}"
  exit
fi
failed=0
for patch in tests/fuzz/undo/*.patch; do
  target=$(basename "$patch")
  prove "${target%%.*}" "$patch" "${2:-300}" || failed=1
done
exit $failed
