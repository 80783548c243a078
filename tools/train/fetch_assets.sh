#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Downloads the fonts of fonts.tsv and the word list as Debian 12 packages and unpacks them into a folder.
# usage: fetch_assets.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/packages"
cd "$1/packages"
apt-get download wamerican-small $(grep -v '^#' "$here/fonts.tsv" | cut -f1)
for package in *.deb; do dpkg -x "$package" ..; done
