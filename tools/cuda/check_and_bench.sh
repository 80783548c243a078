#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the CUDA kernels on a machine with a GPU and the CUDA toolkit (cmake, ninja, nvcc; nothing
# else), then runs what is asked for, and prints a short table last.
#
#   tools/cuda/check_and_bench.sh [build] [quick] [bench] [check] [sanitize] [peers] [profile]
#
# Without arguments: build check bench. A step may be asked for more than once; `quick` is the part
# of `check` that new kernels need before figures mean anything. Logs go to $OUT, or to logs/ of the
# build. Programs built elsewhere are taken from $ARGES_CUDA_BUILD (check/ and bench/ of it), then
# without `build`. Every program has a limit of time of its own, so that one that hangs leaves the
# others.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=${ARGES_CUDA_BUILD:-build/cuda}
mkdir -p "$build"
build=$(cd "$build" && pwd)
logs=${OUT:-$build/logs}
mkdir -p "$logs"
[ $# -gt 0 ] || set -- build check bench
summary=$logs/summary.txt
: >"$summary"
benches=0

note() { printf '%s\n' "$*" | tee -a "$summary"; }

# run NAME SECONDS COMMAND…: its output in a log; one line of the summary.
run() {
  local name=$1 limit=$2 began=$SECONDS code=0
  shift 2
  timeout -k 5 "$limit" "$@" >"$logs/$name.log" 2>&1 || code=$?
  note "$name: exit $code after $((SECONDS - began)) s"
  return "$code"
}

do_build() {
  run configure 60 cmake -S kernels/cuda/standalone -B "$build" -G Ninja &&
    run build 400 cmake --build "$build" || { tail -n 40 "$logs/build.log"; exit 1; }
}

check_parts() {
  local part
  for part in "$@"; do
    run "check_$part" 40 "$build/check/arges_cuda_check" "$part"
    grep -m 12 FAIL "$logs/check_$part.log" | tee -a "$summary"
    [ "$part" != products ] || cat "$logs/check_$part.log" >>"$summary"
    tail -n 1 "$logs/check_$part.log" | tee -a "$summary"
  done
}

do_quick() { check_parts products activated; }

do_check() {
  check_parts products activated linear experts sample embed tiles vit memory lockstep prefill rotary step \
    attention causal small portable
}

do_sanitize() {
  local tool
  for tool in memcheck racecheck initcheck synccheck; do
    run "$tool" 120 compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$build/check/arges_cuda_check" small
    grep -E 'ERROR SUMMARY|RACECHECK SUMMARY' "$logs/$tool.log" | tee -a "$summary"
  done
}

# Groups of measurements, what decides most first: each a process, by the beginning of its lines.
do_bench() {
  local group name
  benches=$((benches + 1))
  for group in "prefill" "many rows" "layers of prompts" "decode layers" "head" "step B" "causal" "decode attention" "SiLU"; do
    name="bench${benches}_${group// /_}"
    run "$name" 40 "$build/bench/arges_cuda_bench" "$group"
    cat "$logs/$name.log" >>"$summary"
  done
}

do_peers() {
  run peers 200 python3 tests/bench/cuda/lightning_peers.py
  grep '^peer' "$logs/peers.log" >>"$summary"
}

# profile NAME ROW: the kernel of a row of the benchmark, and its stalls by instruction.
profile() {
  run "$1_run" 90 ncu --clock-control none --set full --launch-skip 4 --launch-count 1 \
    --kernel-name regex:lightning_prefill --force-overwrite --export "$logs/$1" \
    "$build/bench/arges_cuda_bench" "$2"
  run "$1" 60 ncu --import "$logs/$1.ncu-rep" --page details
  run "$1_sass" 60 ncu --import "$logs/$1.ncu-rep" --page source --csv
  grep -E 'Duration|DRAM Throughput|Memory Throughput|Issue Slots Busy|No Eligible|Registers|Stall|L1/TEX|bank conflict' \
    "$logs/$1.log" | head -n 30 | tee -a "$summary"
}

do_profile() {
  profile profile "prefill B1 H64 T16384"
  profile profile_activated "prefill B1 H64 T16384 activated"
}

note "$(nvidia-smi --query-gpu=index,name,driver_version --format=csv,noheader)"
note "CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES-all}"
for step in "$@"; do
  case $step in
    build | quick | check | sanitize | bench | peers | profile) "do_$step" ;;
    *) sed -n '3,13p' "$0"; exit 2 ;;
  esac
done
printf '\n==== summary ====\n'
cat "$summary"
