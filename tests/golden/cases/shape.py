"""Shapes, slices, joins and rearrangements."""

import numpy as np
import torch
import torch.nn.functional as F

from cases.recorder import Fixed

SHAPES = [(), (5,), (3, 4), (2, 3, 4), (2, 1, 3, 1), (0,), (2, 0, 3)]


def record(r):
    record_views(r)
    record_slices(r)
    record_joins(r)
    record_rearranged(r)
    record_padding(r)
    record_diagonals(r)


def record_views(r):
    r.op("reshape")
    for shape, to in [
        ((), [1]),
        ((1,), []),
        ((6,), [2, 3]),
        ((2, 3), [6]),
        ((2, 3), [3, 2]),
        ((2, 3, 4), [4, -1]),
        ((2, 3, 4), [-1]),
        ((2, 3, 4), [2, -1, 2]),
        ((0, 3), [3, 0]),
        ((0,), [0, 4]),
        ((6,), [1, 6, 1]),
    ]:
        r.case(lambda x, shape: x.reshape(shape), [r.draw(*shape)], shape=to)
    r.op("flatten")
    for shape in SHAPES:
        r.case(torch.flatten, [r.draw(*shape)])
    for shape, first, last in [
        ((2, 3, 4), 1, -1),
        ((2, 3, 4), 0, 1),
        ((2, 3, 4), -2, -1),
        ((2, 3, 2, 2), 1, 2),
        ((2, 3), 1, 1),
    ]:
        r.case(lambda x, first, last: x.flatten(first, last), [r.draw(*shape)], first=first, last=last)
    r.op("squeeze")
    for shape in [(), (1,), (3, 1), (2, 1, 3, 1), (1, 0), (2, 3)]:
        r.case(torch.squeeze, [r.draw(*shape)])
    for shape, axes in [((1,), [0]), ((3, 1), [-1]), ((2, 1, 3, 1), [1]), ((2, 1, 3, 1), [-1]), ((1, 1, 2), [1, 0])]:

        def squeeze(x, axes):
            for axis in sorted((axis % x.dim() for axis in axes), reverse=True):
                x = x.squeeze(axis)
            return x

        r.case(squeeze, [r.draw(*shape)], axes=axes)
    r.op("expand_dims")
    for shape, axis in [
        ((), 0),
        ((), -1),
        ((3,), 0),
        ((3,), 1),
        ((3,), -1),
        ((2, 3), 1),
        ((2, 3), -2),
        ((2, 3), -3),
        ((0,), 1),
    ]:
        r.case(lambda x, axis: x.unsqueeze(axis), [r.draw(*shape)], axis=axis)
    r.op("transpose")
    for shape in SHAPES:
        r.case(lambda x: x.permute(tuple(reversed(range(x.dim())))), [r.draw(*shape)])
    for shape, order in [
        ((5,), [0]),
        ((3, 4), [1, 0]),
        ((3, 4), [0, 1]),
        ((2, 3, 4), [2, 0, 1]),
        ((2, 3, 4), [1, 2, 0]),
        ((2, 3, 4), [0, -1, 1]),
        ((2, 1, 3, 2), [3, 1, 0, 2]),
        ((0, 2), [1, 0]),
    ]:
        r.case(lambda x, order: x.permute(order), [r.draw(*shape)], order=order)
    r.op("swapaxes")
    for shape, a, b in [
        ((5,), 0, 0),
        ((3, 4), 0, 1),
        ((2, 3, 4), 0, 2),
        ((2, 3, 4), -1, 1),
        ((2, 3, 4), -1, -3),
        ((0, 2), 0, 1),
    ]:
        r.case(lambda x, a, b: x.swapaxes(a, b), [r.draw(*shape)], a=a, b=b)
    r.op("moveaxis")
    for shape, source, to in [
        ((3, 4), [0], [1]),
        ((2, 3, 4), [0], [-1]),
        ((2, 3, 4), [-1], [0]),
        ((2, 3, 4), [0, 1], [1, 2]),
        ((2, 3, 4), [2, 0], [0, 1]),
        ((2, 1, 3, 2), [3, 0], [-4, -1]),
        ((2, 0, 3), [1], [0]),
    ]:
        r.case(lambda x, source, to: x.moveaxis(source, to), [r.draw(*shape)], source=source, to=to)
    r.op("broadcast_to")
    for shape, to in [
        ((), []),
        ((), [3]),
        ((), [2, 3]),
        ((1,), [4]),
        ((3,), [2, 3]),
        ((3, 1), [3, 4]),
        ((1, 3), [2, 4, 3]),
        ((1,), [0]),
        ((2, 1), [2, 0]),
    ]:
        r.case(lambda x, shape: x.broadcast_to(shape), [r.draw(*shape)], shape=to)
    r.op("broadcast_tensors")
    for shapes in [[(3,), (2, 1)], [(), (2,), (3, 1)], [(2, 3), (2, 3)], [(0,), (1,)], [(4, 1, 2)]]:
        r.case(lambda *x: torch.broadcast_tensors(*x), [r.draw(*shape) for shape in shapes])
    r.op("astype")
    for shape in [(), (5,), (2, 3), (0,)]:
        r.case(lambda x, dtype: x.to(torch.float32), [r.draw(*shape)], dtype="float32")
        r.case(lambda x, dtype: x.to(torch.int64), [Fixed(r.draw(*shape, low=-9, high=9))], dtype="int64")
        r.case(lambda x, dtype: x.to(torch.bool), [Fixed(r.integers(*shape, low=0, high=2) * 0.5)], dtype="boolean")
        r.case(lambda x, dtype: x.to(torch.float64), [r.integers(*shape)], dtype="float64")
        r.case(lambda x, dtype: x.to(torch.float64), [r.booleans(*shape)], dtype="float64")


