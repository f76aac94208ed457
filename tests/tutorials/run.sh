#!/usr/bin/env bash
# Runs a chapter's program in an empty folder: it prints what is committed, and each figure that it draws is committed.
# Usage: run.sh PROGRAM PAGE_FOLDER/NAME COMPARE. Numbers may differ by the tolerance that the source names in a line
# "// tolerance: 1e-3, because ...", else by 1e-6.
set -euo pipefail
program=$1 source=$2 compare=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$program" >printed.txt
tolerance=$(sed -nE 's|^// tolerance: ([0-9.e+-]+).*|\1|p' "$source.cpp")
"$compare" "$source.txt" printed.txt "${tolerance:-1e-6}"

for figure in out/*; do
  [[ -e $figure ]] || continue
  [[ -s ${source%/*}/$figure ]] || { echo "$figure is not committed; ./dev tutorial writes it"; exit 1; }
done
lines=$(wc -l <"$source.cpp")
((lines <= 150)) || { echo "$source.cpp has $lines lines; a chapter's program has at most 150"; exit 1; }
