"""Linear layers, tables of vectors, dropout where it lets all pass, other shapes, positions, containers."""

import math

import torch
from torch import nn

from families.recorder import Formula


def record(r):
    record_linear(r)
    record_embedding(r)
    record_dropout(r)
    record_shapes(r)
    record_positions(r)
    record_containers(r)


def record_linear(r):
    r.op("Linear")
    for shape in [(4, 3), (3,), (2, 5, 3), (1, 3), (0, 3)]:
        r.layer([r.draw(*shape)], in_features=3, out_features=4)
    r.layer([r.draw(4, 3)], in_features=3, out_features=4, bias=False)
    r.layer([r.draw(2, 2, 1)], in_features=1, out_features=1)
    r.layer([r.draw(3, 40)], in_features=40, out_features=9)
    r.op("Bilinear")
    for lead in [(4,), (), (2, 3)]:
        r.layer([r.draw(*lead, 3), r.draw(*lead, 2)], in1_features=3, in2_features=2, out_features=4)
    r.layer([r.draw(5, 2), r.draw(5, 4)], in1_features=2, in2_features=4, out_features=1, bias=False)


class TiedWords(nn.Module):
    """Scores of words from the table of their own vectors."""

    def __init__(self, words, width):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.scores = nn.Linear(width, words)
        self.scores.weight = self.words.weight

    def forward(self, x):
        return self.scores(torch.tanh(self.words(x)))


def record_embedding(r):
    r.op("Embedding")
    for shape in [(4,), (2, 3), (), (2, 2, 3)]:
        r.layer([r.integers(*shape, low=0, high=7)], num_embeddings=7, embedding_dim=3)
    for padding in [0, 3, -1]:
        r.layer([r.integers(3, 5, low=0, high=6)], num_embeddings=6, embedding_dim=2, padding_idx=padding)
    r.layer([r.integers(2, 6, low=0, high=5)], TiedWords(5, 3), num_embeddings=5, embedding_dim=3, tied=True)


def record_dropout(r):
    """In training mode these are random; probability 0 is not."""
    for name in ["Dropout", "Dropout2d", "AlphaDropout"]:
        r.op(name)
        for p in [0.5, 0.1, 1.0]:
            r.layer([r.draw(2, 3, 2, 2)], p=p, modes=[False])
        r.layer([r.draw(2, 3, 2, 2)], p=0.0)
    r.op("GaussianNoise")
    r.layer([r.draw(3, 2)], Formula(lambda x: x * 1.0), deviation=0.5, modes=[False])
    r.layer([r.draw(3, 2)], Formula(lambda x: x * 1.0), deviation=0.0)


def record_shapes(r):
    r.op("Flatten")
    r.layer([r.draw(2, 3, 2, 2)])
    r.layer([r.draw(2, 3)])
    r.layer([r.draw(2, 3, 2, 2)], start_dim=0)
    r.layer([r.draw(2, 3, 2, 2)], start_dim=1, end_dim=2)
    r.layer([r.draw(2, 3, 2, 2)], start_dim=-2, end_dim=-1)
    r.op("Unflatten")
    r.layer([r.draw(2, 12)], dim=1, unflattened_size=[3, 2, 2])
    r.layer([r.draw(2, 12)], dim=-1, unflattened_size=[4, -1])
    r.layer([r.draw(6, 2, 3)], dim=0, unflattened_size=[2, 3])
    r.op("PixelShuffle")
    r.layer([r.draw(2, 8, 3, 2)], upscale_factor=2)
    r.layer([r.draw(9, 2, 2)], upscale_factor=3)
    r.layer([r.draw(1, 2, 3, 2)], upscale_factor=1)
    r.op("Upsample")
    r.layer([r.draw(2, 2, 4)], scale_factor=2)
    r.layer([r.draw(1, 2, 3, 4)], scale_factor=[2.0, 1.5])
    r.layer([r.draw(1, 2, 3, 4)], size=[5, 7])
    r.layer([r.draw(1, 2, 5)], size=[8], mode="linear")
    r.layer([r.draw(1, 2, 5)], scale_factor=1.7, mode="linear", align_corners=True)
    for corners in [False, True]:
        r.layer([r.draw(1, 2, 3, 4)], scale_factor=2.0, mode="bilinear", align_corners=corners)
        r.layer([r.draw(2, 1, 5, 4)], size=[3, 7], mode="bilinear", align_corners=corners)


class Positions(nn.Module):
    """Sine waves of the formula of Vaswani et al. 2017, or a learned table, added to a sequence."""

    def __init__(self, d_model, max_len, learned=False, batch_first=False):
        super().__init__()
        self.batch_first = batch_first
        if learned:
            self.weight = nn.Parameter(torch.empty(max_len, d_model))
        else:
            place = torch.arange(max_len)[:, None].double()
            angle = place * torch.exp(torch.arange(0, d_model, 2).double() * (-math.log(10000.0) / d_model))
            table = torch.zeros(max_len, d_model)
            table[:, 0::2] = torch.sin(angle)
            table[:, 1::2] = torch.cos(angle)[:, : d_model // 2]
            self.register_buffer("pe", table[:, None])

    def forward(self, x):
        table = self.weight[:, None] if hasattr(self, "weight") else self.pe
        if x.dim() == 2:
            return x + table[: x.shape[0], 0]
        return x + (table[: x.shape[1], 0] if self.batch_first else table[: x.shape[0]])


def record_positions(r):
    for name in ["PositionalEncoding", "LearnedPositionalEncoding"]:
        r.op(name)
        for shape, first in [((5, 2, 4), False), ((2, 7, 6), True), ((3, 4), False), ((9, 1, 2), False)]:
            options = {"d_model": shape[-1], "max_len": 9, "batch_first": first}
            r.layer([r.draw(*shape)], Positions(learned=name.startswith("L"), **options), dropout=0.0, **options)
        options = {"d_model": 4, "max_len": 9}
        module = Positions(learned=name.startswith("L"), **options)
        r.layer([r.draw(5, 2, 4)], module, modes=[False], dropout=0.3, **options)


def record_containers(r):
    def layers():
        return nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Sequential(nn.ReLU(), nn.Linear(4, 2, bias=False))

    r.op("Sequential")
    r.layer([r.draw(5, 3)], nn.Sequential(*layers()))
    r.op("ModuleList")
    r.layer([r.draw(5, 3)], nn.ModuleList(layers()), lambda list, x: list[2](list[1](list[0](x))))
    r.op("ModuleDict")
    parts = nn.ModuleDict(dict(zip(["in", "norm", "out"], layers())))
    r.layer([r.draw(5, 3)], parts, lambda parts, x: parts["out"](parts["norm"](parts["in"](x))))
    r.op("Function")
    r.layer([r.draw(2, 3)], Formula(torch.square))
