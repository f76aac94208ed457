"""Elementwise functions and activations."""

import math

import numpy as np
import torch
import torch.nn.functional as F

from cases.recorder import INF, NAN, Fixed

SHAPES = [(), (7,), (3, 4), (2, 3, 2), (0,), (2, 0, 3)]
PAIRS = [
    ((), ()),
    ((3,), ()),
    ((), (2, 3)),
    ((5,), (5,)),
    ((3, 4), (3, 4)),
    ((3, 4), (4,)),
    ((3,), (2, 3)),
    ((3, 1), (1, 4)),
    ((2, 3, 4), (3, 1)),
    ((1, 2), (3, 1, 1)),
    ((0,), (1,)),
    ((2, 0), ()),
    ((1, 3), (0, 1)),
]
NUMBERS = [-INF, -1000.0, -40.0, -3.0, -1e-9, 0.0, 1e-9, 3.0, 40.0, 1000.0, INF]
WIDE = NUMBERS + [NAN]


def cbrt(x):
    return torch.sign(x) * torch.abs(x) ** (1.0 / 3.0)


def trigamma(x):
    """PyTorch's own, polygamma(1, x), has errors of 1e-9."""
    reflected = math.pi**2 / torch.sin(math.pi * x) ** 2 - torch.special.zeta(2.0, 1 - x)
    return torch.where(x > 0, torch.special.zeta(2.0, x), reflected)


class Digamma(torch.autograd.Function):
    """With the gradient that trigamma gives."""

    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.digamma(x)

    @staticmethod
    def backward(context, gradient):
        return gradient * trigamma(*context.saved_tensors)


def polygamma(x, n):
    return torch.special.zeta(2.0, x) if n == 1 else torch.polygamma(n, x)


def hardsigmoid(x):
    """PyTorch's own multiplies by 1 / 6 in single precision."""
    return torch.where(x > 3, 1.0, torch.where(x < -3, 0.0, torch.where(x.abs() < 3, x, x.detach()) / 6 + 0.5))


