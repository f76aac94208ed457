#!/usr/bin/env bash
# A page of the docs shows code that is compiled: the block after `<!-- name -->` in PAGE.md is what stands after
# `// --- name` in PAGE.cpp, and the block after `<!-- output -->` is what the program prints.
# Usage: page.sh PROGRAM PAGE (without its ending)
# Of an output marked `<!-- output counts -->`, a table with times, only the first two columns, names and counts, must be
# the same.
set -euo pipefail
program=$1 page=$2

# The fenced block after the mark of that name.
shown() { awk -v mark="<!-- $1 -->" '$0 == mark {found = 1; next} found && /^```/ {if (inside) exit; inside = 1; next} inside' "$page.md"; }

# The lines after `// --- name`, moved to the left by the indentation of that line.
compiled() {
  awk -v name="$1" '
    !inside && $0 ~ "^ *// --- " name "$" { indent = index($0, "/") - 1; inside = 1; next }
    inside && /^ *\/\/ ---/ { exit }
    inside { print substr($0, indent + 1) }' "$page.cpp"
}

names=$(sed -nE 's/^ *\/\/ --- ([a-z]+)$/\1/p' "$page.cpp")
[[ -n $names ]] || { echo "$page.cpp has no marks"; exit 1; }
for name in $names; do
  diff <(shown "$name") <(compiled "$name") || { echo "$page.md: the block '$name' is not what $page.cpp has"; exit 1; }
done
if grep -qx '<!-- output counts -->' "$page.md"; then output="output counts"; else output=output; fi
comparable() {
  if [[ $output == *counts ]]; then awk -F '  +' 'NF > 3 { print $1, $2 }' | sort; else cat; fi
}
diff <(shown "$output" | comparable) <("$program" | comparable | sed -E 's/[^ ]*\/([a-z_]+\.cpp):[0-9]+/\1/') || { echo "$page.md: the program prints something else"; exit 1; }
echo "$(wc -l <<<"$names") blocks of $page.md are compiled"
