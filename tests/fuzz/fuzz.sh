#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `./dev fuzz` does once the tools are there: builds, runs, and says what came of it.
#   tests/fuzz/fuzz.sh [TARGET|all] [SECONDS]
# ARGES_FUZZ_BUILD (build/fuzz) and ARGES_FUZZ_WORK (build/fuzz-corpus) choose other folders.
set -eu
cd "$(dirname "$0")/../.."

build=${ARGES_FUZZ_BUILD:-build/fuzz}
work=${ARGES_FUZZ_WORK:-build/fuzz-corpus}
all_targets="abi config image_stb jpeg merges png round_trip safetensors sentencepiece session
             tile_plan tokenizer_json webp"

say() { printf '%s\n' "$*" >&2; }
fail() { say "fuzz: $*"; exit 1; }

# The files whose coverage is counted: the target's own door.
door_of() {
  case $1 in
    abi) echo bindings_c/src/ ;;
    config) echo sdk/model/config_reader sdk/model/model_config sdk/model/text_config \
      sdk/model/vision_config sdk/model/weights_header sdk/model/shard_index sdk/model/weight_census sdk/model/json_walk ;;
    image_stb) echo vision/decode/decode vision/decode/exif vision/decode/jpeg_container \
      vision/decode/png_container vision/decode/png_checksum vision/decode/orient vision/decode/stb_fallback ;;
    jpeg) echo vision/decode/decode vision/decode/exif vision/decode/jpeg_ vision/decode/orient ;;
    merges) echo language/text/bpe_from_merges language/text/bpe_files language/text/json_document \
      language/text/vocabulary language/text/merge_table language/text/byte_ ;;
    png) echo vision/decode/decode vision/decode/exif vision/decode/png_ vision/decode/orient ;;
    round_trip) echo language/text/byte_level_bpe language/text/sentencepiece_tokenizer \
      language/text/pattern_splitter language/text/utf8 language/text/text_stream language/text/tokenizer \
      language/text/merge_table ;;
    safetensors) echo sdk/model/safetensors sdk/model/json_walk sdk/model/stored_type ;;
    sentencepiece) echo language/text/sentencepiece_ language/text/wire_ ;;
    session) echo sdk/snapshot/read_conversation sdk/snapshot/turn_reader sdk/snapshot/snapshot_reader \
      sdk/snapshot/image_bytes ;;
    tile_plan) echo vision/tiles/anyres_plan vision/tiles/pixel_values.h ;;
    tokenizer_json) echo language/text/bpe_from_tokenizer_json language/text/bpe_files \
      language/text/json_document language/text/vocabulary language/text/pattern_ language/text/byte_level_bpe ;;
    webp) echo vision/decode/decode vision/decode/exif vision/decode/webp_ vision/decode/orient ;;
    *) fail "no target $1; there are: $(echo $all_targets)" ;;
  esac
}

# Largest input, and the largest single allocation: far above what an honest input of that size
# needs, so that an amplification is a finding.
limits_of() {
  case $1 in
    abi) echo -max_len=256 -malloc_limit_mb=64 ;;
    png | jpeg | image_stb) echo -max_len=32768 -malloc_limit_mb=64 ;;
    # The code tables of a lossless picture of a million pixels: 65,536 groups at most.
    webp) echo -max_len=32768 -malloc_limit_mb=1300 ;;
    sentencepiece) echo -max_len=16384 -malloc_limit_mb=1100 ;;
    tile_plan) echo -max_len=256 -malloc_limit_mb=64 ;;
    round_trip) echo -max_len=4097 -malloc_limit_mb=128 ;;
    *) echo -max_len=16384 -malloc_limit_mb=128 ;;
  esac
}

configure() {
  [ ! -f "$build/build.ninja" ] || return 0
  deps=$(pwd)/build/fuzz-deps
  PKG_CONFIG_PATH="$deps/lib/pkgconfig" cmake -S . -B "$build" -G Ninja \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang-16 -DCMAKE_CXX_COMPILER=clang++-16 \
    -DARGES_BUILD_FUZZERS=ON -DARGES_BUILD_SAMPLES=OFF \
    -DARGES_SANITIZE=address,undefined,float-cast-overflow,fuzzer-no-link \
    -DCMAKE_CXX_FLAGS="-D_GLIBCXX_ASSERTIONS -gline-tables-only -fprofile-instr-generate -fcoverage-mapping" \
    -DARGES_SENTENCEPIECE_LIBRARY="$deps/lib/libsentencepiece.a" \
    -DARGES_SENTENCEPIECE_INCLUDE="$deps/include" >&2
}

# Seeds are honest inputs that fit; findings are not among them, so a run shows what it can find by
# itself.
copy_seeds() { # target folder
  mkdir -p "$2"
  largest=$(limits_of "$1" | sed 's/.*-max_len=\([0-9]*\).*/\1/')
  while read -r seed; do
    [ -n "$seed" ] && [ "$(wc -c <"$seed")" -le "$largest" ] && cp "$seed" "$2/"
  done <"$build/tests/fuzz/$1.seeds" || true
}

