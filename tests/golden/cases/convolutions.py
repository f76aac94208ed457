"""Convolution, its transpose, pooling and the windows of images."""

import torch
import torch.nn.functional as F

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSE = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def record(r):
    record_convolutions(r)
    record_transposed(r)
    record_pools(r)
    record_adaptive(r)
    record_windows(r)


def record_convolutions(r):
    def cases(axes, layouts):
        r.op(f"conv{axes}d")
        for x, weight, options in layouts:
            r.case(CONV[axes], [r.draw(*x), r.draw(*weight), r.draw(weight[0])], **options)
            r.case(CONV[axes], [r.draw(*x), r.draw(*weight)], **options)

    cases(
        1,
        [
            ((1, 1, 5), (1, 1, 3), {}),
            ((2, 3, 6), (2, 3, 3), {}),
            ((2, 2, 7), (3, 2, 3), dict(stride=2)),
            ((2, 2, 5), (3, 2, 3), dict(padding=1)),
            ((2, 2, 7), (3, 2, 3), dict(dilation=2)),
            ((2, 4, 6), (6, 2, 3), dict(groups=2)),
            ((1, 3, 5), (6, 1, 2), dict(groups=3)),
            ((2, 5), (3, 2, 2), {}),
            ((1, 2, 9), (2, 2, 3), dict(stride=3, padding=2, dilation=2)),
            ((2, 2, 5), (3, 2, 1), {}),
            ((2, 2, 6), (2, 2, 4), dict(padding="same")),
            ((0, 2, 5), (3, 2, 3), {}),
        ],
    )
    cases(
        2,
        [
            ((1, 1, 4, 4), (1, 1, 3, 3), {}),
            ((2, 2, 5, 4), (3, 2, 3, 2), {}),
            ((1, 2, 6, 6), (2, 2, 3, 3), dict(stride=2)),
            ((1, 2, 5, 6), (2, 2, 3, 3), dict(stride=[2, 1])),
            ((1, 2, 4, 4), (2, 2, 3, 3), dict(padding=1)),
            ((1, 2, 4, 4), (2, 2, 3, 5), dict(padding=[0, 2])),
            ((1, 2, 6, 6), (2, 2, 3, 3), dict(dilation=2)),
            ((1, 2, 6, 6), (2, 2, 3, 2), dict(dilation=[1, 3])),
            ((1, 4, 4, 4), (4, 2, 2, 2), dict(groups=2)),
            ((2, 3, 4, 4), (3, 1, 3, 3), dict(groups=3, padding=1)),
            ((1, 2, 4, 4), (4, 1, 3, 3), dict(groups=2)),
            ((2, 4, 4), (3, 2, 2, 2), {}),
            ((1, 4, 7, 7), (2, 2, 3, 3), dict(stride=2, padding=2, dilation=2, groups=2)),
            ((2, 3, 3, 3), (2, 3, 1, 1), {}),
            ((1, 2, 3, 3), (2, 2, 3, 3), {}),
            ((1, 1, 5, 5), (1, 1, 2, 2), dict(stride=3)),
            ((1, 2, 4, 5), (2, 2, 3, 2), dict(padding="same")),
            ((0, 2, 4, 4), (3, 2, 3, 3), {}),
        ],
    )
    cases(
        3,
        [
            ((1, 1, 3, 3, 3), (1, 1, 2, 2, 2), {}),
            ((1, 2, 3, 4, 3), (2, 2, 2, 3, 2), {}),
            ((1, 2, 4, 4, 4), (2, 2, 2, 2, 2), dict(stride=2)),
            ((1, 1, 3, 3, 2), (2, 1, 3, 3, 2), dict(padding=[1, 1, 0])),
            ((1, 2, 3, 3, 3), (2, 1, 2, 2, 2), dict(groups=2, dilation=[2, 1, 1])),
            ((2, 3, 3, 3), (1, 2, 2, 2, 2), {}),
        ],
    )


def record_transposed(r):
    def cases(axes, layouts):
        r.op(f"conv_transpose{axes}d")
        for x, weight, options in layouts:
            r.case(
                TRANSPOSE[axes], [r.draw(*x), r.draw(*weight), r.draw(weight[1] * options.get("groups", 1))], **options
            )
            r.case(TRANSPOSE[axes], [r.draw(*x), r.draw(*weight)], **options)

    cases(
        1,
        [
            ((1, 1, 3), (1, 1, 3), {}),
            ((2, 3, 4), (3, 2, 3), {}),
            ((2, 2, 4), (2, 3, 3), dict(stride=2)),
            ((2, 2, 4), (2, 3, 3), dict(padding=1)),
            ((2, 2, 4), (2, 3, 3), dict(stride=2, padding=1, output_padding=1)),
            ((2, 2, 4), (2, 3, 2), dict(dilation=3)),
            ((1, 4, 3), (4, 2, 2), dict(groups=2)),
            ((2, 4), (2, 3, 2), {}),
        ],
    )
    cases(
        2,
        [
            ((1, 1, 3, 3), (1, 1, 2, 2), {}),
            ((2, 2, 3, 2), (2, 3, 2, 3), {}),
            ((1, 2, 3, 3), (2, 2, 3, 3), dict(stride=2)),
            ((1, 2, 3, 3), (2, 2, 3, 3), dict(stride=[2, 1], padding=[1, 0])),
            ((1, 2, 3, 3), (2, 2, 3, 3), dict(stride=2, padding=1, output_padding=1)),
            ((1, 2, 3, 3), (2, 2, 2, 2), dict(dilation=2)),
            ((1, 4, 2, 3), (4, 1, 2, 2), dict(groups=2)),
            ((1, 2, 2, 2), (2, 2, 3, 3), dict(stride=3, padding=1, output_padding=[1, 2], dilation=[1, 2])),
            ((2, 3, 3), (2, 2, 2, 2), {}),
        ],
    )
    cases(
        3,
        [
            ((1, 1, 2, 2, 2), (1, 1, 2, 2, 2), {}),
            ((1, 2, 2, 2, 2), (2, 2, 2, 2, 2), dict(stride=2)),
            ((1, 2, 2, 2, 3), (2, 1, 3, 2, 2), dict(groups=2, padding=[1, 0, 1])),
        ],
    )


