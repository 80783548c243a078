#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs what check_and_bench.sh runs, for a machine that has a GPU and cannot build:
#
#   tools/cuda/pack.sh BUILD OUT     # BUILD: a build of the preset dev; OUT: a folder
#
# OUT/pack.tar.gz holds the programs, the libraries they need beyond a compiler's, and the script;
# there:
#
#   tar xf pack.tar.gz -C DIR && ARGES_CUDA_BUILD=DIR ARGES_SOURCE=TREE DIR/check_and_bench.sh check
#
# Of a BUILD without CUDA the pack has the kernels' sources: `check_and_bench.sh build check` builds
# them there, where nvcc must be.
set -euo pipefail
[ $# = 2 ] || { sed -n '3,13p' "$0"; exit 2; }
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
stage=$(mktemp -d)
mkdir "$stage"/{check,bench,backend,fusion,bin,lib}

# What was not built is left out; what runs it will say so.
program() {
  if [ -e "$build/$1" ]; then strip -o "$stage/$2" "$build/$1"; else echo "left out: $1" >&2; fi
}

# Those that not every system with a compiler has.
libraries_of() {
  LD_LIBRARY_PATH=$stage/lib ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    grep -vE '/(libc|libm|libdl|librt|libpthread|ld-linux-x86-64|libstdc\+\+|libgcc_s|libz)\.so'
}

if [ -e "$build/bindings_c/libarges_cuda.so" ]; then
  program tests/kernels/cuda/arges_cuda_check check/arges_cuda_check
  program tests/bench/cuda/arges_cuda_bench bench/arges_cuda_bench
  program bindings_c/libarges_cuda.so lib/libarges_cuda.so
else
  # Those that the programs were built with, and what these ask of a library.
  mkdir "$stage/source"
  tar -C "$root" -c cmake kernels tests/kernels/cuda tests/bench/cuda | tar -C "$stage/source" -x
  grep -m 1 -o 'ARGES_CUDA_BUILD_ID=\\"[0-9a-f]*' "$build/build.ninja" | grep -o '[0-9a-f]*$' \
    >"$stage/source/build_id"
fi
program tests/kernels/cuda_loader/cuda_backend_test backend/cuda_backend_test
program tests/sdk/fusion/sdk_fusion_test fusion/sdk_fusion_test
program samples/cli/arges bin/arges
program tests/soak/arges_soak bin/arges_soak
program bindings_c/libarges.so.0.2 lib/libarges.so.0.2
for folder in backend fusion bin; do ln -s ../lib/libarges_cuda.so "$stage/$folder/"; done
libraries_of $(find "$stage"/{check,bench,backend,fusion,bin} -type f) | while read -r library; do
  case $library in "$stage"/* | "$build"/*) ;; *) cp -L "$library" "$stage/lib/" ;; esac
done
cp "$root"/tools/cuda/check_and_bench.sh "$root"/tests/bench/cuda/*_peer*.py "$stage/"
tar -C "$stage" -c . | gzip >"$out/pack.new"
mv "$out/pack.new" "$out/pack.tar.gz"
du -b --max-depth=1 "$stage" "$out/pack.tar.gz"
rm -rf "$stage"
