#!/usr/bin/env bash
# Models here write their weights, inputs and outputs; the same models in PyTorch load them strictly and have to give
# the same outputs. Skipped, with code 77, where no python3 has torch.
# Usage: to_pytorch.sh PROGRAM_THAT_WRITES
set -euo pipefail

for python in python3 /usr/bin/python3; do
  if "$python" -c 'import numpy, torch' 2>/dev/null; then
    folder=$(mktemp -d)
    trap 'rm -r "$folder"' EXIT
    "$1" "$folder"
    "$python" -B "$(dirname "$0")/weights.py" check "$folder"
    exit
  fi
done
echo "skipped: no python3 with torch and numpy"
exit 77
