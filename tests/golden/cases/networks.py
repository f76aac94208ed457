"""Normalisation, softmax, losses, interpolation, attention."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from cases.recorder import INF, Fixed


def record(r):
    record_norms(r)
    record_softmax(r)
    record_losses(r)
    record_interpolation(r)
    record_attention(r)


def record_norms(r):
    shapes = [(4, 3), (2, 3, 4), (2, 3, 2, 3), (2, 1, 2, 2, 2)]
    for training in (True, False):
        r.op("batch_norm_training" if training else "batch_norm_inference")

        def batch_norm(*x, eps=1e-5, momentum=0.1):  # x, running mean, running variance, weight, bias
            running = [t.clone() for t in x[1:3]]
            result = F.batch_norm(x[0], *running, *x[3:], training=training, momentum=momentum, eps=eps)
            return [result, *running] if training else result

        for shape in shapes:
            for affine in (True, False):
                for options in ({}, {"eps": 0.1, "momentum": 0.3}):
                    channels = shape[1]
                    running = [Fixed(r.draw(channels)), Fixed(r.draw(channels, low=0.5, high=2.0))]
                    parameters = [r.draw(channels), r.draw(channels)] if affine else []
                    r.case(batch_norm, [r.draw(*shape), *running, *parameters], **options)

    r.op("layer_norm")
    for shape, count in [
        ((5,), 1),
        ((3, 4), 1),
        ((3, 4), 2),
        ((2, 3, 4), 1),
        ((2, 3, 4), 2),
        ((2, 3, 4), 3),
        ((0, 3), 1),
    ]:
        normalized = list(shape[len(shape) - count :])
        for options in ({}, {"eps": 0.1}):
            r.case(
                lambda x, *parameters, shape, eps=1e-5: F.layer_norm(x, shape, *parameters, eps=eps),
                [r.draw(*shape), r.draw(*normalized), r.draw(*normalized)],
                shape=normalized,
                **options
            )
            r.case(
                lambda x, shape, eps=1e-5: F.layer_norm(x, shape, eps=eps),
                [r.draw(*shape)],
                shape=normalized,
                **options
            )

    def rms_norm(x, *weight, shape, eps=1e-5):
        axes = tuple(range(x.dim() - len(shape), x.dim()))
        y = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)
        return y * weight[0] if weight else y

    r.op("rms_norm")
    for shape, count in [((5,), 1), ((3, 4), 1), ((3, 4), 2), ((2, 3, 4), 1), ((2, 3, 4), 2)]:
        normalized = list(shape[len(shape) - count :])
        for options in ({"eps": 1e-5}, {"eps": 0.1}):
            r.case(rms_norm, [r.draw(*shape), r.draw(*normalized)], shape=normalized, **options)
            r.case(rms_norm, [r.draw(*shape)], shape=normalized, **options)

    r.op("group_norm")
    for shape, groups in [((2, 4), 2), ((2, 4, 3), 2), ((2, 4, 3), 1), ((2, 4, 3), 4), ((1, 6, 2, 2), 3)]:
        for options in ({}, {"eps": 0.1}):
            r.case(
                lambda x, *parameters, groups, eps=1e-5: F.group_norm(x, groups, *parameters, eps=eps),
                [r.draw(*shape), r.draw(shape[1]), r.draw(shape[1])],
                groups=groups,
                **options
            )
            r.case(
                lambda x, groups, eps=1e-5: F.group_norm(x, groups, eps=eps), [r.draw(*shape)], groups=groups, **options
            )

    r.op("normalize")
    for shape, axis in [((5,), 0), ((3, 4), 1), ((3, 4), 0), ((2, 3, 4), -1)]:
        for p in (2.0, 1.0, 3.0):
            r.case(lambda x, p, axis: F.normalize(x, p, axis), [r.draw(*shape)], p=p, axis=axis)
    r.op("local_response_norm")
    for shape in [(2, 5, 3), (1, 4, 2, 2)]:
        for options in (dict(size=1), dict(size=3), dict(size=2, alpha=0.5, beta=0.5, k=2.0), dict(size=7, alpha=1.0)):
            r.case(F.local_response_norm, [r.draw(*shape)], **options)

    r.op("instance_norm")
    for shape in [(2, 3, 4), (2, 3, 2, 3), (1, 2, 2, 2, 2)]:
        for options in ({}, {"eps": 0.1}):
            r.case(
                lambda x, *parameters, eps=1e-5: F.instance_norm(x, None, None, *parameters, eps=eps),
                [r.draw(*shape), r.draw(shape[1]), r.draw(shape[1])],
                **options
            )
            r.case(lambda x, eps=1e-5: F.instance_norm(x, eps=eps), [r.draw(*shape)], **options)


def record_softmax(r):
    for name, function in [("softmax", torch.softmax), ("softmin", F.softmin), ("log_softmax", torch.log_softmax)]:
        r.op(name)
        for shape, axes in [
            ((5,), [0, -1]),
            ((3, 4), [0, 1]),
            ((2, 3, 4), [0, 1, -1]),
            ((0, 3), [1]),
            ((3, 0), [0]),
            ((4, 1), [1]),
        ]:
            for axis in axes:
                r.case(lambda x, axis: function(x, axis), [r.draw(*shape)], axis=axis)
        r.case(
            lambda x, axis: function(x, axis),
            [np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -999.0], [800.0, -800.0, 0.0]])],
            axis=1,
        )
        r.case(lambda x, axis: function(x, axis), [r.draw(2, 4, low=-300, high=300)], axis=-1)
    r.op("softmax")
    r.case(lambda x, axis: torch.softmax(x, axis), [np.array([[0.5, -INF, 1.0], [-INF, 3.0, -INF]])], axis=1)


def record_losses(r):
    r.op("cross_entropy")
    for shape in [(4, 3), (1, 5), (2, 3, 4), (2, 3, 2, 2)]:
        for reduction in ("mean", "sum", "none"):
            targets = r.integers(shape[0], *shape[2:], low=0, high=shape[1])
            r.case(
                lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction),
                [r.draw(*shape), targets],
                reduction=reduction,
            )
    r.case(
        lambda x, t, reduction: F.cross_entropy(x, t, reduction=reduction),
        [r.draw(3, 4, low=-800, high=800), r.integers(3, low=0, high=4)],
        reduction="mean",
    )
    r.op("mse_loss")
    for shape in [(), (5,), (3, 4), (2, 3, 2)]:
        for reduction in ("mean", "sum", "none"):
            r.case(
                lambda x, t, reduction: F.mse_loss(x, t, reduction=reduction),
                [r.draw(*shape), r.draw(*shape)],
                reduction=reduction,
            )


def record_interpolation(r):
    r.op("interpolate")

    def resize(x, size, mode, **options):
        return F.interpolate(x, size=size, mode=mode, **options)

    for shape, sizes in [
        ((2, 2, 5), [[3], [7], [10], [5], [1]]),
        ((1, 2, 4, 3), [[2, 6], [7, 5], [8, 6], [4, 3], [1, 1]]),
    ]:
        linear = {1: "linear", 2: "bilinear"}[len(shape) - 2]
        for size in sizes:
            r.case(resize, [r.draw(*shape)], size=size, mode="nearest")
            r.case(resize, [r.draw(*shape)], size=size, mode=linear, align_corners=False)
            r.case(resize, [r.draw(*shape)], size=size, mode=linear, align_corners=True)


def record_attention(r):
    def attention(q, k, v, *mask, causal=False, scale=None):
        scores = q @ k.transpose(-1, -2) * (1.0 / math.sqrt(q.shape[-1]) if scale is None else scale)
        if causal:
            scores = scores.masked_fill(~torch.ones(scores.shape[-2:], dtype=torch.bool).tril(), -INF)
        for m in mask:
            scores = scores.masked_fill(~m, -INF) if m.dtype == torch.bool else scores + m
        return torch.softmax(scores, -1) @ v

    r.op("scaled_dot_product_attention")
    for shape, length in [
        ((3, 4), 3),
        ((2, 3, 4), 3),
        ((2, 3, 2), 5),
        ((1, 2, 3, 2), 3),
        ((2, 2, 4, 3), 2),
        ((1, 1, 1, 4), 6),
    ]:
        keys = (*shape[:-2], length, shape[-1])
        values = (*keys[:-1], 3)
        for options in ({}, {"causal": True}, {"scale": 0.5}):
            r.case(attention, [r.draw(*shape), r.draw(*keys), r.draw(*values)], **options)
        visible = r.booleans(shape[-2], length)
        visible[:, 0] = True
        r.case(attention, [r.draw(*shape), r.draw(*keys), r.draw(*values), visible])
        r.case(attention, [r.draw(*shape), r.draw(*keys), r.draw(*values), r.draw(shape[-2], length)])
