#!/usr/bin/env bash
# Every layer and every loss that the headers of nn/ declare has its line in the golden test's tables. A layer is a class
# that derives from Module, perhaps by others, and that nothing derives from; a loss that is a function has a line of its
# own or belongs to one of the losses' modules.
# Usage: complete.sh SOURCE_FOLDER
set -euo pipefail
cd "$1"

layers=$(sed -nE 's/^(struct|class) ([A-Za-z0-9]+) : (public )?([A-Za-z0-9]+).*/\2 \4/p; s/^XTAPE_LOSS_MODULE\((\w+),.*/\1 Loss/p' nn/*.hpp |
  awk '{ base[$1] = $2; is_base[$2] = 1 }
       END {
         for (name in base) {
           for (root = name; root in base; ) root = base[root]
           if (root == "Module" && !(name in is_base)) print name
         }
       }' | sort)
functions=$(comm -23 <(sed -nE 's/^Tensor ([a-z_0-9]+)\(.*/\1/p' nn/*_loss.hpp | sort -u) <(grep -oE '\w+' nn/loss_modules.hpp | sort -u))

lines=$(sed -nE 's/^ *\{"(\w+)",.*/\1/p' tests/golden/nn/table/*.cpp | sort -u)
missing=$(comm -23 <(printf '%s\n' $layers $functions | sort) <(echo "$lines"))
if [[ -n $missing || -z $layers ]]; then
  echo "declared in nn/, but not in tests/golden/nn/table: $missing"
  exit 1
fi
echo "$(wc -w <<<"$layers") layers and $(wc -w <<<"$functions") functions, each with a line"
