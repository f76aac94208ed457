"""Reductions, running results and order."""

import numpy as np
import torch

from cases.recorder import INF, NAN, Fixed

LAYOUTS = [
    ((), None),
    ((7,), None),
    ((7,), [0]),
    ((7,), [-1]),
    ((3, 4), None),
    ((3, 4), [0]),
    ((3, 4), [1]),
    ((3, 4), [0, 1]),
    ((2, 3, 4), None),
    ((2, 3, 4), [0]),
    ((2, 3, 4), [1]),
    ((2, 3, 4), [-1]),
    ((2, 3, 4), [0, 2]),
    ((2, 3, 4), [-2, -3]),
    ((2, 1, 3, 2), [0, 1, 3]),
    ((1,), [0]),
]
EMPTY = [((0,), None), ((0, 3), [0]), ((3, 0), [0]), ((3, 0), [1]), ((2, 0, 3), [1, 2])]


def dims(x, axes):
    return tuple(range(x.dim())) if axes is None else tuple(axis % x.dim() for axis in axes)


def one_by_one(function):
    """A reduction over several axes from PyTorch's over one."""

    def reduce(x, axes=None, keep_dims=False):
        if x.dim() == 0:
            return function(x, 0, False)
        for axis in sorted(dims(x, axes), reverse=True):
            x = function(x, axis, keep_dims)
        return x

    return reduce


def over(function):
    return lambda x, axes=None, keep_dims=False, **options: function(x, dim=dims(x, axes), keepdim=keep_dims, **options)


def deviation(function):
    return lambda x, axes=None, keep_dims=False, ddof=0: function(
        x, dim=dims(x, axes), correction=ddof, keepdim=keep_dims
    )


def norm(x, axes=None, keep_dims=False, order=2.0):
    return torch.linalg.vector_norm(x, order, dim=dims(x, axes) if x.dim() else None, keepdim=keep_dims)


REDUCTIONS = {
    "sum": over(torch.sum),
    "mean": over(torch.mean),
    "prod": one_by_one(torch.prod),
    "amax": over(torch.amax),
    "amin": over(torch.amin),
    "logsumexp": over(torch.logsumexp),
    "variance": deviation(torch.var),
    "stddev": deviation(torch.std),
    "norm": norm,
    "nansum": over(torch.nansum),
    "nanmean": over(torch.nanmean),
}
WITHOUT_GRADIENT = {
    "all": one_by_one(torch.all),
    "any": one_by_one(torch.any),
    "count_nonzero": lambda x, axes=None: torch.count_nonzero(x, dims(x, axes)),
}


def settings(axes, keep):
    options = {} if axes is None else {"axes": axes}
    return dict(options, keep_dims=True) if keep else options


def record(r):
    for name, function in REDUCTIONS.items():
        r.op(name)
        for shape, axes in LAYOUTS:
            for keep in (False, True):
                if name == "stddev" and np.prod(shape) <= 1:
                    continue  # the derivative of a root at 0
                r.case(function, [r.draw(*shape)], **settings(axes, keep))
        if name not in ("amax", "amin", "stddev"):
            for shape, axes in EMPTY:
                r.case(function, [r.draw(*shape)], **settings(axes, False))
    for name, function in WITHOUT_GRADIENT.items():
        r.op(name)
        for shape, axes in LAYOUTS + EMPTY:
            r.case(function, [Fixed(r.integers(*shape, low=0, high=2) * 1.5)], **settings(axes, False))
        r.case(function, [r.booleans(3, 4)], axes=[1])
        r.case(function, [r.integers(3, 4, low=-1, high=2)], axes=[0])
        r.case(function, [Fixed([NAN, 0.0, INF])])
    record_options(r)
    record_special(r)
    record_places(r)
    record_running(r)
    record_order(r)


