"""Normalisations."""

import torch
from torch import nn


def record(r):
    record_channel_norms(r)
    record_layer_norms(r)
    r.op("GroupNorm")
    for shape, groups, channels in [((2, 4, 3), 2, 4), ((3, 6), 3, 6), ((2, 4, 2, 3), 1, 4), ((2, 4, 2, 2), 4, 4)]:
        r.layer([r.draw(*shape)], num_groups=groups, num_channels=channels)
    r.layer([r.draw(2, 4, 3)], num_groups=2, num_channels=4, affine=False)
    r.layer([r.draw(2, 4, 3)], num_groups=2, num_channels=4, eps=0.25)
    r.op("LocalResponseNorm")
    for size in [1, 2, 3, 5]:
        r.layer([r.draw(2, 4, 3)], size=size)
    r.layer([r.draw(1, 5, 2, 2)], size=3, alpha=0.5, beta=0.5, k=2.0)


def record_channel_norms(r):
    shapes = {1: [(4, 3), (2, 3, 4)], 2: [(3, 3, 2, 3), (1, 3, 2, 2)], 3: [(2, 3, 2, 2, 2)]}
    for axes, batches in shapes.items():
        r.op(f"BatchNorm{axes}d")
        for shape in batches:
            for options in [
                {},
                {"momentum": 0.7},
                {"momentum": None},
                {"affine": False},
                {"track_running_stats": False},
                {"eps": 0.25},
                {"affine": False, "track_running_stats": False},
            ]:
                r.layer([r.draw(*shape)], num_features=3, **options)
        r.op(f"InstanceNorm{axes}d")
        batch = [shape for shape in batches if len(shape) > 2][0]
        for shape in [batch, batch[1:]]:
            for options in [
                {},
                {"affine": True},
                {"track_running_stats": True},
                {"affine": True, "track_running_stats": True, "momentum": 0.6},
                {"eps": 0.25},
            ]:
                r.layer([r.draw(*shape)], num_features=3, **options)


class RMSNorm(nn.Module):
    """x / sqrt(mean(x^2) + eps) * weight, with torch.nn.RMSNorm's names and defaults, which came after 1.13."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.axes = tuple(range(-len(normalized_shape), 0))
        self.eps = torch.finfo(torch.float64).eps if eps is None else eps
        self.weight = nn.Parameter(torch.empty(normalized_shape)) if elementwise_affine else None

    def forward(self, x):
        y = x * torch.rsqrt((x * x).mean(self.axes, keepdim=True) + self.eps)
        return y if self.weight is None else y * self.weight


def record_layer_norms(r):
    shapes = [((4, 3), [3]), ((2, 5, 3), [3]), ((2, 2, 3), [2, 3]), ((5,), [5]), ((2, 3, 2, 2), [3, 2, 2])]
    r.op("LayerNorm")
    for shape, last in shapes:
        r.layer([r.draw(*shape)], normalized_shape=last)
    r.layer([r.draw(4, 3)], normalized_shape=[3], elementwise_affine=False)
    r.layer([r.draw(4, 3)], normalized_shape=[3], eps=0.25)
    without_bias = nn.LayerNorm([3])
    without_bias.register_parameter("bias", None)  # the option came after 1.13
    r.layer([r.draw(4, 3)], without_bias, normalized_shape=[3], bias=False)
    r.op("RMSNorm")
    for shape, last in shapes:
        r.layer([r.draw(*shape)], RMSNorm(last), normalized_shape=last)
    r.layer([r.draw(4, 3)], RMSNorm([3], elementwise_affine=False), normalized_shape=[3], elementwise_affine=False)
    r.layer([r.draw(4, 3)], RMSNorm([3], eps=0.25), normalized_shape=[3], eps=0.25)
