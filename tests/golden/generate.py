#!/usr/bin/python3
"""Writes the golden values, one .npz file per family of ops, with PyTorch. README.md tells how they are laid out.

    /usr/bin/python3 tests/golden/generate.py            # every family
    /usr/bin/python3 tests/golden/generate.py networks   # one
"""

import importlib
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
FAMILIES = ["elementwise", "reductions", "shape", "index", "linear_algebra", "convolutions", "networks"]

sys.path.insert(0, str(FOLDER))
sys.dont_write_bytecode = True

from cases.recorder import Recorder  # noqa: E402


def main(families):
    ops, cases, total = set(), 0, 0
    for family in families:
        recorder = Recorder()
        importlib.import_module(f"cases.{family}").record(recorder)
        size = recorder.write(FOLDER / f"{family}.npz")
        print(f"{family:15} {len(recorder.ops()):4} ops {len(recorder.cases):5} cases {size:8} bytes")
        ops |= recorder.ops()
        cases += len(recorder.cases)
        total += size
    print(f"{'all':15} {len(ops):4} ops {cases:5} cases {total:8} bytes")


if __name__ == "__main__":
    main(sys.argv[1:] or FAMILIES)
