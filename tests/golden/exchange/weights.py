#!/usr/bin/python3
"""Weights that go from PyTorch to xtape and back, as safetensors files.

    /usr/bin/python3 tests/golden/exchange/weights.py write           # the files beside this script, from PyTorch
    /usr/bin/python3 tests/golden/exchange/weights.py check FOLDER    # files that xtape wrote, read into PyTorch

For each model there are its state dict, NAME.safetensors, and an input with the output in evaluation mode,
NAME_example.safetensors. models.hpp has the same models in C++.
"""

import json
import os
import pathlib
import struct
import sys

# One thread and no vector extensions: the same sums in the same order on every machine.
os.environ.setdefault("ATEN_CPU_CAPABILITY", "default")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

torch.set_num_threads(1)
FOLDER = pathlib.Path(__file__).resolve().parent
DTYPES = {"F64": np.float64, "F32": np.float32, "I64": np.int64}


# --- the format: the header's length in 8 bytes, a JSON header, the values

def save(path, tensors):
    arrays = {name: np.array(tensor.detach().numpy(), order="C") for name, tensor in tensors.items()}
    names = {np.dtype(dtype): name for name, dtype in DTYPES.items()}
    header, at = {"__metadata__": {"format": "pt"}}, 0
    ordered = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    for name in ordered:
        a = arrays[name]
        header[name] = {"dtype": names[a.dtype], "shape": list(a.shape), "data_offsets": [at, at + a.nbytes]}
        at += a.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(arrays[name].tobytes() for name in ordered))


def load(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, values = json.loads(content[8 : 8 + length]), content[8 + length :]
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = np.frombuffer(values[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(array.copy())
    return tensors


# --- the models

class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(4, 6, 3, bias=False),
            nn.BatchNorm2d(6),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
        )
        self.head = nn.Linear(24, 5)

    def forward(self, x):
        return self.head(self.features(x))


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(24, 10, padding_idx=0)
        self.lstm = nn.LSTM(10, 16, num_layers=2, batch_first=True)
        self.scores = nn.Linear(16, 24)

    def forward(self, x):
        return self.scores(self.lstm(self.embedding(x))[0])


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.widen = nn.Linear(3, 8)
        layer = nn.TransformerEncoderLayer(8, 2, dim_feedforward=12, activation="gelu", norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8))
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(self.encoder(self.widen(x)))


# file: model, its dtype, the input, how far outputs may differ
MODELS = {
    "conv_net": (ConvNet, torch.float32, lambda: torch.randn(3, 1, 10, 10), 1e-5),
    "language_model": (LanguageModel, torch.float32, lambda: torch.randint(0, 24, (3, 7)), 1e-5),
    "encoder": (Encoder, torch.float64, lambda: torch.randn(5, 2, 3, dtype=torch.float64), 1e-9),
}


def write(folder):
    for name, (model, dtype, draw, _) in MODELS.items():
        torch.manual_seed(0)
        model = model().to(dtype)
        with torch.no_grad():
            model.train()(draw())  # running means and variances of a batch
            x = draw()
            save(folder / f"{name}_example.safetensors", {"input": x, "output": model.eval()(x)})
        save(folder / f"{name}.safetensors", model.state_dict())


def check(folder):
    """Whether the models here load the files strictly, of their own dtypes, and give the outputs in them."""
    right = True
    for name, (model, dtype, _, tolerance) in MODELS.items():
        model = model().to(dtype).eval()
        weights, example = load(folder / f"{name}.safetensors"), load(folder / f"{name}_example.safetensors")
        state = model.state_dict()
        differing = [key for key in weights if key in state and weights[key].dtype != state[key].dtype]
        model.load_state_dict(weights)
        with torch.no_grad():
            output, expected = model(example["input"]), example["output"]
        distance = ((output - expected).abs() / expected.abs().clamp(min=1)).max().item()
        good = output.dtype == expected.dtype and distance <= tolerance and not differing
        print(f"{name}: {len(weights)} tensors, outputs differ by {distance:.1e}" + ("" if good else ", which is WRONG"))
        right = right and good
    return right


if __name__ == "__main__":
    if sys.argv[1:] == ["write"]:
        write(FOLDER)
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        sys.exit(0 if check(pathlib.Path(sys.argv[2])) else 1)
    else:
        sys.exit(__doc__)
