#!/usr/bin/python3
"""Writes the files that npy_test.cpp reads, next to this script, with NumPy (made with 1.24; same bytes every time)."""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parent
VALUES = np.array([[0, 1, 2], [3, 100, 5]])

for version in (1, 2, 3):
    with open(FOLDER / f"format{version}.npy", "wb") as file:
        np.lib.format.write_array(file, VALUES.astype(float), version=(version, 0))

types = ["?", "u1", "i1"] + [order + code for order in "<>" for code in "i2 i4 i8 u2 u4 u8 f2 f4 f8".split()]
arrays = {name: VALUES.astype(name) for name in types}
arrays["fortran"] = np.asfortranarray(VALUES.astype("<f8"))
arrays["fortran3"] = np.asfortranarray(np.arange(24).reshape(2, 3, 4))
np.savez_compressed(FOLDER / "deflated.npz", **arrays)

layers = {
    "layer.0/w": np.float32([[0.5, -1.5]]),
    "scalar": np.float64(2.5),
    "empty": np.zeros((2, 0)),
    "gr\u00f6\u00dfe": VALUES,
}
np.savez(FOLDER / "stored.npz", **layers)

np.savez(FOLDER / "unsupported.npz", complex=VALUES.astype("c16"))