def record_slices(r):
    def view(x, slices):
        return x[tuple(s if isinstance(s, int) else slice(*s) for s in slices)]

    r.op("view")  # a slice is an index or [start, stop, step]
    for shape, slices in [
        ((5,), [2]),
        ((5,), [-1]),
        ((5,), [[1, 4, 1]]),
        ((5,), [[0, 5, 2]]),
        ((5,), [[0, 5, 3]]),
        ((5,), [[2, 2, 1]]),
        ((3, 4), [1]),
        ((3, 4), [[0, 3, 1], 2]),
        ((3, 4), [[1, 3, 1], [0, 4, 2]]),
        ((3, 4), [2, [1, 3, 1]]),
        ((2, 3, 4), [[0, 2, 1], 1]),
        ((2, 3, 4), [1, [0, 3, 2], [1, 4, 2]]),
        ((2, 3, 4), [1, 2, 3]),
    ]:
        r.case(view, [r.draw(*shape)], slices=slices)
    r.op("unbind")
    for shape, axis in [((3,), 0), ((3, 4), 0), ((3, 4), 1), ((2, 3, 4), -1), ((2, 0), 0)]:
        r.case(lambda x, axis: torch.unbind(x, axis), [r.draw(*shape)], axis=axis)
    r.op("split")
    for shape, parts, axis in [
        ((6,), 3, 0),
        ((6,), 1, 0),
        ((4, 6), 2, 1),
        ((4, 6), 4, 0),
        ((2, 3, 4), 4, -1),
        ((4, 0), 2, 0),
    ]:
        r.case(lambda x, parts, axis: torch.tensor_split(x, parts, axis), [r.draw(*shape)], parts=parts, axis=axis)
    for shape, sizes, axis in [
        ((6,), [1, 2, 3], 0),
        ((6,), [6], 0),
        ((4, 6), [2, 4], 1),
        ((4, 6), [0, 4], 0),
        ((2, 3, 4), [1, 1, 2], -1),
    ]:
        r.case(lambda x, sizes, axis: torch.split(x, sizes, axis), [r.draw(*shape)], sizes=sizes, axis=axis)
    r.op("chunk")
    for shape, count, axis in [
        ((6,), 3, 0),
        ((7,), 3, 0),
        ((7,), 4, 0),
        ((2,), 5, 0),
        ((4, 5), 2, 1),
        ((2, 3, 5), 3, -1),
        ((4, 5), 1, 0),
    ]:
        r.case(lambda x, count, axis: torch.chunk(x, count, axis), [r.draw(*shape)], count=count, axis=axis)


