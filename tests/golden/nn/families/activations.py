"""Every activation as a layer, with its options."""

import torch

from families.recorder import Formula

SHAPES = [(3, 4), (2, 3, 2, 2)]

# layer: the options of each configuration
LAYERS = {
    "Identity": [{}],
    "ReLU": [{}],
    "ReLU6": [{}],
    "LeakyReLU": [{}, {"negative_slope": 0.2}],
    "ELU": [{}, {"alpha": 0.5}],
    "SELU": [{}],
    "CELU": [{}, {"alpha": 0.5}, {"alpha": 2.0}],  # PyTorch's gradient has 1 / alpha in single precision
    "GELU": [{}, {"approximate": "none"}, {"approximate": "tanh"}],
    "SiLU": [{}],
    "Mish": [{}],
    "Sigmoid": [{}],
    "LogSigmoid": [{}],
    "Tanh": [{}],
    "Softplus": [{}, {"beta": 2.0}, {"beta": 0.5}],
    "Softsign": [{}],
    "Hardtanh": [{}, {"min_val": -0.5, "max_val": 2.5}],
    "Hardswish": [{}],
    "Tanhshrink": [{}],
    "Softshrink": [{}, {"lambd": 1.25}, {"lambd": 0.0}],
    "Hardshrink": [{}, {"lambd": 1.25}],
    "Threshold": [{"threshold": 0.25, "value": -3.0}, {"threshold": -1.0, "value": 20.0}],
}


def record(r):
    for name, configurations in LAYERS.items():
        r.op(name)
        for options in configurations:
            for shape in SHAPES:
                r.layer([r.draw(*shape, low=-5.0, high=7.0)], **options)

    r.op("Hardsigmoid")  # PyTorch's own multiplies its gradient by 1 / 6 in single precision
    for shape in SHAPES:
        r.layer([r.draw(*shape, low=-5.0, high=7.0)], Formula(lambda x: torch.clamp(x / 6 + 0.5, 0, 1)))

    r.op("PReLU")
    r.layer([r.draw(3, 4)])
    r.layer([r.draw(2, 3, 2, 2)], num_parameters=1)
    r.layer([r.draw(2, 3, 2, 2)], num_parameters=3)
    r.layer([r.draw(4, 3)], num_parameters=3)
    r.op("RReLU")  # random in training mode, unless there is but one slope
    r.layer([r.draw(3, 4)], modes=[False])
    r.layer([r.draw(3, 4)], modes=[False], lower=0.25, upper=0.75)
    r.layer([r.draw(3, 4)], lower=0.5, upper=0.5)

    r.op("GLU")
    r.layer([r.draw(3, 4)])
    for axis in [0, 1, -2]:
        r.layer([r.draw(2, 4, 3)], dim=axis)
    for name in ["Softmax", "Softmin", "LogSoftmax"]:
        r.op(name)
        for axis in [0, 1, -1]:
            for shape in [(3, 4), (2, 3, 2, 2)]:
                r.layer([r.draw(*shape)], dim=axis)
        r.layer([r.draw(3, 4, low=-300.0, high=300.0)], dim=1)
    r.op("Softmax2d")
    r.layer([r.draw(2, 3, 2, 2)])
    r.layer([r.draw(3, 2, 4)])
