"""Runs PyTorch's functions on chosen inputs and keeps inputs, results and gradients."""

import importlib
import json
import os
import zlib

# One thread and no vector extensions: the same sums in the same order on every machine.
os.environ.setdefault("ATEN_CPU_CAPABILITY", "default")

import numpy as np  # noqa: E402
import torch  # noqa: E402

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)

NAMES = {torch.float64: "float64", torch.float32: "float32", torch.int64: "int64", torch.bool: "boolean"}
NAN, INF = float("nan"), float("inf")


class Fixed:
    """An input of floating dtype whose gradient is not asked for."""

    def __init__(self, values):
        self.values = values


def rounded(values, bits):
    """To that many significant bits: the files are smaller, and the last bits of a machine do not count."""
    mantissa, exponent = np.frexp(values)
    with np.errstate(all="ignore"):
        result = np.ldexp(np.round(np.ldexp(mantissa, bits)), exponent - bits)
    return np.where(np.isfinite(result), result, values)


def leaves(inputs):
    """Tensors of arrays; the floating ones that are not Fixed require a gradient."""
    tensors = [torch.from_numpy(np.array(x.values if isinstance(x, Fixed) else x)) for x in inputs]
    for tensor, source in zip(tensors, inputs):
        tensor.requires_grad_(tensor.dtype == torch.float64 and not isinstance(source, Fixed))
    return tensors


def gradients_of(results, upstreams, tensors):
    """The gradient of each tensor that requires one, zeros where it does not matter; None for the others."""
    given = [(r.to(torch.float64), u) for r, u in zip(results, upstreams) if u is not None]
    if not given:
        return [None] * len(tensors)
    wanted = [tensor for tensor in tensors if tensor.requires_grad]
    found = iter(torch.autograd.grad(sum((r * u).sum() for r, u in given), wanted, allow_unused=True))
    result = []
    for tensor in tensors:
        gradient = next(found) if tensor.requires_grad else None
        result.append(torch.zeros_like(tensor) if gradient is None and tensor.requires_grad else gradient)
    return result


class Recorder:
    bits = 42  # of results, an error of 1e-13

    def __init__(self):
        self.cases = []
        self.values = []
        self.at = 0
        self.streams = {}

    def op(self, name):
        """Starts an op: its random numbers depend on its name alone, so other ops' cases do not change them."""
        self.name = name
        self.random = self.streams.setdefault(name, np.random.RandomState(zlib.crc32(name.encode())))

    def ops(self):
        return {case["op"] for case in self.cases}

    def draw(self, *shape, low=-2.0, high=2.0):
        """Different values in (low, high), each an odd multiple of a power of two: never an integer or a half."""
        count = int(np.prod(shape))
        step = 2.0 ** np.floor(np.log2((high - low) / max(1024, 2 * count)))
        first, last = int(np.ceil(low / step)), int(np.floor(high / step))
        places = self.random.choice(last - first, count, replace=False)
        return ((first + places + 0.5) * step).reshape(shape)

    def integers(self, *shape, low=-9, high=10):
        return self.random.randint(low, high, shape)

    def booleans(self, *shape):
        return self.random.randint(0, 2, shape).astype(bool)

    def permutations(self, *shape):
        """Along the last axis, each of 0 ... n - 1 once."""
        return np.argsort(self.random.rand(*shape), axis=-1, kind="stable")

    def case(self, function, inputs, **options):
        """function(*inputs, **options) of this op; arrays become tensors, floats ask for a gradient."""
        tensors = leaves(inputs)
        results = function(*tensors, **options)
        results = [results] if isinstance(results, torch.Tensor) else list(results)
        upstreams = self.upstreams(results)
        outputs = [self.describe_result(*pair) for pair in zip(results, upstreams)]
        described = [self._keep(tensor.detach(), False) for tensor in tensors]
        gradients = gradients_of(results, upstreams, tensors)
        self.cases.append({"op": self.name, "options": options, "inputs": described, "outputs": outputs})
        self.describe_gradients(described, gradients)

    def upstreams(self, results):
        """A random gradient for each result that has a history, else None."""
        return [torch.from_numpy(np.array(self.draw(*r.shape))) if r.requires_grad else None for r in results]

    def describe_result(self, result, upstream):
        place = self._keep(result.detach(), True)
        if upstream is not None:
            place["upstream"] = self._keep(upstream, False)["at"]
        return place

    def describe_gradients(self, places, gradients):
        """Adds the gradients, where there is one, to the places of their tensors."""
        for place, gradient in zip(places, gradients):
            if gradient is not None:
                place["gradient"] = self._keep(gradient, True)["at"]

    def _keep(self, tensor, round_it):
        values = np.array(tensor.numpy(), np.float64).ravel()  # a copy: parameters are filled anew for the next case
        self.values.append(rounded(values, self.bits) if round_it and tensor.dtype == torch.float64 else values)
        place = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "at": self.at}
        self.at += values.size
        return place

    def write(self, path):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        text = np.frombuffer(f"[\n{lines}\n]".encode(), np.uint8)
        np.savez_compressed(path, cases=text, values=np.concatenate(self.values))
        return path.stat().st_size


def write_families(folder, package, families, new_recorder, what):
    """Writes folder/FAMILY.npz for each family from the module package.FAMILY, and says what is in them."""
    names, cases, total = set(), 0, 0
    for family in families:
        recorder = new_recorder()
        importlib.import_module(f"{package}.{family}").record(recorder)
        size = recorder.write(folder / f"{family}.npz")
        print(f"{family:15} {len(recorder.ops()):4} {what} {len(recorder.cases):5} cases {size:8} bytes")
        names |= recorder.ops()
        cases += len(recorder.cases)
        total += size
    print(f"{'all':15} {len(names):4} {what} {cases:5} cases {total:8} bytes")
