#!/usr/bin/env python3
"""Turns the UCI optical digits from comma-separated text into two gzipped IDX files.

    ./convert.py digits.csv.gz

reads the table (plain or gzipped; UCI's own optdigits.tes has the same layout): 64 pixels of 0..16, row by row, and the
digit, on each line. Writes digits-images-idx3-ubyte.gz (N, 8, 8) and digits-labels-idx1-ubyte.gz (N,) next to this
script. The result depends on the values alone: the gzip headers carry no name and no time.
"""

import gzip
import pathlib
import struct
import sys

SIDE = 8
PIXELS = SIDE * SIDE
UBYTE = 0x08


def read_table(path):
    data = pathlib.Path(path).read_bytes()
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    rows = [[int(float(value)) for value in line.split(",")] for line in text.decode("ascii").splitlines() if line]
    for number, row in enumerate(rows, 1):
        if len(row) != PIXELS + 1 or max(row[:PIXELS]) > 16 or min(row) < 0 or row[PIXELS] > 9:
            sys.exit(f"{path}: line {number} is not {PIXELS} values of 0..16 and a digit")
    return rows


def write_idx(name, shape, values):
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, UBYTE, len(shape), *shape)
    path = pathlib.Path(__file__).parent / name
    with open(path, "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=file, mtime=0) as packed:
            packed.write(header + bytes(values))
    print(f"{path}: {path.stat().st_size} bytes")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = read_table(sys.argv[1])
    write_idx("digits-images-idx3-ubyte.gz", (len(rows), SIDE, SIDE), [v for row in rows for v in row[:PIXELS]])
    write_idx("digits-labels-idx1-ubyte.gz", (len(rows),), [row[PIXELS] for row in rows])


if __name__ == "__main__":
    main()