run_target() { # target seconds
  folder=$work/$1
  rm -rf "$folder/findings" "$folder/seeds"
  mkdir -p "$folder/corpus" "$folder/findings"
  copy_seeds "$1" "$folder/seeds"
  # shellcheck disable=SC2046  # lists of words
  LLVM_PROFILE_FILE=/dev/null "$build/tests/fuzz/fuzz_$1" $(limits_of "$1") \
    -max_total_time="$2" -timeout=100 -rss_limit_mb=2048 -print_final_stats=1 -report_slow_units=1000 \
    -artifact_prefix="$folder/findings/" "$folder/corpus" "$folder/seeds" >"$folder/log" 2>&1 ||
    echo "$1" >>"$work/broken"
  times >"$folder/times" # of this shell, then of its children
}

# Of the processor, so that a busy machine does not count.
seconds() { # target
  awk 'NR == 2 { gsub("[ms]", " "); print int($1 * 60 + $2 + $3 * 60 + $4 + 0.5) }' "$work/$1/times"
}

stat() { # log name
  sed -n "s/^stat::$2: *//p" "$1" | tail -n 1
}

edges() { # log: the last "cov:" that libFuzzer wrote, or none before a seed is the finding
  sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$1" | tail -n 1 | grep . || echo -
}

# The shares of the door's lines and branches that the corpus reaches.
coverage() { # target
  folder=$work/$1
  rm -f "$folder/profile"*
  LLVM_PROFILE_FILE="$folder/profile.raw" "$build/tests/fuzz/fuzz_$1" $(limits_of "$1") -runs=0 \
    -report_slow_units=1000 -artifact_prefix="$folder/" "$folder/corpus" "$folder/seeds" \
    >/dev/null 2>&1 ||
    { echo "- -"; return 0; } # a seed is the finding
  llvm-profdata-16 merge -sparse "$folder/profile.raw" -o "$folder/profile"
  files=""
  for prefix in $(door_of "$1"); do
    for file in "$prefix"*.cpp "$prefix"*.h; do
      [ ! -f "$file" ] || files="$files $file"
    done
  done
  # shellcheck disable=SC2086  # a list of words
  llvm-cov-16 report "$build/tests/fuzz/fuzz_$1" -instr-profile "$folder/profile" $files \
    >"$folder/coverage" 2>/dev/null
  # Columns of the last row: … lines, missed lines, cover, branches, missed branches, cover.
  awk '/^TOTAL/ { print $10 " " $13 }' "$folder/coverage"
}

report() {
  printf '%-15s %12s %8s %8s %7s %11s %14s  %s\n' target executions 'cpu s' exec/s edges \
    "door lines" "door branches" findings
  for target in $targets; do
    log=$work/$target/log
    found=$(find "$work/$target/findings" -type f | wc -l)
    # shellcheck disable=SC2046  # two words
    printf '%-15s %12s %8s %8s %7s %11s %14s  %s\n' "$target" \
      "$(stat "$log" number_of_executed_units)" "$(seconds "$target")" \
      "$(stat "$log" average_exec_per_sec)" "$(edges "$log")" $(coverage "$target") "$found"
  done
}

explain_findings() {
  for target in $targets; do
    for file in "$work/$target/findings"/*; do
      [ -f "$file" ] || continue
      say ""
      say "FINDING of $target: $file"
      grep -aE 'BROKEN PROMISE|runtime error|ERROR: |terminate called' "$work/$target/log" |
        head -n 3 >&2 || true
      say "  replay:   LLVM_PROFILE_FILE=/dev/null $build/tests/fuzz/fuzz_$target $(limits_of "$target") $file"
      say "  minimise: … -minimize_crash=1 -runs=100000 $file"
      say "  keep:     copy it to tests/fuzz/findings/$target/ under the name of the promise"
    done
  done
}

targets=${1:-all}
seconds=${2:-60}
[ "$targets" != all ] || targets=$all_targets
for target in $targets; do door_of "$target" >/dev/null; done

tests/fuzz/deps.sh build/fuzz-deps
configure
programs=""
for target in $targets; do programs="$programs fuzz_$target"; done
# shellcheck disable=SC2086  # a list of words
cmake --build "$build" --target $programs >&2

mkdir -p "$work"
rm -f "$work/broken"
running=0
cores=$(nproc)
for target in $targets; do
  say "$target for $seconds s"
  run_target "$target" "$seconds" &
  running=$((running + 1))
  if [ "$running" -ge "$cores" ]; then
    wait
    running=0
  fi
done
wait

report
explain_findings
[ ! -f "$work/broken" ] || exit 1