def record_joins(r):
    r.op("concatenate")
    for shapes, axis in [
        ([(3,), (2,)], 0),
        ([(3,)], 0),
        ([(2, 3), (1, 3), (2, 3)], 0),
        ([(2, 3), (2, 1)], 1),
        ([(2, 3), (2, 0)], -1),
        ([(2, 1, 3), (2, 2, 3)], 1),
        ([(2, 3, 1), (2, 3, 4)], -1),
    ]:
        r.case(lambda *x, axis: torch.cat(x, axis), [r.draw(*shape) for shape in shapes], axis=axis)
    r.case(lambda *x, axis: torch.cat(x, axis), [r.integers(3), r.integers(2)], axis=0)
    r.op("stack")
    for shape, count, axis in [
        ((), 3, 0),
        ((3,), 2, 0),
        ((3,), 2, 1),
        ((3,), 1, -1),
        ((2, 3), 3, 1),
        ((2, 3), 2, -1),
        ((0, 2), 2, 0),
    ]:
        r.case(lambda *x, axis: torch.stack(x, axis), [r.draw(*shape) for _ in range(count)], axis=axis)
    r.op("hstack")
    for shapes in [[(3,), (2,)], [(2, 3), (2, 1)], [(2, 1, 3), (2, 2, 3)], [(2, 3)]]:
        r.case(lambda *x: torch.hstack(x), [r.draw(*shape) for shape in shapes])
    r.op("vstack")
    for shapes in [[(3,), (3,)], [(2, 3), (1, 3)], [(2, 3), (3,)], [(2, 2, 3), (1, 2, 3)]]:
        r.case(lambda *x: torch.vstack(x), [r.draw(*shape) for shape in shapes])
    r.op("meshgrid")
    for sizes in [(3,), (2, 3), (3, 2, 2), (1, 4)]:
        r.case(lambda *x: torch.meshgrid(*x, indexing="ij"), [r.draw(size) for size in sizes])


def record_rearranged(r):
    r.op("flip")
    for shape in SHAPES:
        r.case(lambda x: x.flip(tuple(range(x.dim()))), [r.draw(*shape)])
    for shape, axes in [
        ((5,), [0]),
        ((3, 4), [0]),
        ((3, 4), [-1]),
        ((2, 3, 4), [0, 2]),
        ((2, 3, 4), [1]),
        ((0, 3), [1]),
    ]:
        r.case(lambda x, axes: x.flip(axes), [r.draw(*shape)], axes=axes)
    r.op("rot90")
    for times in (-1, 0, 1, 2, 3, 5):
        r.case(lambda x, times, axes: torch.rot90(x, times, axes), [r.draw(3, 4)], times=times, axes=[0, 1])
        r.case(lambda x, times, axes: torch.rot90(x, times, axes), [r.draw(2, 3, 2)], times=times, axes=[2, 0])
    r.op("roll")
    for shape in [(5,), (3, 4), (2, 3, 4)]:
        for shift in (1, -2, 0, 7):
            r.case(lambda x, shifts: torch.roll(x, shifts), [r.draw(*shape)], shifts=[shift])
    for shape, shifts, axes in [
        ((5,), [2], [0]),
        ((3, 4), [1], [0]),
        ((3, 4), [-1], [-1]),
        ((3, 4), [1, 2], [0, 1]),
        ((2, 3, 4), [1, -1], [2, 1]),
        ((0, 3), [1], [1]),
    ]:
        r.case(lambda x, shifts, axes: torch.roll(x, shifts, axes), [r.draw(*shape)], shifts=shifts, axes=axes)
    r.op("repeat")
    for shape, count, axis in [
        ((3,), 2, 0),
        ((3,), 1, 0),
        ((3,), 0, 0),
        ((3, 4), 2, 1),
        ((3, 4), 3, 0),
        ((2, 3, 2), 2, -2),
        ((0, 2), 3, 0),
    ]:
        r.case(
            lambda x, counts, axis: torch.repeat_interleave(x, counts[0], axis),
            [r.draw(*shape)],
            counts=[count],
            axis=axis,
        )
    for shape, counts, axis in [((3,), [2, 0, 1], 0), ((3, 4), [1, 2, 3, 0], 1), ((2, 3, 2), [3, 1], 0)]:
        r.case(
            lambda x, counts, axis: torch.repeat_interleave(x, torch.tensor(counts), axis),
            [r.draw(*shape)],
            counts=counts,
            axis=axis,
        )
    r.op("tile")
    for shape, repetitions in [
        ((), [2]),
        ((3,), [2]),
        ((3,), [2, 2]),
        ((2, 3), [2]),
        ((2, 3), [2, 1]),
        ((2, 3), [1, 2]),
        ((2, 3), [2, 1, 3]),
        ((2, 1, 3), [1, 3, 2]),
        ((3,), [0]),
        ((0, 2), [2, 2]),
    ]:
        r.case(lambda x, repetitions: torch.tile(x, repetitions), [r.draw(*shape)], repetitions=repetitions)


