#!/usr/bin/env bash
# Arrows go one way: tutorials, benchmarks and the demo use data, optim, nn and plot, these use autograd, and autograd's ops use
# its kernels and memory. Reads every #include of the project's own headers and names each line that points back.
set -euo pipefail
cd "$(dirname "$0")/.."

# folder: what its files may include, as patterns of the included path. The first folder that matches a file counts.
rules='
autograd/memory/  ^autograd/(memory/|error)
autograd/kernels/ ^autograd/(kernels/|memory/|dtype|error|shape|xtensor)
autograd/         ^autograd/
nn/               ^(nn|autograd)/
optim/            ^(optim|autograd)/
plot/             ^(plot|autograd)/
data/training/    ^(data|optim|nn|autograd)/
data/             ^(data/[^/]*$|autograd/)
demo/             ^(demo|plot|data|optim|nn|autograd)/|^xtape.hpp$
tutorials/        ^(tutorials|plot|data|optim|nn|autograd)/|^xtape.hpp$
benchmarks/       ^(benchmarks|plot|data|optim|nn|autograd)/|^xtape.hpp$
'

house='(autograd|nn|optim|data|plot|demo|tutorials|benchmarks|tests)/|xtape\.hpp|\.\./'
folders=()
for folder in autograd nn optim data plot demo tutorials benchmarks; do
  [[ -d $folder ]] && folders+=("$folder")
done

grep -rnE --include='*.hpp' --include='*.cpp' "^ *# *include *[<\"]($house)" "${folders[@]}" |
  awk -v rules="$rules" '
    BEGIN {
      count = split(rules, lines, "\n")
      for (i = 1; i <= count; ++i) if (split(lines[i], words, " ") == 2) { folder[++n] = words[1]; allowed[n] = words[2] }
    }
    {
      match($0, /^[^:]*:[0-9]*:/)
      place = substr($0, 1, RLENGTH - 1)
      header = substr($0, RLENGTH + 1)
      sub(/^[^<"]*[<"]/, "", header)
      sub(/[>"].*$/, "", header)
      ++seen
      for (i = 1; i <= n; ++i) {
        if (index(place, folder[i]) != 1) continue
        if (header !~ allowed[i]) { print place ": " folder[i] " must not include " header; ++wrong }
        break
      }
    }
    END {
      print seen + 0 " includes read, " wrong + 0 " point back"
      exit wrong > 0 || seen == 0
    }'
