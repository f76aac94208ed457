#!/usr/bin/env bash
# Prints how much code the library has, and how long a program of 100 lines that uses it takes to compile.
# Usage: footprint.sh BUILD_FOLDER, which was configured with XTAPE_BENCHMARKS.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly folder=$1 source=benchmarks/footprint/model.cpp

code_megabytes() {
  size --totals "$(find "$folder" -maxdepth 1 -type f -name 'libxtape.*' | head -n 1)" |
    awk 'END { printf "%.1f", $1 / 1e6 }'
}

# The compiler and where it looks for headers, from a benchmark that was built.
compile_command() {
  grep '"command"' "$folder/compile_commands.json" | grep -m 1 'benchmarks/perceptrons/xtape\.cpp' |
    sed 's/^ *"command": "//' | tr ' ' '\n' |
    awk '/\+\+(-[0-9]+)?$/ && !seen++ { print } /^-I/ { print } name { print "-isystem\n" $0; name = 0 } /^-isystem$/ { name = 1 }'
}

# Processor time, which other programs do not stretch much; the least of three.
compile_seconds() {
  local command TIMEFORMAT='%U %S' try
  mapfile -t command < <(compile_command)
  for try in 1 2 3; do
    { time "${command[@]}" -std=c++20 -O2 -c "$source" -o /dev/null; } 2>&1
  done | awk '{ seconds = $1 + $2; if (NR == 1 || seconds < least) least = seconds } END { printf "%.1f", least }'
}

echo "code of the library: $(code_megabytes) MB (target: at most 10)"
echo "compiling $source ($(wc -l <"$source") lines) with -O2: $(compile_seconds) s (target: at most 5)"