def record_padding(r):
    def flat(widths):
        return [n for pair in reversed(widths) for n in pair]

    r.op("pad")
    for shape, widths in [
        ((3,), [[1, 2]]),
        ((3,), [[0, 0]]),
        ((2, 3), [[1, 0], [0, 2]]),
        ((2, 3), [[0, 0], [1, 1]]),
        ((2, 3, 2), [[1, 1], [0, 2], [2, 0]]),
        ((0, 2), [[1, 1], [0, 0]]),
    ]:
        for value in (0.0, 1.5):
            r.case(
                lambda x, widths, value: F.pad(x, flat(widths), value=value),
                [r.draw(*shape)],
                widths=widths,
                value=value,
            )
    modes = {"reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    for mode, name in modes.items():
        for shape, widths in [
            ((4,), [[1, 2]]),
            ((4,), [[3, 0]]),
            ((5,), [[2, 2]]),
        ]:  # PyTorch pads the last axis of (N, C, L) only
            r.case(
                lambda x, widths, mode: F.pad(x[None, None], flat(widths), modes[mode])[0, 0],
                [r.draw(*shape)],
                widths=widths,
                mode=mode,
            )
        for shape, widths in [((3, 4), [[1, 2], [2, 1]]), ((3, 4), [[0, 1], [3, 0]]), ((3, 4), [[2, 0], [0, 0]])]:
            r.case(
                lambda x, widths, mode: F.pad(x[None, None], flat(widths), modes[mode])[0, 0],
                [r.draw(*shape)],
                widths=widths,
                mode=mode,
            )


def record_diagonals(r):
    r.op("diag")
    for offset in (0, 1, -1, 2):
        r.case(lambda x, offset: torch.diag(x, offset), [r.draw(3)], offset=offset)
        r.case(lambda x, offset: torch.diag(x, offset), [r.draw(3, 4)], offset=offset)
        r.case(lambda x, offset: torch.diag(x, offset), [r.draw(4, 3)], offset=offset)
    for name, function in [("tril", torch.tril), ("triu", torch.triu)]:
        r.op(name)
        for shape in [(3, 3), (3, 4), (4, 2), (2, 3, 3), (0, 2)]:
            for offset in (0, 1, -1, 5):
                r.case(lambda x, offset: function(x, offset), [r.draw(*shape)], offset=offset)
    r.op("diagonal")
    for shape in [(3, 3), (3, 4), (4, 2), (2, 3, 3)]:
        for offset in (0, 1, -2):
            r.case(
                lambda x, offset, first, second: torch.diagonal(x, offset, first, second),
                [r.draw(*shape)],
                offset=offset,
                first=0,
                second=1,
            )
            r.case(
                lambda x, offset, first, second: torch.diagonal(x, offset, first, second),
                [r.draw(*shape)],
                offset=offset,
                first=-1,
                second=-2,
            )
    r.op("trace")
    for shape in [(1, 1), (3, 3), (3, 4), (4, 2), (0, 0)]:
        r.case(lambda x: torch.diagonal(x).sum(), [r.draw(*shape)])  # trace's own gradient is wrong for tall matrices
