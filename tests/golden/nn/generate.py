#!/usr/bin/python3
"""Writes the golden values of layers and losses, one .npz file per family, with PyTorch. ../README.md tells how they
are laid out.

    /usr/bin/python3 tests/golden/nn/generate.py              # every family
    /usr/bin/python3 tests/golden/nn/generate.py recurrent    # one
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
FAMILIES = [
    "basic",
    "activations",
    "convolutions",
    "normalization",
    "recurrent",
    "attention",
    "class_losses",
    "other_losses",
]

sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]
sys.dont_write_bytecode = True

from cases.recorder import write_families  # noqa: E402
from families.recorder import LayerRecorder  # noqa: E402


if __name__ == "__main__":
    write_families(FOLDER, "families", sys.argv[1:] or FAMILIES, LayerRecorder, "layers")