# op: function, ranges that inputs are drawn from, special values
FUNCTIONS = {
    "neg": (torch.neg, [(-2, 2)], WIDE),
    "abs": (torch.abs, [(-2, 2)], NUMBERS),
    "sign": (torch.sign, [(-2, 2)], [-INF, -1e-300, 0.0, 1e-300, INF]),
    "square": (torch.square, [(-2, 2), (-1e100, 1e100)], WIDE),
    "cube": (lambda x: x * x * x, [(-2, 2), (-1e50, 1e50)], [-INF, -1000.0, 0.0, 40.0, INF, NAN]),
    "sqrt": (torch.sqrt, [(0, 4), (0, 1e200)], [1e-300, 1.0, 4.0, INF, NAN, 0.0]),
    "rsqrt": (torch.rsqrt, [(0, 4), (0, 1e6)], [1e-100, 1.0, 4.0, INF, NAN]),
    "cbrt": (cbrt, [(0.1, 4), (-4, -0.1), (1, 1e6)], [-8.0, 1.0, 27.0]),
    "reciprocal": (torch.reciprocal, [(0.1, 2), (-2, -0.1), (1, 1e6)], [-INF, -4.0, -0.5, 0.0, INF, NAN]),
    "exp": (torch.exp, [(-2, 2), (-700, 700)], [-INF, -800.0, 0.0, 1e-17, 709.0, 800.0, INF, NAN]),
    "exp2": (torch.exp2, [(-2, 2), (-1000, 1000)], [-INF, -2000.0, 0.0, 3.0, 2000.0, INF, NAN]),
    "expm1": (torch.expm1, [(-2, 2), (-1e-6, 1e-6), (-40, 300)], [-INF, -800.0, 0.0, 1e-17, 800.0, INF, NAN]),
    "log": (torch.log, [(0, 4), (1, 1e200)], [1e-300, 0.0, 1.0, INF, NAN, -1.0]),
    "log2": (torch.log2, [(0, 4), (1, 1e200)], [1e-300, 0.0, 1.0, 8.0, INF, NAN, -1.0]),
    "log10": (torch.log10, [(0, 4), (1, 1e200)], [1e-300, 0.0, 1.0, 1000.0, INF, NAN, -1.0]),
    "log1p": (torch.log1p, [(-0.9, 4), (-1e-6, 1e-6), (1, 1e200)], [-1.0, 0.0, 1e-17, INF, NAN, -2.0]),
    "sin": (torch.sin, [(-2, 2), (-1000, 1000)], [0.0, 1e-9, math.pi, NAN]),
    "cos": (torch.cos, [(-2, 2), (-1000, 1000)], [0.0, 1e-9, math.pi, NAN]),
    "tan": (torch.tan, [(-1.4, 1.4), (1.8, 4.4)], [0.0, 1e-9, 0.785, NAN]),
    "asin": (torch.asin, [(-0.9, 0.9)], [0.0, 1e-9, 0.999, NAN, 2.0]),
    "acos": (torch.acos, [(-0.9, 0.9)], [0.0, 1e-9, 0.999, NAN, 2.0]),
    "atan": (torch.atan, [(-2, 2), (-1e6, 1e6)], [-INF, 0.0, 1e-9, INF, NAN]),
    "sinh": (torch.sinh, [(-2, 2), (-300, 300), (-1e-6, 1e-6)], [0.0, NAN, 800.0]),
    "cosh": (torch.cosh, [(-2, 2), (-300, 300)], [0.0, NAN, 800.0]),
    "tanh": (torch.tanh, [(-2, 2), (-30, 30), (-1e-6, 1e-6)], WIDE),
    "asinh": (torch.asinh, [(-2, 2), (-1e6, 1e6), (-1e-6, 1e-6)], [0.0, NAN]),
    "acosh": (torch.acosh, [(1.1, 4), (4, 1e6)], [2.0, NAN, 0.5]),
    "atanh": (torch.atanh, [(-0.9, 0.9), (-1e-6, 1e-6)], [0.0, 0.999, NAN, 2.0]),
    "erf": (torch.erf, [(-2, 2), (-6, 6), (-1e-6, 1e-6)], [-INF, -30.0, 0.0, 30.0, INF, NAN]),
    "erfc": (torch.erfc, [(-2, 2), (-6, 20)], [-INF, -30.0, 0.0, INF, NAN]),
    "lgamma": (torch.lgamma, [(0.1, 4), (4, 100), (-2.9, -2.1)], [1.0, 2.0, 1e-3, 1e6, NAN]),
    "digamma": (Digamma.apply, [(0.1, 4), (4, 100), (-2.9, -2.1)], [1.0, 2.0, 1e-3, 1e6, NAN]),
    "floor": (torch.floor, [(-4, 4)], [-INF, -1.5, -1.0, 0.0, 0.5, 2.0, 1e20, INF, NAN]),
    "ceil": (torch.ceil, [(-4, 4)], [-INF, -1.5, -1.0, 0.0, 0.5, 2.0, 1e20, INF, NAN]),
    "round": (torch.round, [(-4, 4)], [-INF, -1.0, 0.0, 2.0, 1e20, INF, NAN]),
    "trunc": (torch.trunc, [(-4, 4)], [-INF, -1.5, -1.0, 0.0, 0.5, 2.0, 1e20, INF, NAN]),
    "isnan": (torch.isnan, [(-2, 2)], WIDE),
    "isinf": (torch.isinf, [(-2, 2)], WIDE),
    "isfinite": (torch.isfinite, [(-2, 2)], WIDE),
    "logical_not": (torch.logical_not, [(-2, 2)], WIDE),
    "step": (lambda x: (x.detach() > 0).to(x.dtype), [(-2, 2)], [-INF, -1.0, 0.0, 1e-300, INF]),
    "sigmoid": (torch.sigmoid, [(-2, 2), (-40, 40)], WIDE),
    "logsigmoid": (F.logsigmoid, [(-2, 2), (-40, 40)], [-1000.0, -40.0, 0.0, 1e-9, 40.0, 1000.0, INF, NAN]),
    "relu": (F.relu, [(-2, 2)], NUMBERS),
    "relu6": (F.relu6, [(-2, 8)], [-INF, -1.0, 0.0, 3.0, 6.0, 7.0, INF]),
    "selu": (F.selu, [(-2, 2), (-40, 40)], [-INF, -1000.0, -1e-9, 0.0, 1e-9, 1000.0, INF]),
    "gelu": (F.gelu, [(-2, 2), (-7, 7)], [-40.0, 0.0, 1e-9, 40.0, NAN]),
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), [(-2, 2), (-7, 7)], [-40.0, 0.0, 1e-9, 40.0, NAN]),
    "silu": (F.silu, [(-2, 2), (-40, 40)], [-700.0, -40.0, 0.0, 1e-9, 40.0, 1000.0, NAN]),
    "mish": (F.mish, [(-2, 2), (-40, 40)], [-700.0, -40.0, 0.0, 1e-9, 40.0, 1000.0, NAN]),
    # PyTorch's softplus is x itself beyond 20, which is wrong by 2e-9 there.
    "softplus": (F.softplus, [(-2, 2), (-40, 18)], [-1000.0, 0.0, 1e-9, 30.0, 1000.0, INF, NAN]),
    "tanhshrink": (F.tanhshrink, [(-2, 2), (-40, 40)], [-1000.0, 0.0, 40.0, NAN]),
    "softsign": (F.softsign, [(-2, 2), (-1e6, 1e6)], [-1000.0, 0.0, 1e-9, 1000.0, NAN]),
    "hardsigmoid": (hardsigmoid, [(-4, 4)], [-INF, -3.0, 0.0, 0.5, 3.0, INF]),
    "hardswish": (F.hardswish, [(-4, 4)], [-100.0, -3.0, 0.0, 0.5, 3.0, 100.0, INF]),
    "identity": (lambda x: x * 1.0, [(-2, 2)], WIDE),
}

