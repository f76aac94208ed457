"""Losses of numbers, and those with margins."""

import numpy as np
import torch
from torch import nn

from cases.recorder import Fixed
from families.recorder import Formula

REDUCTIONS = ["none", "mean", "sum"]
SHAPES = [(5,), (3, 2), (2, 2, 3), ()]


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()


def target(r, *shape):
    """Never at a kink from what is drawn otherwise: its values lie between those."""
    return r.draw(*shape) + 2.0**-10


def record(r):
    record_errors(r)
    record_likelihoods(r)
    record_signs(r)
    record_classes(r)
    record_distances(r)


def record_errors(r):
    configurations = {
        "MSELoss": [{}],
        "L1Loss": [{}],
        "HuberLoss": [{}, {"delta": 0.5}, {"delta": 2.5}],
        "SmoothL1Loss": [{}, {"beta": 0.5}, {"beta": 2.5}, {"beta": 0.0}],
    }
    for name, several in configurations.items():
        r.op(name)
        for reduction in REDUCTIONS:
            for options in several:
                for shape in SHAPES:
                    r.layer([r.draw(*shape), target(r, *shape)], reduction=reduction, **options)

    def half_squared_error(reduction):
        """The books' formula: the mean is over the examples, along the first axis, rather than over all elements."""

        def loss(x, t):
            losses = 0.5 * (x - t) ** 2
            if reduction != "mean":
                return reduced(losses, reduction)
            return losses.sum() / (len(x) if x.dim() else 1)

        return Formula(loss)

    r.op("HalfSquaredError")
    for reduction in REDUCTIONS:
        for shape in SHAPES:
            r.layer([r.draw(*shape), target(r, *shape)], half_squared_error(reduction), reduction=reduction)


def record_likelihoods(r):
    r.op("PoissonNLLLoss")
    for reduction in REDUCTIONS:
        for shape in [(5,), (3, 2)]:
            counts = Fixed(r.integers(*shape, low=0, high=6).astype(float))
            for full in [False, True]:
                r.layer([r.draw(*shape), counts], full=full, reduction=reduction)
                rates = r.draw(*shape, low=0.25, high=4.0)
                r.layer([rates, counts], log_input=False, full=full, reduction=reduction)
                r.layer([rates, counts], log_input=False, full=full, eps=0.125, reduction=reduction)
    r.op("GaussianNLLLoss")
    for reduction in REDUCTIONS:
        for shape, variance in [((4,), (4,)), ((3, 2), (3, 2)), ((3, 2), (3, 1)), ((3, 2), (3,))]:
            inputs = [r.draw(*shape), r.draw(*shape), r.draw(*variance, low=0.25, high=2.0)]
            for options in [{}, {"full": True}, {"eps": 1.0}]:
                r.layer(inputs, reduction=reduction, **options)


def signs(r, *shape):
    return Fixed(2.0 * r.booleans(*shape) - 1.0)


def record_signs(r):
    for reduction in REDUCTIONS:
        for shape in [(6,), (3, 2)]:
            r.op("hinge_loss")
            for margin in [1.0, 0.5, 0.0]:
                loss = lambda x, t, margin=margin: reduced(torch.relu(margin - t * x), reduction)  # noqa: E731
                r.layer([r.draw(*shape), signs(r, *shape)], Formula(loss), margin=margin, reduction=reduction)
            r.op("HingeEmbeddingLoss")
            for options in [{}, {"margin": 0.5}, {"margin": 1.75}]:
                r.layer([r.draw(*shape), signs(r, *shape)], reduction=reduction, **options)
            r.op("SoftMarginLoss")
            r.layer([r.draw(*shape), signs(r, *shape)], reduction=reduction)
            r.op("MarginRankingLoss")
            for options in [{}, {"margin": 0.5}]:
                r.layer([r.draw(*shape), target(r, *shape), signs(r, *shape)], reduction=reduction, **options)


def record_classes(r):
    for reduction in REDUCTIONS:
        r.op("MultiMarginLoss")
        weight = r.draw(4, low=0.25, high=2.0)
        for options in [{}, {"p": 2}, {"margin": 0.5}, {"p": 2, "margin": 1.5, "weight": weight}]:
            r.layer([r.draw(5, 4), r.integers(5, low=0, high=4)], reduction=reduction, **options)
        r.layer([r.draw(4), r.integers(low=0, high=4)], reduction=reduction)
        r.op("MultiLabelSoftMarginLoss")
        for shape in [(5, 4), (2, 3, 4)]:
            classes = Fixed(r.booleans(*shape).astype(float))
            r.layer([r.draw(*shape), classes], reduction=reduction)
            r.layer([r.draw(*shape), classes], reduction=reduction, weight=r.draw(4, low=0.25, high=2.0))


def record_distances(r):
    for reduction in REDUCTIONS:
        r.op("CosineEmbeddingLoss")
        for options in [{}, {"margin": 0.25}, {"margin": -0.5}]:
            r.layer([r.draw(6, 3), r.draw(6, 3), signs(r, 6)], reduction=reduction, **options)
        r.layer([r.draw(3), r.draw(3), Fixed(np.array(-1.0))], reduction=reduction)
        r.op("TripletMarginLoss")
        swapped = {"swap": True, "p": 1.0, "eps": 1e-3}
        for options in [{}, {"margin": 0.25}, {"p": 1.0}, {"p": 3.0}, {"swap": True}, swapped]:
            r.layer([r.draw(5, 3), r.draw(5, 3), r.draw(5, 3)], reduction=reduction, **options)
        r.layer([r.draw(4), r.draw(4), r.draw(4)], reduction=reduction)
    r.op("pairwise_distance")
    for options in [{}, {"p": 1.0}, {"p": 3.0, "eps": 1e-3}]:
        r.layer([r.draw(4, 3), r.draw(4, 3)], nn.PairwiseDistance(**options), **options)
    r.op("cosine_similarity")
    for options in [{}, {"dim": 0}, {"dim": -1, "eps": 0.5}]:
        r.layer([r.draw(4, 3), r.draw(4, 3)], nn.CosineSimilarity(**options), **options)
