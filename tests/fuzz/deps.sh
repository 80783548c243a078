#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the parsers that stand behind our doors, SentencePiece, libspng and libwebp, from Debian's
# source packages as static libraries that libFuzzer can see into and AddressSanitizer watches.
#   tests/fuzz/deps.sh FOLDER     gives FOLDER/{include,lib}; does nothing when they are current
set -eu

folder=$(mkdir -p "$1" && cd "$1" && pwd)
cxx=clang++-16
cc=clang-16
# Of undefined behaviour only what corrupts memory or numbers: these libraries cast functions,
# read unaligned and let unsigned numbers wrap by design.
flags="-O2 -g -fPIC -fno-omit-frame-pointer -w
  -fsanitize=fuzzer-no-link,address,bounds,object-size,null,return,unreachable,vla-bound
  -fsanitize=signed-integer-overflow,shift-exponent,float-cast-overflow,integer-divide-by-zero
  -fno-sanitize-recover=all"
packages="sentencepiece libspng libwebp"

say() { printf '%s\n' "$*" >&2; }

# apt's own sources again, as deb-src and in a private place: nothing of the system is changed.
write_source_lists() {
  rm -rf "$folder/apt"
  mkdir -p "$folder/apt/parts" "$folder/apt/lists/partial"
  for list in /etc/apt/sources.list.d/*.sources; do
    [ -f "$list" ] || continue
    sed 's/^Types:.*/Types: deb-src/' "$list" >"$folder/apt/parts/$(basename "$list")"
  done
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$list" ] || continue
    sed -n 's/^deb[[:space:]]/deb-src /p' "$list" >"$folder/apt/parts/src-$(basename "$list" .list).list"
  done
}

apt_get() {
  apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$folder/apt/parts" \
    -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User= "$@" >&2
}

# The source that the mirror has for the packages, usually of the version installed.
fetch() {
  rm -rf "$folder/src"
  mkdir -p "$folder/src"
  write_source_lists
  apt_get update
  (cd "$folder/src" && apt_get source $packages)
}

compile() { # object source flag...
  object=$1
  source=$2
  shift 2
  case $source in *.c) compiler=$cc standard=-std=c11 ;; *) compiler=$cxx standard=-std=c++17 ;; esac
  launcher=$(command -v ccache || true)
  # shellcheck disable=SC2086  # lists of words
  $launcher $compiler $standard $flags "$@" -c "$source" -o "$object"
}

archive() { # library; the objects of its folder
  rm -f "$folder/lib/$1.a"
  ar rcs "$folder/lib/$1.a" "$folder/obj/$1"/*.o
}

build_sentencepiece() {
  root=$(echo "$folder"/src/sentencepiece-*/)
  mkdir -p "$folder/obj/libsentencepiece"
  {
    echo '#define PACKAGE_STRING "sentencepiece"'
    echo '#define VERSION "fuzzed"'
  } >"$folder/obj/config.h"
  runtime="bpe_model char_model error filesystem model_factory model_interface normalizer
           sentencepiece_processor unigram_model util word_model"
  for source in $(for name in $runtime; do echo "$root/src/$name.cc"; done) \
    "$root"/src/builtin_pb/*.cc "$root"/third_party/protobuf-lite/*.cc \
    "$root"/third_party/absl/flags/flag.cc; do
    say "  $(basename "$source")"
    compile "$folder/obj/libsentencepiece/$(basename "$source" .cc).o" "$source" -pthread \
      -DHAVE_PTHREAD=1 -D_USE_INTERNAL_STRING_VIEW -I"$folder/obj" -I"$root" -I"$root/src" \
      -I"$root/src/builtin_pb" -I"$root/third_party" -I"$root/third_party/protobuf-lite"
  done
  cp "$root/src/sentencepiece_processor.h" "$folder/include/"
  archive libsentencepiece
}

build_spng() {
  root=$(echo "$folder"/src/libspng-*/)
  mkdir -p "$folder/obj/libspng"
  compile "$folder/obj/libspng/spng.o" "$root/spng/spng.c" -DSPNG_STATIC
  cp "$root/spng/spng.h" "$folder/include/"
  archive libspng
  cat >"$folder/lib/pkgconfig/spng.pc" <<TXT
Name: spng
Description: libspng, instrumented
Version: 0
Libs: -L$folder/lib -lspng -lz -lm
Cflags: -I$folder/include
TXT
}

build_webp() {
  root=$(echo "$folder"/src/libwebp-*/)
  mkdir -p "$folder/obj/libwebp"
  for source in "$root"/src/dec/*.c "$root"/src/enc/*.c "$root"/src/dsp/*.c "$root"/src/utils/*.c; do
    compile "$folder/obj/libwebp/$(basename "$source" .c).o" "$source" -I"$root"
  done
  cp -r "$root/src/webp" "$folder/include/"
  archive libwebp
  cat >"$folder/lib/pkgconfig/libwebp.pc" <<TXT
Name: libwebp
Description: libwebp, instrumented
Version: 0
Libs: -L$folder/lib -lwebp -lm
Cflags: -I$folder/include
TXT
}

stamp="$(cksum <"$0")"
if [ "$(cat "$folder/stamp" 2>/dev/null || true)" = "$stamp" ]; then exit 0; fi
say "building SentencePiece, libspng and libwebp for the fuzzers (minutes, once)"
fetch
rm -rf "$folder/obj" "$folder/lib" "$folder/include"
mkdir -p "$folder/obj" "$folder/lib/pkgconfig" "$folder/include"
build_spng
build_webp
build_sentencepiece
echo "$stamp" >"$folder/stamp"
