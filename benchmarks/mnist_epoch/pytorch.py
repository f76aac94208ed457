"""The other side of mnist_epoch: the same epoch through PyTorch's DataLoader. side.cpp says what it is told and answers."""

import gzip
import os
import random
import sys
import time

import numpy
import torch
from torch.utils.data import DataLoader, Dataset


def read(name, offset):
    path = os.path.join(os.environ["XTAPE_MNIST"], name)
    opened = gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb")
    with opened as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=offset)


def digits():
    if "XTAPE_MNIST" in os.environ:
        images = read("train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
        labels = read("train-labels-idx1-ubyte", 8)
        return torch.from_numpy(images.astype(numpy.float32) / 255), torch.from_numpy(labels.astype(numpy.int64))
    image, pixel = torch.arange(60000).reshape(-1, 1, 1, 1), torch.arange(784).reshape(1, 1, 28, 28)
    return (31 * image + 7 * pixel).remainder(256) / 255.0, torch.arange(60000) % 10


class Augmented(Dataset):
    """Each image is cropped at random, with a margin of two pixels, and normalised."""

    def __init__(self, images, labels):
        self.images, self.labels = images, labels

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        padded = torch.nn.functional.pad(self.images[index], (2, 2, 2, 2))
        top, left = random.randrange(5), random.randrange(5)
        return (padded[:, top : top + 28, left : left + 28] - 0.1307) / 0.3081, self.labels[index]


loader = DataLoader(Augmented(*digits()), batch_size=100, shuffle=True, num_workers=2, persistent_workers=True)


def run(runs):
    start, processor_start = time.perf_counter(), sum(os.times()[:2])
    for _ in range(runs):
        for images, labels in loader:
            pass
    return f"{time.perf_counter() - start} {sum(os.times()[:2]) - processor_start}"


def results():
    count, pixels, classes = 0, 0.0, 0
    for images, labels in loader:
        count, pixels, classes = count + len(labels), pixels + images.square().mean().item(), classes + labels.sum().item()
    return f"{count} ; {pixels} ; {classes} ;"


for line in sys.stdin:
    command = line.split()
    if command[0] == "run":
        answer = run(int(command[1]))
    elif command[0] == "results":
        answer = results()
    elif command[0] == "memory":
        answer = "0 0"  # most of it is in the workers
    else:
        answer = "PyTorch " + torch.__version__
    print(answer, flush=True)
