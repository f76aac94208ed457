#!/usr/bin/python3
"""Writes the golden values of layers and losses, one .npz file per family, with PyTorch. ../README.md tells how they
are laid out.

    /usr/bin/python3 tests/golden/nn/generate.py              # every family
    /usr/bin/python3 tests/golden/nn/generate.py recurrent    # one
"""

import importlib
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

from families.recorder import LayerRecorder  # noqa: E402


def main(families):
    layers, cases, total = set(), 0, 0
    for family in families:
        recorder = LayerRecorder()
        importlib.import_module(f"families.{family}").record(recorder)
        size = recorder.write(FOLDER / f"{family}.npz")
        print(f"{family:15} {len(recorder.ops()):4} layers {len(recorder.cases):5} cases {size:8} bytes")
        layers |= recorder.ops()
        cases += len(recorder.cases)
        total += size
    print(f"{'all':15} {len(layers):4} layers {cases:5} cases {total:8} bytes")


if __name__ == "__main__":
    main(sys.argv[1:] or FAMILIES)
