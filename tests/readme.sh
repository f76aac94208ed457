#!/usr/bin/env bash
# README.md shows docs/example.cpp and what it prints. Usage: readme.sh PROGRAM SOURCE_FOLDER
set -euo pipefail
program=$1 root=$2

# The first fenced block of a language in README.md.
block() { awk -v fence="\`\`\`$1" '!done && $0 == fence {inside = 1; next} inside && /^```/ {inside = 0; done = 1} inside' "$root/README.md"; }

diff <(block cpp) "$root/docs/example.cpp" || { echo "README.md's example differs from docs/example.cpp"; exit 1; }
diff <(block text) <("$program") || { echo "README.md's output differs from what the example prints"; exit 1; }