def record_pools(r):
    def max_pool(function):
        return lambda x, kernel, stride=None, **options: function(x, kernel, stride, **options)

    one = [
        dict(kernel=2),
        dict(kernel=3, stride=1),
        dict(kernel=3, stride=2),
        dict(kernel=3, padding=1),
        dict(kernel=2, stride=3, ceil_mode=True),
        dict(kernel=3, stride=2, padding=1, ceil_mode=True),
    ]
    two = one + [
        dict(kernel=[2, 3]),
        dict(kernel=[3, 2], stride=[1, 2]),
        dict(kernel=[2, 3], padding=[0, 1], stride=[2, 1]),
    ]
    dilated = [dict(kernel=2, dilation=2), dict(kernel=3, stride=2, padding=1, dilation=2)]
    counted = [
        dict(kernel=3, padding=1, count_include_pad=False),
        dict(kernel=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
    ]
    for name, function, shapes, settings in [
        ("max_pool1d", F.max_pool1d, [(1, 1, 6), (2, 3, 7), (2, 8)], one + dilated),
        ("avg_pool1d", F.avg_pool1d, [(1, 1, 6), (2, 3, 7), (2, 8)], one + counted),
        ("max_pool2d", F.max_pool2d, [(1, 1, 6, 6), (2, 2, 5, 7), (2, 7, 6)], two + dilated),
        ("avg_pool2d", F.avg_pool2d, [(1, 1, 6, 6), (2, 2, 5, 7), (2, 7, 6)], two + counted),
    ]:
        r.op(name)
        for options in settings:
            for shape in shapes:
                r.case(max_pool(function), [r.draw(*shape)], **options)
    for name, function, shapes in [
        ("max_pool1d_with_indices", F.max_pool1d_with_indices, [(2, 3, 7)]),
        ("max_pool2d_with_indices", F.max_pool2d_with_indices, [(2, 2, 5, 7)]),
    ]:
        r.op(name)
        for options in one + dilated:
            for shape in shapes:
                r.case(max_pool(function), [r.draw(*shape)], **options)


def record_adaptive(r):
    for name, function, shapes, sizes in [
        ("adaptive_avg_pool1d", F.adaptive_avg_pool1d, [(1, 2, 6), (2, 7)], [[1], [2], [3], [5], [9]]),
        ("adaptive_max_pool1d", F.adaptive_max_pool1d, [(1, 2, 6), (2, 7)], [[1], [2], [3], [5], [9]]),
        (
            "adaptive_avg_pool2d",
            F.adaptive_avg_pool2d,
            [(1, 2, 6, 5), (2, 4, 7)],
            [[1, 1], [2, 3], [3, 2], [5, 4], [8, 7]],
        ),
        (
            "adaptive_max_pool2d",
            F.adaptive_max_pool2d,
            [(1, 2, 6, 5), (2, 4, 7)],
            [[1, 1], [2, 3], [3, 2], [5, 4], [8, 7]],
        ),
    ]:
        r.op(name)
        for shape in shapes:
            for size in sizes:
                r.case(lambda x, size: function(x, size), [r.draw(*shape)], size=size)


def record_windows(r):
    windows = [
        dict(kernel=[2, 2]),
        dict(kernel=[2, 3], stride=[2, 1]),
        dict(kernel=[3, 3], padding=[1, 1]),
        dict(kernel=[2, 2], dilation=[2, 1]),
        dict(kernel=[2, 2], stride=[2, 2], padding=[1, 0], dilation=[1, 2]),
        dict(kernel=[1, 1]),
    ]

    def unfold(x, kernel, stride=1, padding=0, dilation=1):
        return F.unfold(x, kernel, dilation, padding, stride)

    def fold(x, size, kernel, stride=1, padding=0, dilation=1):
        return F.fold(x, size, kernel, dilation, padding, stride)

    for options in windows:
        for shape in [(1, 1, 4, 5), (2, 3, 4, 4)]:
            r.op("unfold")
            r.case(unfold, [r.draw(*shape)], **options)
            columns = unfold(torch.zeros(shape), **options).shape
            r.op("fold")
            r.case(fold, [r.draw(*columns)], size=list(shape[2:]), **options)
