#!/usr/bin/env bash
# Every function that a public header of autograd/ops declares (one that autograd.hpp includes) has its entry in the op
# table, from which docs/ops.md is made.
# Usage: op_table_complete.sh SOURCE_FOLDER
set -euo pipefail
cd "$1"

declared=$(sed -nE 's/^(inline )?Tensor ([a-z_0-9]+)\(.*/\2/p' $(sed -nE 's/^#include <(autograd\/ops\/.*)>/\1/p' autograd/autograd.hpp) | sort -u)
missing=$(comm -23 <(echo "$declared") <(sed -nE 's/^\| `([a-z_0-9]+)` .*/\1/p' docs/ops.md | sort -u))
if [[ -n $missing ]]; then
  echo "declared in autograd/ops, but not in the op table: $missing"
  exit 1
fi
echo "$(wc -l <<<"$declared") declared functions, each with an entry"