def record_options(r):
    for name, function in [("variance", torch.var), ("stddev", torch.std)]:
        r.op(name)
        for ddof in (1, 2):
            for shape, axes in [((7,), None), ((3, 4), [0]), ((3, 4), [1]), ((2, 3, 4), [0, 2]), ((2, 3, 4), None)]:
                if np.prod([shape[axis] for axis in axes or range(len(shape))]) > ddof:
                    r.case(deviation(function), [r.draw(*shape)], ddof=ddof, **settings(axes, False))
        r.case(deviation(function), [1e6 + r.draw(9)])
    r.op("norm")
    for order in (1.0, 3.0, 0.5, INF, -INF, -1.0):
        for shape, axes in [((7,), None), ((3, 4), [0]), ((2, 3, 4), [0, 2]), ((3, 4), None)]:
            r.case(
                lambda x, axes=None, order=None: norm(x, axes, False, float(order)),
                [r.draw(*shape)],
                order=str(order),
                **settings(axes, False)
            )


def record_special(r):
    for name in ("nansum", "nanmean"):
        r.op(name)
        for axes in (None, [0], [1]):
            r.case(REDUCTIONS[name], [np.array([[1.0, NAN, 2.0], [3.0, 4.0, NAN]])], **settings(axes, False))
    for name in ("sum", "mean", "amax", "amin", "logsumexp"):
        r.op(name)
        function = REDUCTIONS[name]
        r.case(function, [np.array([[1.0, NAN, 2.0], [3.0, 4.0, INF]])], axes=[1])
    r.op("prod")
    r.case(REDUCTIONS["prod"], [np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 5.0], [1.0, 2.0, 3.0]])], axes=[1])
    r.case(REDUCTIONS["prod"], [np.array([2.0, 0.0, 3.0])])
    for name in ("amax", "amin"):  # ties
        r.op(name)
        for axes in (None, [0], [1], [0, 1]):
            r.case(REDUCTIONS[name], [np.array([[1.0, 3.0, 3.0], [-1.0, -1.0, 3.0]])], **settings(axes, False))
        r.case(REDUCTIONS[name], [r.integers(3, 4)], axes=[1])
    r.op("logsumexp")
    r.case(REDUCTIONS["logsumexp"], [np.array([[1000.0, 1001.0, -INF], [-1000.0, -1001.0, -999.0]])], axes=[1])
    r.case(REDUCTIONS["logsumexp"], [np.array([[1000.0, 1001.0], [-1000.0, -INF]])])
    for name in ("sum", "prod"):
        r.op(name)
        r.case(REDUCTIONS[name], [r.integers(3, 4, low=-3, high=4)], axes=[1])
        r.case(REDUCTIONS[name], [r.booleans(3, 4)], axes=[0])
    r.op("sum_to_shape")
    for shape, to in [
        ((3, 4), [4]),
        ((3, 4), [3, 1]),
        ((3, 4), []),
        ((2, 3, 4), [3, 1]),
        ((2, 3, 4), [1, 3, 1]),
        ((3,), [3]),
        ((0, 3), [3]),
    ]:
        r.case(lambda x, shape: x.sum_to_size(shape), [r.draw(*shape)], shape=to)


def record_places(r):
    for name, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
        r.op(name)

        def call(x, axis=None, keep_dims=False):
            return function(x) if axis is None else function(x, axis, keep_dims)

        for shape, axes in [((), []), ((7,), [0, -1]), ((3, 4), [0, 1, -2]), ((2, 3, 4), [0, 1, 2])]:
            r.case(call, [Fixed(r.draw(*shape))])
            for axis in axes:
                r.case(call, [Fixed(r.draw(*shape))], axis=axis)
                r.case(call, [Fixed(r.draw(*shape))], axis=axis, keep_dims=True)
        r.case(call, [np.array([[1, 3, 3], [-1, -1, 0]])], axis=1)
        r.case(call, [Fixed([1.0, NAN, 3.0, NAN])])
        r.case(call, [r.draw(0, 3)], axis=1)


def along(function):
    return lambda x, axis: function(x, axis)


