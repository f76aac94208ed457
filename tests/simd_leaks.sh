#!/usr/bin/env bash
# Usage: simd_leaks.sh BUILD_FOLDER
# The linker keeps one copy of an inline function or template, whichever comes first. A copy compiled for AVX must
# therefore belong to its level alone: this lists every weak function in the objects of one level that other code may
# define too, and that older machines would then run. Data (tables, references to them) is the same at every level.
set -euo pipefail
build=${1:?the build folder is missing}

weak_functions() {  # of the objects of one level, mangled
  find "$build" -path "*xtape_$1.dir/*" -name '*.o' -exec nm --defined-only {} + |
    awk '$2 == "W" { print $3 }' | sort -u
}

report() {
  [[ -z $2 ]] && return
  c++filt <<<"$2" | sed "s/^/$1: /" | cut -c 1-240
  failed=1
}

failed=0
avx2=$(weak_functions avx2)
avx512=$(weak_functions avx512)
[[ -n $(find "$build" -path '*xtape_avx2.dir/*' -name '*.o' -print -quit) ]] || { echo "no AVX2 objects in $build"; exit 1; }

report "avx2, also in other code" "$(grep -vE 'avx2' <<<"$avx2" | grep . || true)"
report "avx512, also in other code" "$(grep -vE 'avx512' <<<"$avx512" | grep . || true)"
report "in both avx2 and avx512" "$(comm -12 <(grep avx <<<"$avx2") <(grep avx <<<"$avx512") || true)"
((failed)) || echo "no function of the AVX2 and AVX-512 objects can be taken for another level's"
exit "$failed"
