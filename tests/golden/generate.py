#!/usr/bin/python3
"""Writes the golden values, one .npz file per family of ops, with PyTorch. README.md tells how they are laid out.

    /usr/bin/python3 tests/golden/generate.py            # every family
    /usr/bin/python3 tests/golden/generate.py networks   # one
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent
FAMILIES = ["elementwise", "reductions", "shape", "index", "linear_algebra", "convolutions", "networks"]

sys.path.insert(0, str(FOLDER))
sys.dont_write_bytecode = True

from cases.recorder import Recorder, write_families  # noqa: E402


if __name__ == "__main__":
    write_families(FOLDER, "cases", sys.argv[1:] or FAMILIES, Recorder, "ops")