def record_running(r):
    for name, function in [("cumsum", torch.cumsum), ("cumprod", torch.cumprod), ("logcumsumexp", torch.logcumsumexp)]:
        r.op(name)
        for shape, axes in [
            ((1,), [0]),
            ((7,), [0, -1]),
            ((3, 4), [0, 1, -2]),
            ((2, 3, 4), [0, 1, 2]),
            ((0, 3), [0, 1]),
            ((2, 0), [1]),
        ]:
            for axis in axes:
                r.case(along(function), [r.draw(*shape)], axis=axis)
    for name, function in [("cumsum", torch.cumsum), ("cumprod", torch.cumprod)]:
        r.op(name)
        r.case(along(function), [r.integers(3, 4, low=-3, high=4)], axis=1)
        r.case(along(function), [r.booleans(3, 4)], axis=0)
    r.op("cumprod")
    r.case(along(torch.cumprod), [np.array([[2.0, 0.0, 3.0, 4.0], [0.0, 0.0, 5.0, 2.0], [1.0, 2.0, 3.0, 0.0]])], axis=1)
    r.op("logcumsumexp")
    r.case(along(torch.logcumsumexp), [np.array([[1000.0, 1001.0, 900.0], [-1000.0, -1001.0, -999.0]])], axis=1)


def record_order(r):
    shapes = [((1,), [0]), ((7,), [0, -1]), ((3, 4), [0, 1]), ((2, 3, 4), [0, 1, -1]), ((0,), [0]), ((0, 3), [1])]

    def sort(x, axis, descending=False):
        return torch.sort(x, axis, descending=descending)[0]

    def argsort(x, axis, descending=False):
        return torch.argsort(x, axis, descending=descending)

    for name, function in [("sort", sort), ("argsort", argsort)]:
        r.op(name)
        for shape, axes in shapes:
            for axis in axes:
                for options in ({}, {"descending": True}):
                    x = r.draw(*shape)
                    r.case(function, [x if name == "sort" else Fixed(x)], axis=axis, **options)
        r.case(function, [r.permutations(3, 5)], axis=1)
        r.case(function, [np.array([3.0, NAN, -INF, INF, 1.0])], axis=0)

    def topk(x, k, axis, largest=True):
        return torch.topk(x, k, axis, largest, True)

    r.op("topk")
    for shape, axes in [((7,), [0, -1]), ((3, 4), [0, 1]), ((2, 3, 4), [0, 1, -1])]:
        for axis in axes:
            for k in sorted({1, 2, shape[axis]}):
                for options in ({}, {"largest": False}):
                    r.case(topk, [r.draw(*shape)], k=k, axis=axis, **options)
    r.case(topk, [r.draw(3, 4)], k=0, axis=1)

    r.op("unique")
    for x in ([3.0, 1.0, 3.0, 2.0, 1.0], [[2.0, 2.0], [-1.0, 2.0]], []):
        r.case(torch.unique, [Fixed(x)])
    r.case(torch.unique, [r.integers(3, 4)])

    def quantile(x, q, axis=None, keep_dims=False):
        return torch.quantile(x, q) if axis is None else torch.quantile(x, q, axis, keep_dims)

    r.op("quantile")
    for q in (0.0, 0.25, 0.3, 0.5, 1.0):
        for shape in [(1,), (6,), (3, 4)]:
            r.case(quantile, [r.draw(*shape)], q=q)
        for shape, axis in [((7,), 0), ((3, 4), 0), ((2, 3, 4), -1)]:
            r.case(quantile, [r.draw(*shape)], q=q, axis=axis)
        r.case(quantile, [r.draw(3, 4)], q=q, axis=1, keep_dims=True)

    r.op("median")  # odd counts: of an even one PyTorch takes the lower element, NumPy the mean of two

    def median(x, axis=None, keep_dims=False):
        return x.median() if axis is None else x.median(axis, keep_dims)[0]

    for shape in [(), (1,), (7,), (3, 5), (3, 1, 3)]:
        r.case(median, [r.draw(*shape)])
    for shape, axis in [((7,), 0), ((3, 4), 0), ((2, 5), 1), ((2, 3, 4), -2), ((5, 2), -2)]:
        for keep in (False, True):
            r.case(median, [r.draw(*shape)], axis=axis, **({"keep_dims": True} if keep else {}))
