"""Selecting and writing by integer arrays."""

import numpy as np
import torch
import torch.nn.functional as F

from cases.recorder import Fixed


def take(x, indices, axis):
    """NumPy's take: the indices' shape takes the axis' place."""
    axis %= x.dim()
    shape = x.shape[:axis] + indices.shape + x.shape[axis + 1 :]
    return x.index_select(axis, indices.reshape(-1) % max(x.shape[axis], 1)).reshape(shape)


def record(r):
    record_taken(r)
    record_scattered(r)
    record_masked(r)
    record_index(r)


def record_taken(r):
    r.op("take")
    for shape, axis in [((5,), 0), ((5,), -1), ((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -1)]:
        size = shape[axis]
        for indices in [(), (4,), (2, 3), (0,)]:
            r.case(take, [r.draw(*shape), r.integers(*indices, low=-size, high=size)], axis=axis)
    r.op("index_select")
    for shape, axis in [((5,), 0), ((3, 4), 0), ((3, 4), 1), ((2, 3, 4), 1), ((2, 3, 4), -1)]:
        for count in (1, 4, 0):
            r.case(
                lambda x, indices, axis: x.index_select(axis, indices),
                [r.draw(*shape), r.integers(count, low=0, high=shape[axis])],
                axis=axis,
            )
    for name in ("take_along_axis", "gather"):
        r.op(name)
        for shape, axis, count in [
            ((5,), 0, 3),
            ((5,), -1, 7),
            ((3, 4), 0, 2),
            ((3, 4), 1, 4),
            ((3, 4), 1, 6),
            ((2, 3, 4), 0, 3),
            ((2, 3, 4), 1, 1),
            ((2, 3, 4), -1, 2),
            ((3, 4), 1, 0),
        ]:
            indices = list(shape)
            indices[axis] = count
            r.case(
                lambda x, indices, axis: x.gather(axis, indices),
                [r.draw(*shape), r.integers(*indices, low=0, high=shape[axis])],
                axis=axis,
            )
    r.op("embedding")
    for shape in [(), (3,), (2, 4), (2, 1, 3), (0,)]:
        r.case(lambda weight, indices: F.embedding(indices, weight), [r.draw(5, 3), r.integers(*shape, low=0, high=5)])
    r.op("one_hot")
    for shape in [(), (3,), (2, 4), (2, 1, 3), (0,)]:
        for classes in (5, 7):
            r.case(lambda x, classes: F.one_hot(x, classes), [r.integers(*shape, low=0, high=5)], classes=classes)


def record_scattered(r):
    layouts = [
        ((5,), 0, 3),
        ((5,), -1, 5),
        ((3, 4), 0, 2),
        ((3, 4), 1, 4),
        ((2, 3, 4), 0, 2),
        ((2, 3, 4), 1, 1),
        ((2, 3, 4), -1, 3),
        ((3, 4), 1, 0),
    ]
    r.op("scatter")  # each place once: which of several values stays is nobody's promise
    for shape, axis, count in layouts:
        order = np.moveaxis(r.permutations(*np.moveaxis(np.zeros(shape), axis, -1).shape), -1, axis)
        indices = np.take(order, np.arange(count), axis)
        r.case(
            lambda x, indices, source, axis: x.scatter(axis, indices, source),
            [r.draw(*shape), indices, r.draw(*indices.shape)],
            axis=axis,
        )
    r.op("scatter_add")
    for shape, axis, count in layouts + [((3, 4), 0, 7), ((2, 3, 4), 1, 5)]:
        places = list(shape)
        places[axis] = count
        r.case(
            lambda x, indices, source, axis: x.scatter_add(axis, indices, source),
            [r.draw(*shape), r.integers(*places, low=0, high=shape[axis]), r.draw(*places)],
            axis=axis,
        )

    r.op("index_add")
    for shape, axis, count in [((5,), 0, 3), ((3, 4), 0, 6), ((3, 4), 1, 2), ((2, 3, 4), -1, 5), ((3, 4), 0, 0)]:
        source = list(shape)
        source[axis] = count
        r.case(
            lambda x, indices, source, axis: x.index_add(axis, indices, source),
            [r.draw(*shape), r.integers(count, low=0, high=shape[axis]), r.draw(*source)],
            axis=axis,
        )


def record_masked(r):
    r.op("masked_fill")
    for shape, mask in [
        ((), ()),
        ((5,), (5,)),
        ((3, 4), (3, 4)),
        ((3, 4), (4,)),
        ((3, 4), (3, 1)),
        ((2, 3, 4), (3, 1)),
        ((0,), (1,)),
    ]:
        for value in (0.0, -1.5):
            r.case(lambda x, mask, value: x.masked_fill(mask, value), [r.draw(*shape), r.booleans(*mask)], value=value)
    r.op("masked_select")
    for shape in [(5,), (3, 4), (2, 3, 4), (0,)]:
        r.case(torch.masked_select, [r.draw(*shape), r.booleans(*shape)])
    r.case(torch.masked_select, [r.draw(3), np.array([False, False, False])])
    for name, function in [("argwhere", torch.argwhere), ("nonzero", lambda x: torch.nonzero(x, as_tuple=True))]:
        r.op(name)
        for shape in [(5,), (3, 4), (2, 3, 4), (0, 2)]:
            r.case(function, [r.booleans(*shape)])
            r.case(function, [Fixed(r.integers(*shape, low=0, high=2) * 1.5)])


def record_index(r):
    """x[i, j, ...] with integer arrays that broadcast."""

    def index(x, *indices):
        return x[tuple(indices)]

    r.op("index")
    for shape, shapes in [
        ((5,), [(3,)]),
        ((5,), [(2, 2)]),
        ((5,), [()]),
        ((3, 4), [(5,)]),
        ((3, 4), [(5,), (5,)]),
        ((3, 4), [(2, 1), (3,)]),
        ((2, 3, 4), [(3,), (3,)]),
        ((2, 3, 4), [(3,), (2, 1), ()]),
        ((2, 3, 4), [(0,)]),
    ]:
        indices = [r.integers(*places, low=-shape[i], high=shape[i]) for i, places in enumerate(shapes)]
        r.case(index, [r.draw(*shape), *indices])

    def index_put(x, values, *indices, accumulate=False):
        return x.index_put(tuple(indices), values, accumulate=accumulate)

    r.op("index_put")
    for shape, counts in [((5,), 1), ((3, 4), 1), ((3, 4), 2), ((2, 3, 4), 2), ((2, 3, 4), 3)]:
        rest = shape[counts:]
        indices = [r.integers(6, low=-shape[i], high=shape[i]) for i in range(counts)]
        for values in [(6, *rest), rest]:
            r.case(index_put, [r.draw(*shape), r.draw(*values), *indices], accumulate=True)
        places = np.unravel_index(r.random.permutation(int(np.prod(shape[:counts])))[:2], shape[:counts])  # each once
        r.case(index_put, [r.draw(*shape), r.draw(2, *rest), *places])
        r.case(index_put, [r.draw(*shape), r.draw(), *places])