PARAMETERS = {  # op: function of the options, their values, special values
    "leaky_relu": (
        lambda x, slope: F.leaky_relu(x, slope),
        [{"slope": s} for s in (0.01, 0.25, 0.0, 1.5, -0.5)],
        [-100.0, 0.0, 100.0, INF],
    ),
    "elu": (
        lambda x, alpha: F.elu(x, alpha),
        [{"alpha": a} for a in (1.0, 0.5, 2.0)],
        [-INF, -100.0, -1e-9, 0.0, 1e-9, 100.0],
    ),
    "celu": (
        lambda x, alpha: F.celu(x, alpha),
        [{"alpha": a} for a in (1.0, 0.5, 2.0)],
        [-INF, -100.0, -1e-9, 0.0, 1e-9, 100.0],
    ),
    "polygamma": (polygamma, [{"n": n} for n in (1, 2, 3, 4)], [1.0, 2.0, 100.0]),
    "clip": (
        lambda x, low, high: torch.clamp(x, low, high),
        [
            {"low": -1.0, "high": 1.0},
            {"low": 0.0, "high": 0.5},
            {"low": -1.5, "high": -0.25},
            {"low": 1.0, "high": 1.0},
        ],
        [-INF, -1.0, 0.0, 0.5, 1.0, INF],
    ),
    "nan_to_num": (torch.nan_to_num, [{}], WIDE),
    "softplus": (lambda x, beta: F.softplus(x, beta), [{"beta": b} for b in (0.5, 2.0)], [-1000.0, 0.0, 100.0]),
    "softshrink": (
        lambda x, bound: F.softshrink(x, bound),
        [{"bound": b} for b in (0.5, 1.0, 0.0)],
        [-INF, -1.0, -0.5, 0.5, 1.0, INF],
    ),
    "hardshrink": (
        lambda x, bound: F.hardshrink(x, bound),
        [{"bound": b} for b in (0.5, 1.0, 0.0)],
        [-INF, -1.0, -0.5, 0.5, 1.0, INF],
    ),
    "threshold": (
        lambda x, bound, value: F.threshold(x, bound, value),
        [{"bound": 0.5, "value": -3.0}, {"bound": -1.0, "value": 0.0}],
        [-INF, -1.0, 0.5, INF],
    ),
    "hardtanh": (
        lambda x, low, high: F.hardtanh(x, low, high),
        [{"low": -1.0, "high": 1.0}, {"low": 0.0, "high": 0.5}, {"low": -1.5, "high": -0.25}],
        [-INF, -1.5, -1.0, 0.0, 0.5, 1.0, INF],
    ),
}

