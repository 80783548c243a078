#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the CUDA kernels on a machine with a GPU and the CUDA toolkit (cmake, ninja, nvcc; nothing
# else), then runs what is asked for, and prints a short table last.
#
#   tools/cuda/check_and_bench.sh [build] [first] [check] [golden] [soak] [sanitize] [alone]
#                                 [bench[=GROUPS]] [ask] [peers] [vit_peer] [profile]
#
# Without arguments: build check bench. `first`: what no card has run yet, in four minutes at most.
# What checks runs side by side; what measures waits for it and runs alone. bench=GROUPS: the
# beginnings of its lines, with commas between. Programs built elsewhere are taken from
# $ARGES_CUDA_BUILD (pack.sh), without `build` where they have kernels; `first`, `golden`, `soak` and
# `ask` need those.
# $OUT, or logs/ of the build, gets one log a step, as far as it has come, and the summary, whose
# last line names what failed; the exit status says whether anything did. Every program has a limit
# of time of its own, so that one that hangs leaves the others; $LIMIT, seconds, is that of each
# check (75).
set -uo pipefail
cd "${ARGES_SOURCE:-$(dirname "$0")/../..}"
build=${ARGES_CUDA_BUILD:-build/cuda}
mkdir -p "$build"
build=$(cd "$build" && pwd)
peers=tests/bench/cuda
[ ! -e "$build/vit_peer.py" ] || peers=$build
logs=${OUT:-$build/logs}
mkdir -p "$logs"
work=$(mktemp -d)
limit=${LIMIT:-75}
side_by_side=${SIDE_BY_SIDE:-8}
given=${LD_LIBRARY_PATH-}
export LD_LIBRARY_PATH=$build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
summary=$logs/summary.log
: >"$summary"

note() { printf '%s\n' "$*" | tee -a "$summary"; }

# run STEP NAME SECONDS COMMAND…: its output at the end of the step's log; lines of the summary,
# what failed among them.
run() {
  local step=$1 name=$2 seconds=$3 began=$SECONDS code=0
  shift 3
  timeout -k 5 "$seconds" "$@" >"$work/$name" 2>&1 || code=$?
  {
    flock 9
    note "$name: exit $code after $((SECONDS - began)) s; $(tail -n 1 "$work/$name" | cut -c 1-120)"
    if [ "$code" != 0 ] || grep -q '^FAIL' "$work/$name"; then echo "$name" >>"$work/failed"; fi
    grep -m 12 -E '^FAIL|FAILED|Failure$' "$work/$name" | cut -c 1-150 | tee -a "$summary"
    { printf '\n==== %s: exit %s\n' "$name" "$code"; cat "$work/$name"; } >>"$logs/$step.log"
  } 9>"$work/lock"
  return "$code"
}

# The same beside others, as many as there is room for.
beside() {
  while [ "$(jobs -rp | wc -l)" -ge "$side_by_side" ]; do wait -n; done
  run "$@" &
}

# Of a pack's sources the library too, for the pack's programs.
do_build() {
  local source=$PWD id=
  if [ -d "$build/source" ]; then
    source=$build/source
    id=$(cat "$source/build_id")
  fi
  run build configure 60 env LD_LIBRARY_PATH="$given" cmake -S "$source/kernels/cuda/standalone" \
    -B "$build" -G Ninja -DARGES_CUDA_BUILD_ID="$id" &&
    run build compile 400 env LD_LIBRARY_PATH="$given" cmake --build "$build" ||
    { tail -n 40 "$logs/build.log"; exit 1; }
  [ -z "$id" ] || ln -sf ../kernels/libarges_cuda.so "$build/lib/"
}

do_check() {
  local part
  for part in prefill experts linear vit activated sample step lockstep attention causal products \
    embed tiles rotary portable small; do
    beside check "check_$part" "$limit" "$build/check/arges_cuda_check" "$part"
  done
}

# What looks at the card's free memory, and so wants no neighbours.
do_alone() {
  run check check_memory "$limit" "$build/check/arges_cuda_check" memory
}

# The backend's ops against the host's, and whole models against recorded values.
do_golden() {
  local filter='*DeviceOfItsOwn*:*Golden/PictureParity*/1:*Golden/PictureParity*/3'
  beside golden backend "$limit" "$build/backend/cuda_backend_test" --gtest_brief=1
  beside golden goldens "$limit" "$build/fusion/sdk_fusion_test" --gtest_brief=1 \
    --gtest_filter="$filter"
  beside golden answers "$limit" bash -c answers_agree
}

# The bundled model's greedy answers on the card and on the processor.
answers_agree() {
  local device set=tests/golden/pocket_eval/set.jsonl
  for device in cuda cpu; do
    "$build/bin/arges" eval models/pocket "$set" --device "$device" --json \
      --answers "$work/answers_$device" || return
  done
  diff "$work/answers_cuda" "$work/answers_cpu" && echo "the same answers"
}
export -f answers_agree
export build work

