#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows that a target finds what a fix has closed: takes the fix back, fuzzes from the honest seeds
# alone, and puts the fix in again. For a working tree that nobody else changes meanwhile.
#   tests/fuzz/prove.sh TARGET PATCH [SECONDS]     PATCH undoes the fix (git diff, -p1)
# Exits 0 when there was a finding.
set -eu
cd "$(dirname "$0")/../.."

target=$1
undo=$2
seconds=${3:-600}
work=build/fuzz-prove

patch --quiet -p1 --dry-run <"$undo"
trap 'patch --quiet -R -p1 <"$undo"' EXIT
patch --quiet -p1 <"$undo"
rm -rf "$work/$target"
if ARGES_FUZZ_WORK=$work tests/fuzz/fuzz.sh "$target" "$seconds"; then
  echo "NOT FOUND: $undo, by $target, in $seconds s"
  exit 1
fi
# A build that fails is no finding.
[ -n "$(ls "$work/$target/findings" 2>/dev/null)" ] || { echo "NO RUN: $undo"; exit 2; }
echo "FOUND: $undo, by $target"