BINARY = {  # op: function, range of a, range of b, special pairs
    "add": (torch.add, (-2, 2), (-2, 2), [(INF, 1.0), (INF, -INF), (1e300, 1e300), (0.0, NAN), (0.0, 0.0)]),
    "subtract": (torch.sub, (-2, 2), (-2, 2), [(INF, 1.0), (INF, INF), (1e300, -1e300), (0.0, NAN), (0.0, 0.0)]),
    "multiply": (torch.mul, (-2, 2), (-2, 2), [(INF, 1.0), (INF, 0.0), (1e300, 1e300), (0.0, NAN), (0.0, 0.0)]),
    "divide": (torch.div, (-2, 2), (0.1, 2), [(INF, 2.0), (1.0, INF), (1.0, 0.0), (1e300, 1e-300), (-3.0, -2.0)]),
    "pow": (
        torch.pow,
        (0.1, 2),
        (-2, 2),
        [(2.0, 0.0), (0.0, 2.0), (0.0, 3.0), (4.0, 0.5), (10.0, -3.0), (1.0, 100.0), (0.0, 0.0)],
    ),
    "atan2": (torch.atan2, (-2, 2), (-2, 2), [(1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (1e-200, 1.0)]),
    "hypot": (torch.hypot, (-2, 2), (-2, 2), [(3.0, 4.0), (0.0, 2.0), (-1.0, 0.0), (1e200, 1e200)]),
    "fmod": (torch.fmod, (-4, 4), (0.3, 2), [(7.0, 3.0), (-7.0, 3.0), (7.0, -3.0), (0.0, 2.0), (1e10, 3.0)]),
    "maximum": (torch.maximum, (-2, 2), (-2, 2), [(1.0, 1.0), (INF, 1.0), (-INF, 1.0), (0.0, 0.0)]),
    "minimum": (torch.minimum, (-2, 2), (-2, 2), [(1.0, 1.0), (INF, 1.0), (-INF, 1.0), (0.0, 0.0)]),
    "fmax": (torch.fmax, (-2, 2), (-2, 2), [(INF, 1.0), (-INF, 1.0), (NAN, 1.0), (1.0, NAN)]),
    "fmin": (torch.fmin, (-2, 2), (-2, 2), [(INF, 1.0), (-INF, 1.0), (NAN, 1.0), (1.0, NAN)]),
    "mod": (torch.remainder, (-4, 4), (0.3, 2), [(7.0, 3.0), (-7.0, 3.0), (7.0, -3.0), (0.0, 2.0), (-1e10, 3.0)]),
    "xlogy": (torch.xlogy, (-2, 2), (0.1, 3), [(0.0, 1.0), (2.0, 1.0), (0.0, 5.0), (1.0, 0.0)]),
    "logaddexp": (
        torch.logaddexp,
        (-2, 2),
        (-2, 2),
        [(1000.0, 999.0), (-1000.0, -1000.0), (0.0, 800.0), (-800.0, 3.0)],
    ),
}

COMPARISONS = {
    "equal": torch.eq,
    "not_equal": torch.ne,
    "less": torch.lt,
    "less_equal": torch.le,
    "greater": torch.gt,
    "greater_equal": torch.ge,
    "logical_and": torch.logical_and,
    "logical_or": torch.logical_or,
    "logical_xor": torch.logical_xor,
}


def record(r):
    for name, (function, ranges, special) in FUNCTIONS.items():
        r.op(name)
        for shape in SHAPES:
            r.case(function, [r.draw(*shape, low=ranges[0][0], high=ranges[0][1])])
        for low, high in ranges[1:]:
            r.case(function, [r.draw(12, low=low, high=high)])
        r.case(function, [np.array(special)])
    for name, (function, settings, special) in PARAMETERS.items():
        r.op(name)
        low = 0.2 if name == "polygamma" else -2.0
        for options in settings:
            for shape in [(), (7,), (2, 3, 2), (0, 3)]:
                r.case(function, [r.draw(*shape, low=low, high=3.0)], **options)
            r.case(function, [np.array(special)], **options)
    for name, (function, a, b, special) in BINARY.items():
        r.op(name)
        for left, right in PAIRS:
            r.case(function, [r.draw(*left, low=a[0], high=a[1]), r.draw(*right, low=b[0], high=b[1])])
        r.case(function, [np.array(x) for x in zip(*special)])
        r.case(function, [r.draw(3, 2, low=a[0], high=a[1]), Fixed(r.draw(2, low=b[0], high=b[1]))])
        r.case(function, [Fixed(r.draw(3, 2, low=a[0], high=a[1])), r.draw(2, low=b[0], high=b[1])])
    for name, function in COMPARISONS.items():
        r.op(name)
        for left, right in PAIRS:
            r.case(
                function,
                [Fixed(r.integers(*left, low=-1, high=2) * 0.5), Fixed(r.integers(*right, low=-1, high=2) * 0.5)],
            )
        r.case(function, [Fixed([0.0, NAN, NAN, INF, -INF, 0.0]), Fixed([NAN, 1.0, NAN, INF, INF, -0.0])])
        r.case(function, [r.integers(3, 4, low=-1, high=2), r.integers(4, low=-1, high=2)])
        r.case(function, [r.booleans(3, 4), r.booleans(4)])
    record_integers(r)
    record_three(r)


def record_integers(r):
    one = {
        "neg": torch.neg,
        "abs": torch.abs,
        "sign": torch.sign,
        "square": torch.square,
        "relu": F.relu,
        "isnan": torch.isnan,
        "isfinite": torch.isfinite,
        "logical_not": torch.logical_not,
    }
    two = {
        "add": torch.add,
        "subtract": torch.sub,
        "multiply": torch.mul,
        "maximum": torch.maximum,
        "minimum": torch.minimum,
    }
    for name, function in one.items():
        r.op(name)
        r.case(function, [r.integers(3, 4)])
    for name, function in two.items():
        r.op(name)
        r.case(function, [r.integers(3, 4), r.integers(4)])
        r.case(function, [r.integers(3, 4), r.draw(4)])


def record_three(r):
    r.op("clip")
    for shapes in [((3, 4), (4,), ()), ((), (3,), (3,)), ((2, 3), (2, 1), (1, 3)), ((0,), (), ())]:
        x, low, high = shapes
        r.case(torch.clamp, [r.draw(*x), r.draw(*low, low=-1, high=0), r.draw(*high, low=0, high=1)])
    for name, function in [("maximum", torch.maximum), ("minimum", torch.minimum)]:  # values; gradients of nan differ
        r.op(name)
        r.case(function, [Fixed([NAN, 1.0, NAN, INF]), Fixed([1.0, NAN, NAN, NAN])])
    for name, function in [("abs", torch.abs), ("relu", F.relu)]:
        r.op(name)
        r.case(function, [Fixed([NAN, -1.0])])
    r.op("where")
    for shapes in [
        ((), (), ()),
        ((3, 4), (3, 4), (3, 4)),
        ((3, 1), (4,), ()),
        ((2,), (3, 2), (3, 1)),
        ((0,), (1,), ()),
    ]:
        condition, a, b = shapes
        r.case(torch.where, [r.booleans(*condition), r.draw(*a), r.draw(*b)])
    r.case(torch.where, [np.array([True, False]), np.array([NAN, 1.0]), np.array([INF, 2.0])])
    r.op("lerp")
    for shapes in [
        ((), (), ()),
        ((3, 4), (3, 4), (3, 4)),
        ((3, 4), (4,), ()),
        ((2,), (3, 2), (3, 1)),
        ((0,), (1,), ()),
    ]:
        a, b, weight = shapes
        r.case(torch.lerp, [r.draw(*a), r.draw(*b), r.draw(*weight)])
    r.op("prelu")
    for shape, count in [((5,), 1), ((3, 4), 1), ((3, 4), 4), ((2, 3, 2), 3), ((2, 3, 2, 2), 3), ((0, 3), 3)]:
        r.case(F.prelu, [r.draw(*shape), r.draw(count, low=0, high=1)])
    r.case(F.prelu, [np.array([[-1.0, 0.0, 2.0]]), r.draw(3)])
    r.op("pow")  # a negative base with whole exponents, whose gradient does not exist
    r.case(torch.pow, [np.array([-2.0, -1.5, -3.0, 0.0]), Fixed([3.0, -2.0, 0.0, 1.0])])
    for exponent in (2.0, 3.0, -1.0, 0.5, 0.0):
        r.case(torch.pow, [r.draw(5, low=0.1, high=3.0), Fixed(exponent)])