# Conversations with pictures, cancels and deadlines, a minute.
do_soak() {
  beside golden soak 90 "$build/bin/arges_soak" models/pocket samples/images/receipt.png 1
}

do_sanitize() {
  local tool part
  for tool in racecheck memcheck initcheck synccheck; do
    for part in small small_products; do
      beside sanitize "${tool}_$part" "$limit" compute-sanitizer --tool "$tool" --error-exitcode 9 \
        "$build/check/arges_cuda_check" "$part"
    done
  done
  [ ! -x "$build/backend/cuda_backend_test" ] || sanitize_whole
}

# The backend's ops, and a question about a picture from the model's file to the answer.
sanitize_whole() {
  local tool
  for tool in memcheck initcheck; do
    beside sanitize "${tool}_backend" "$limit" compute-sanitizer --tool "$tool" \
      --error-exitcode 9 "$build/backend/cuda_backend_test" --gtest_brief=1
    beside sanitize "${tool}_ask" "$limit" compute-sanitizer --tool "$tool" --error-exitcode 9 \
      "$build/bin/arges" ask --model models/pocket --device cuda samples/images/receipt.png \
      "What is the total?"
  done
}

# What tests/README.md says that no card has run yet.
do_first() {
  local part
  do_alone
  do_golden
  do_soak
  sanitize_whole
  for part in linear products experts vit; do
    beside check "check_$part" "$limit" "$build/check/arges_cuda_check" "$part"
  done
  wait
}

# Groups of measurements, what decides most first: each a process, by the beginning of its lines.
do_bench() {
  local group groups
  wait
  IFS=, read -ra groups <<<"${1:-prefill,vit,many rows,layers of prompts,decode layers,head,step B,causal,decode attention,SiLU}"
  for group in "${groups[@]}"; do
    run bench "bench_${group// /_}" 40 "$build/bench/arges_cuda_bench" "$group"
    cat "$work/bench_${group// /_}" >>"$summary"
  done
}

# One question from cold, and 64 sessions at once, on the card and on the processor.
do_ask() {
  local device here=$PWD/tests/golden/pocket_eval
  wait
  for _ in 1 2 3; do sed "s#\"image\": \"#&$here/#" "$here/set.jsonl"; done >"$work/set.jsonl"
  for device in cuda cpu; do
    run ask "ask_$device" 30 "$build/bin/arges" ask --model models/pocket --device "$device" --json \
      samples/images/receipt.png "What is the total?"
    run ask "sessions_$device" 40 "$build/bin/arges" eval models/pocket "$work/set.jsonl" \
      --device "$device" --parallel 64 --json
    cat "$work/ask_$device" >>"$summary"
  done
}

do_peers() {
  wait
  run peers peers 200 env LD_LIBRARY_PATH="$given" python3 "$peers/lightning_peers.py"
  grep '^peer' "$work/peers" >>"$summary"
}

do_vit_peer() {
  wait
  run peers vit_peer 60 env LD_LIBRARY_PATH="$given" python3 "$peers/vit_peer.py"
  grep '^peer' "$work/vit_peer" >>"$summary"
}

# profile NAME ROW: the kernel of a row of the benchmark, and its stalls by instruction.
profile() {
  run profile "$1_run" 90 ncu --clock-control none --set full --launch-skip 4 --launch-count 1 \
    --kernel-name regex:lightning_prefill --force-overwrite --export "$work/$1" \
    "$build/bench/arges_cuda_bench" "$2"
  run profile "$1" 60 ncu --import "$work/$1.ncu-rep" --page details
  run profile "$1_sass" 60 ncu --import "$work/$1.ncu-rep" --page source --csv
  grep -E 'Duration|DRAM Throughput|Memory Throughput|Issue Slots Busy|No Eligible|Registers|Stall|L1/TEX|bank conflict' \
    "$work/$1" | head -n 30 | tee -a "$summary"
}

do_profile() {
  wait
  profile profile_activated "prefill B1 H64 T16384 activated"
}

note "$(nvidia-smi --query-gpu=index,name,driver_version --format=csv,noheader)"
note "CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES-all}; $(nproc) cores"
[ $# -gt 0 ] || set -- build check bench
for step in "$@"; do
  case $step in
    build | first | check | golden | soak | sanitize | alone | ask | peers | vit_peer | profile) "do_$step" ;;
    bench) do_bench "" ;;
    bench=*) do_bench "${step#*=}" ;;
    *) sed -n '3,20p' "$0"; exit 2 ;;
  esac
done
wait
failed=$(paste -sd ' ' "$work/failed" 2>/dev/null)
rm -rf "$work"
note "failed: ${failed:-nothing}"
printf '\n==== summary ====\n'
cat "$summary"
[ -z "$failed" ]
