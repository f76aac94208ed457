"""Losses of classes and probabilities."""

import numpy as np
import torch

from cases.recorder import Fixed

REDUCTIONS = ["none", "mean", "sum"]


def record(r):
    record_cross_entropy(r)
    record_likelihoods(r)
    record_binary(r)
    record_divergence(r)
    record_ctc(r)


def labels(r, shape, classes, ignored=None):
    """Class numbers; where `ignored` is given, some are that instead, but not the first."""
    result = r.integers(*shape, low=0, high=classes)
    if ignored is not None:
        some = r.booleans(*shape)
        some.flat[0] = False
        some.flat[-1] = True
        result = np.where(some, ignored, result)
    return result


def probabilities(r, *shape, axis=1):
    values = r.draw(*shape, low=0.0, high=2.0)
    return values / values.sum(axis, keepdims=True)


def weights(r, classes):
    return r.draw(classes, low=0.25, high=2.0)


def record_cross_entropy(r):
    r.op("CrossEntropyLoss")
    shapes = [(5, 3), (2, 4, 3), (2, 3, 2, 2)]
    for reduction in REDUCTIONS:
        for shape in shapes:
            classes, rest = shape[1], (shape[0], *shape[2:])
            scores = r.draw(*shape)
            for options in [
                {},
                {"weight": weights(r, classes)},
                {"label_smoothing": 0.2},
                {"weight": weights(r, classes), "label_smoothing": 0.3},
            ]:
                r.layer([scores, labels(r, rest, classes)], reduction=reduction, **options)
                r.layer([scores, labels(r, rest, classes, -100)], reduction=reduction, **options)
                r.layer([scores, labels(r, rest, classes, 1)], reduction=reduction, ignore_index=1, **options)
                r.layer([scores, probabilities(r, *shape)], reduction=reduction, **options)
            hot = np.moveaxis(np.eye(classes)[labels(r, rest, classes)], -1, 1)
            r.layer([scores, hot], reduction=reduction)
        r.layer([r.draw(4), labels(r, (), 4)], reduction=reduction)
        r.layer([r.draw(4), labels(r, (), 4)], reduction=reduction, weight=weights(r, 4), label_smoothing=0.1)
        r.layer([r.draw(4), probabilities(r, 4, axis=0)], reduction=reduction, weight=weights(r, 4))
        r.layer([r.draw(3, 4, low=-300.0, high=300.0), labels(r, (3,), 4)], reduction=reduction)


def record_likelihoods(r):
    r.op("NLLLoss")
    for reduction in REDUCTIONS:
        for shape in [(5, 3), (2, 4, 3), (2, 3, 2, 2)]:
            classes, rest = shape[1], (shape[0], *shape[2:])
            for options in [{}, {"weight": weights(r, classes)}]:
                r.layer([r.draw(*shape), labels(r, rest, classes)], reduction=reduction, **options)
                r.layer([r.draw(*shape), labels(r, rest, classes, -100)], reduction=reduction, **options)
                r.layer([r.draw(*shape), labels(r, rest, classes, 0)], reduction=reduction, ignore_index=0, **options)
        r.layer([r.draw(4), labels(r, (), 4)], reduction=reduction)


def record_binary(r):
    shapes = [(5,), (3, 2), (2, 2, 3), ()]
    for name, low, high in [("BCELoss", 0.0, 1.0), ("BCEWithLogitsLoss", -6.0, 6.0)]:
        r.op(name)
        for reduction in REDUCTIONS:
            for shape in shapes:
                hard = r.booleans(*shape).astype(float) if shape else np.array(1.0)
                r.layer([r.draw(*shape, low=low, high=high), Fixed(hard)], reduction=reduction)
                r.layer([r.draw(*shape, low=low, high=high), r.draw(*shape, low=0.0, high=1.0)], reduction=reduction)
            for weight in [(2,), (3, 2), (3, 1)]:
                inputs = [r.draw(3, 2, low=low, high=high), r.draw(3, 2, low=0.0, high=1.0)]
                options = {"reduction": reduction, "weight": r.draw(*weight, low=0.25, high=3.0)}
                r.layer(inputs, **options)
                if name == "BCEWithLogitsLoss":
                    r.layer(inputs, pos_weight=r.draw(2, low=0.25, high=3.0), **options)
                    r.layer(inputs, pos_weight=r.draw(2, low=0.25, high=3.0), reduction=reduction)
        if name == "BCELoss":  # where logarithms are cut off; the gradient is 1e12 there, of single precision
            r.layer([np.array([0.0, 1.0]), Fixed(np.array([0.0, 1.0]))], reduction="none")
            r.layer([Fixed(np.array([0.0, 1.0])), Fixed(np.array([1.0, 0.0]))], reduction="none")
        else:
            extreme = np.array([-800.0, 800.0, -800.0, 800.0, 0.0])
            r.layer([extreme, Fixed(np.array([0.0, 1.0, 1.0, 0.0, 0.5]))], reduction="none")
            r.layer([r.draw(2, 3, 2), r.draw(2, 3, 2, low=0.0, high=1.0)], pos_weight=r.draw(3, 2, low=0.5, high=2.0))


def record_divergence(r):
    r.op("KLDivLoss")
    for reduction in [*REDUCTIONS, "batchmean"]:
        for shape in [(4, 3), (2, 3, 2), (5,)]:
            logarithms = np.log(probabilities(r, *shape, axis=-1))
            r.layer([logarithms, probabilities(r, *shape, axis=-1)], reduction=reduction)
            r.layer([logarithms, np.log(probabilities(r, *shape, axis=-1))], reduction=reduction, log_target=True)
        zeros = Fixed(np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]))
        r.layer([r.draw(2, 3, low=-3.0, high=0.0), zeros], reduction=reduction)


def record_ctc(r):
    """From scores: PyTorch's gradient is only right behind log_softmax."""

    def call(module, scores, *others):
        return module(torch.log_softmax(scores, -1), *others)

    def spelled(lengths, classes, blank):
        """Labels with repetitions, none of them the blank."""
        letters = [letter for letter in range(classes) if letter != blank]
        return [np.array(letters)[r.integers(length, low=0, high=len(letters))] for length in lengths]

    r.op("CTCLoss")
    for reduction in REDUCTIONS:
        for blank in [0, 3]:
            frames, lengths = np.array([9, 7, 8]), np.array([3, 2, 0])
            rows = spelled(lengths, 4, blank)
            padded = np.zeros((3, 4), np.int64)
            for row, letters in zip(padded, rows):
                row[: len(letters)] = letters
            for targets in [padded, np.concatenate(rows)]:
                r.layer([r.draw(9, 3, 4), targets, frames, lengths], call=call, blank=blank, reduction=reduction)
        r.layer([r.draw(6, 3), spelled([2], 3, 0)[0], np.array(6), np.array(2)], call=call, reduction=reduction)
        # Three frames do not suffice for two equal labels and a third, nor one for two.
        targets = np.array([[1, 1, 2], [1, 2, 0], [2, 1, 0]])
        inputs = [r.draw(4, 3, 3), targets, np.array([3, 4, 1]), np.array([3, 2, 2])]
        r.layer(inputs, call=call, zero_infinity=True, reduction=reduction)
        inputs = [r.draw(20, 1, 6), np.array([[1, 1, 2, 5, 5, 5]]), np.array([20]), np.array([6])]
        r.layer(inputs, call=call, reduction=reduction)
