#!/usr/bin/python3
"""Writes what PyTorch 1.13's optimizers and schedules do, for paths_test.cpp and rates_test.cpp: paths.npz and
rates.npz beside this file.

    /usr/bin/python3 tests/golden/optim/generate.py

Each file has `cases`, a JSON list as bytes, and `values`, one float64 array that the cases point into by "at".

paths.npz: a 5-7-3 network of linear layers with tanh between them, in float64, learns 16 fixed points with full batches.
A case names the rule, the options of its groups ("groups"; with two, the second layer is the second), the loss, and what
else happens in each step ("clip", "schedule", "average"). The values are all parameters in a row after the steps in
`STEPS`; where there is an average, those of the average; with ASGD, its own average behind them. The first values are
the first parameters, the inputs (16, 5), the targets (16, 3).

rates.npz: the learning rates of two groups by turns, from the start and after every call of a schedule's step(), and the
momenta behind them where the schedule changes them.
"""

import json
import os
import pathlib
import warnings

# One thread and no vector extensions: the same sums in the same order on every machine.
os.environ.setdefault("ATEN_CPU_CAPABILITY", "default")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.optim import lr_scheduler, swa_utils  # noqa: E402

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)  # NAdam's and ASGD's numbers, too
warnings.simplefilter("ignore")  # schedules want to follow the optimizer's steps

FOLDER = pathlib.Path(__file__).parent
STEPS = [1, 2, 10, 50, 200]
INF = float("inf")


def rounded(values):
    """To 44 significant bits, an error of 3e-14: the file is smaller, and the last bits of a machine do not count."""
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.round(np.ldexp(mantissa, 44)), exponent - 44)


class File:
    def __init__(self):
        self.cases, self.values, self.size = [], [], 0

    def keep(self, *arrays):
        at = self.size
        for array in arrays:
            self.values.append(rounded(np.asarray(array, np.float64).ravel()))
            self.size += self.values[-1].size
        return at

    def write(self, name):
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        text = np.frombuffer(f"[\n{lines}\n]".encode(), np.uint8)
        path = FOLDER / name
        np.savez_compressed(path, cases=text, values=np.concatenate(self.values))
        print(f"{name}: {len(self.cases)} cases, {path.stat().st_size} bytes")


# --- schedules by their description

LAMBDAS = {
    "decay": lambda epoch: 0.95 ** epoch,
    "warm_up": lambda epoch: min(1.0, (epoch + 1) / 10),
    "inverse": lambda epoch: 1 / (1 + 0.1 * epoch),
    "root": lambda x: 1 / (1 + x) ** 0.5,
}


def make_schedule(optimizer, spec):
    options = {name: value for name, value in spec.items() if name != "name"}
    for name in ["lr_lambda", "scale_fn"]:
        if name in options:
            chosen = options[name]
            options[name] = [LAMBDAS[f] for f in chosen] if isinstance(chosen, list) else LAMBDAS[chosen]
    if "schedules" in options:
        parts = [make_schedule(optimizer, part) for part in options["schedules"]]
        if spec["name"] == "ChainedScheduler":
            return lr_scheduler.ChainedScheduler(parts)
        return lr_scheduler.SequentialLR(optimizer, parts, options["milestones"])
    return getattr(lr_scheduler, spec["name"])(optimizer, **options)


# --- paths

def net_forward(parameters, x):
    w1, b1, w2, b2 = parameters
    return torch.tanh(x @ w1.T + b1) @ w2.T + b2


class Paths(File):
    def __init__(self):
        super().__init__()
        random = np.random.RandomState(7)
        self.first = [random.uniform(-0.6, 0.6, shape) for shape in [(7, 5), (7,), (3, 7), (3,)]]
        self.x = random.uniform(-1.5, 1.5, (16, 5))
        self.y = np.stack([np.sin(self.x @ random.uniform(-1, 1, 5)) for _ in range(3)], axis=1)
        self.keep(*self.first, self.x, self.y)

    def run(self, case):
        parameters = [torch.tensor(values, requires_grad=True) for values in self.first]
        x, y = torch.tensor(self.x), torch.tensor(self.y)
        labels = y.argmax(1)
        rule = getattr(torch.optim, case["rule"])
        extra = {"foreach": True} if case["rule"] == "NAdam" else {}  # without, 1.13 has a factor too many
        if len(case["groups"]) == 1:
            rule = rule(parameters, **case["groups"][0], **extra)
        else:
            parts = [{"params": parameters[:2], **case["groups"][0]}, {"params": parameters[2:], **case["groups"][1]}]
            rule = rule(parts, **({"lr": 1e-3} if case["rule"] == "SGD" else extra))
        schedule = make_schedule(rule, case["schedule"]) if "schedule" in case else None
        holder = torch.nn.ParameterList(parameters)
        average = None
        if "average" in case:
            decay = case["average"]
            average = swa_utils.AveragedModel(holder, avg_fn=lambda a, p, n: decay * a + (1 - decay) * p)

        def closure():
            rule.zero_grad()
            out = net_forward(parameters, x)
            loss = ((out - y) ** 2).mean() if case["loss"] == "mse" else torch.nn.functional.cross_entropy(out, labels)
            for p in parameters:
                loss = loss + case.get("penalty", 0.0) * (p ** 2).sum()
            if rule.param_groups[0].get("maximize"):
                loss = -loss
            loss.backward()
            return loss

        result = []
        for step in range(1, STEPS[-1] + 1):
            if case["rule"] == "LBFGS":
                rule.step(closure)
            else:
                closure()
                if "clip" in case:
                    clip = case["clip"]
                    if "value" in clip:
                        torch.nn.utils.clip_grad_value_(parameters, clip["value"])
                    else:
                        torch.nn.utils.clip_grad_norm_(parameters, clip["max_norm"], float(clip["norm_type"]))
                rule.step()
            if schedule:
                schedule.step()
            if average:
                average.update_parameters(holder)
            if step in STEPS:
                kept = list(average.module.parameters()) if average else parameters
                result += [p.detach().numpy().copy() for p in kept]
                if case["rule"] == "ASGD":
                    result += [rule.state[p]["ax"].numpy().copy() for p in parameters]
        return result

    def case(self, rule, *groups, loss="mse", **also):
        case = {"rule": rule, "groups": list(groups), "loss": loss, **also}
        case["at"] = self.keep(*self.run(case))
        self.cases.append(case)


# Settings whose path a change of the first parameters by 1e-13 does not take further than 1e-10 away: no two programs
# round alike.
def paths():
    file = Paths()
    case = file.case

    case("SGD", {"lr": 0.1})
    case("SGD", {"lr": 0.05, "momentum": 0.9})
    case("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}, loss="ce")
    case("SGD", {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.01})
    case("SGD", {"lr": 0.05, "momentum": 0.5, "weight_decay": 0.001, "maximize": True}, loss="ce")
    case("SGD", {"lr": 0.1}, {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.01})

    case("ASGD", {})
    case("ASGD", {"lr": 0.1, "lambd": 0.01, "alpha": 0.6, "t0": 20})
    case("ASGD", {"lr": 0.1, "t0": 0, "weight_decay": 0.01}, loss="ce")
    case("ASGD", {"lr": 0.1, "lambd": 0.02, "maximize": True}, {"lr": 0.05, "maximize": True})
    case("ASGD", {"lr": 0.2}, schedule={"name": "ExponentialLR", "gamma": 0.97})

    case("Adagrad", {})
    case("Adagrad", {"lr": 0.1, "lr_decay": 0.01}, loss="ce")
    case("Adagrad", {"lr": 0.05, "initial_accumulator_value": 0.1, "weight_decay": 0.01, "eps": 1e-6})
    case("Adagrad", {"lr": 0.05, "maximize": True})

    case("Adadelta", {})
    case("Adadelta", {"lr": 0.5, "rho": 0.95, "eps": 1e-5}, loss="ce")
    case("Adadelta", {"rho": 0.8, "weight_decay": 0.01, "maximize": True})

    case("RMSprop", {"lr": 0.002})
    case("RMSprop", {"lr": 0.001, "alpha": 0.95, "eps": 1e-2, "centered": True})
    case("RMSprop", {"lr": 0.001, "momentum": 0.9, "eps": 1e-3}, loss="ce")
    case("RMSprop", {"lr": 0.001, "momentum": 0.5, "centered": True, "eps": 1e-2, "weight_decay": 0.01})
    case("RMSprop", {"lr": 0.002, "maximize": True}, {"lr": 0.001, "momentum": 0.8, "maximize": True})

    case("Adam", {})
    case("Adam", {"lr": 0.01, "betas": [0.8, 0.99], "eps": 1e-6, "weight_decay": 0.01})
    case("Adam", {"lr": 0.02, "amsgrad": True}, loss="ce")
    case("Adam", {"lr": 0.01, "eps": 1e-3, "amsgrad": True, "maximize": True, "weight_decay": 0.1})
    case("Adam", {"lr": 0.01}, {"lr": 0.001, "betas": [0.5, 0.9], "amsgrad": True})

    case("AdamW", {})
    case("AdamW", {"lr": 0.01, "betas": [0.8, 0.99], "weight_decay": 0.1}, loss="ce")
    case("AdamW", {"lr": 0.02, "amsgrad": True, "weight_decay": 0.02, "maximize": True})
    case("AdamW", {"lr": 0.01, "weight_decay": 0.0})

    case("Adamax", {})
    case("Adamax", {"lr": 0.01, "betas": [0.8, 0.99], "weight_decay": 0.01}, loss="ce")
    case("Adamax", {"lr": 0.02, "eps": 1e-3, "maximize": True})

    case("NAdam", {})
    case("NAdam", {"lr": 0.005, "betas": [0.8, 0.99], "momentum_decay": 0.05}, loss="ce")
    case("NAdam", {"lr": 0.005, "eps": 1e-3, "weight_decay": 0.01}, {"lr": 0.005, "betas": [0.95, 0.99]})

    case("RAdam", {})
    case("RAdam", {"lr": 0.02, "betas": [0.8, 0.99], "weight_decay": 0.01}, loss="ce")
    case("RAdam", {"lr": 0.01, "betas": [0.9, 0.9], "eps": 1e-4})
    case("RAdam", {"lr": 0.05, "betas": [0.8, 0.6]})  # never rectified

    case("Rprop", {})
    case("Rprop", {"lr": 0.001, "etas": [0.6, 1.1], "step_sizes": [1e-4, 0.02]}, loss="ce")
    case("Rprop", {"lr": 0.005, "step_sizes": [1e-3, 0.05], "maximize": True})
    case("Rprop", {"lr": 0.001, "etas": [0.3, 1.5]}, schedule={"name": "ExponentialLR", "gamma": 0.5})

    wolfe = {"line_search_fn": "strong_wolfe"}
    case("LBFGS", {"lr": 0.1, "max_iter": 1}, penalty=0.1)
    case("LBFGS", {"lr": 0.2, "max_iter": 3, "history_size": 5}, loss="ce", penalty=0.1)
    case("LBFGS", {"max_iter": 2, "max_eval": 3, **wolfe}, penalty=0.1)
    case("LBFGS", {"lr": 0.5, "max_iter": 4, "history_size": 3, **wolfe}, loss="ce", penalty=0.1)
    case("LBFGS", {"max_iter": 20, "tolerance_grad": 1e-4, "tolerance_change": 1e-6, **wolfe}, penalty=0.1)
    case("LBFGS", {"lr": 8.0, "max_iter": 3, **wolfe}, penalty=0.1)  # the first tries go too far
    case("LBFGS", {"lr": 0.02, "max_iter": 5, **wolfe}, penalty=0.1)  # not far enough

    momentum = {"lr": 0.1, "momentum": 0.9}
    cycle = {"name": "OneCycleLR", "max_lr": 0.2, "total_steps": 201}
    case("SGD", momentum, schedule=cycle)
    case("Adam", {}, schedule={**cycle, "max_lr": 0.05, "three_phase": True, "anneal_strategy": "linear"})
    case("RMSprop", {"momentum": 0.5}, schedule={
        "name": "CyclicLR", "base_lr": 1e-4, "max_lr": 1e-3, "step_size_up": 15, "base_momentum": 0.3})
    case("NAdam", {}, schedule={**cycle, "max_lr": 0.01})

    case("SGD", momentum, clip={"max_norm": 0.1, "norm_type": 2})
    case("SGD", momentum, clip={"max_norm": 0.5, "norm_type": 1})
    case("SGD", momentum, clip={"max_norm": 0.1, "norm_type": 3.5}, loss="ce")
    case("Adam", {"lr": 0.01, "eps": 1e-3}, clip={"max_norm": 0.02, "norm_type": "inf"})
    case("SGD", momentum, clip={"value": 0.02})

    case("SGD", {"lr": 0.1}, average=0.9)
    case("Adam", {"lr": 0.01}, average=0.99, loss="ce")
    case("SGD", momentum, average=0.0)
    file.write("paths.npz")


# --- rates

class Rates(File):
    def case(self, name, steps=200, metrics=None, **options):
        spec = {"name": name, **options}
        parameters = [torch.zeros(1, requires_grad=True) for _ in range(2)]
        rule = torch.optim.SGD([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.04}], lr=0.5, momentum=0.9)
        rows, schedule = [], make_schedule(rule, spec)
        cycles = options.get("cycle_momentum", name in ["OneCycleLR", "CyclicLR"])

        def note():
            rows.append([group["lr"] for group in rule.param_groups])
            rows.append([group["momentum"] for group in rule.param_groups] if cycles else [])

        note()
        for step in range(steps):
            schedule.step(*([] if metrics is None else [metrics[step]]))
            note()
        case = {"schedule": spec, "steps": steps, "momentum": cycles, "at": self.keep(*rows)}
        if metrics is not None:
            case["metrics"] = self.keep(metrics)
        self.cases.append(case)


def rates():
    file = Rates()
    case = file.case
    case("StepLR", step_size=1)
    case("StepLR", step_size=7, gamma=0.5)
    case("StepLR", step_size=20, gamma=1.5)
    case("MultiStepLR", milestones=[10, 30])
    case("MultiStepLR", milestones=[5, 5, 17, 40], gamma=0.3)
    case("MultiStepLR", milestones=[59, 60], gamma=0.5)
    case("ExponentialLR", gamma=0.9)
    case("ExponentialLR", gamma=1.0)
    case("ExponentialLR", gamma=0.5)
    case("ConstantLR")
    case("ConstantLR", factor=0.5, total_iters=1)
    case("ConstantLR", factor=0.1, total_iters=30)
    case("LinearLR")
    case("LinearLR", start_factor=0.01, total_iters=20)
    case("LinearLR", start_factor=1.0, end_factor=0.0, total_iters=37)
    case("LinearLR", start_factor=0.7, end_factor=0.2, total_iters=1)
    case("PolynomialLR")
    case("PolynomialLR", total_iters=50, power=0.9)
    case("PolynomialLR", total_iters=60, power=2.0)
    case("LambdaLR", lr_lambda="decay")
    case("LambdaLR", lr_lambda="warm_up")
    case("LambdaLR", lr_lambda=["inverse", "decay"])
    case("MultiplicativeLR", lr_lambda="decay")
    case("MultiplicativeLR", lr_lambda="inverse", steps=20)
    case("MultiplicativeLR", lr_lambda=["warm_up", "inverse"], steps=20)
    case("CosineAnnealingLR", T_max=50)
    case("CosineAnnealingLR", T_max=7, eta_min=0.001)
    case("CosineAnnealingLR", T_max=1)
    case("CosineAnnealingWarmRestarts", T_0=10)
    case("CosineAnnealingWarmRestarts", T_0=3, T_mult=2, eta_min=0.01)
    case("CosineAnnealingWarmRestarts", T_0=1, T_mult=3)
    case("OneCycleLR", max_lr=1.0, total_steps=201)
    case("OneCycleLR", max_lr=[1.0, 0.1], epochs=20, steps_per_epoch=11, anneal_strategy="linear")
    case("OneCycleLR", max_lr=0.3, total_steps=210, three_phase=True, pct_start=0.4, div_factor=10.0,
         final_div_factor=100.0)
    case("OneCycleLR", max_lr=0.3, total_steps=300, three_phase=True, anneal_strategy="linear",
         base_momentum=[0.7, 0.8], max_momentum=[0.9, 0.99])
    case("OneCycleLR", max_lr=0.3, total_steps=240, pct_start=0.0, cycle_momentum=False)
    case("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=10)
    case("CyclicLR", base_lr=[0.01, 0.02], max_lr=[0.1, 0.3], step_size_up=4, step_size_down=9, mode="triangular2")
    case("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=6, mode="exp_range", gamma=0.98, base_momentum=0.5,
         max_momentum=0.95)
    case("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=6, scale_fn="root", scale_mode="iterations",
         cycle_momentum=False)
    case("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=6, scale_fn="root")

    random = np.random.RandomState(3)
    loss = np.exp(-np.arange(200) / 50) + 0.1 * random.uniform(size=200)
    case("ReduceLROnPlateau", metrics=loss)
    case("ReduceLROnPlateau", metrics=loss, factor=0.5, patience=2, cooldown=3, min_lr=[0.01, 0.03])
    case("ReduceLROnPlateau", metrics=-loss, mode="max", patience=1, threshold=0.02, factor=0.9)
    case("ReduceLROnPlateau", metrics=1 - loss, mode="max", threshold_mode="abs", threshold=0.05, patience=3)
    case("ReduceLROnPlateau", metrics=loss, threshold_mode="abs", threshold=0.1, patience=0, factor=0.3, eps=1e-3)
    case("ReduceLROnPlateau", metrics=loss, threshold=0.3, patience=4, factor=0.5, min_lr=0.05)

    warm_up = {"name": "LinearLR", "start_factor": 0.1, "total_iters": 8}
    cosine = {"name": "CosineAnnealingLR", "T_max": 52}
    step = {"name": "StepLR", "step_size": 6, "gamma": 0.7}
    restarts = {"name": "CosineAnnealingWarmRestarts", "T_0": 5, "T_mult": 2}
    constant = {"name": "ConstantLR", "factor": 0.2, "total_iters": 12}
    case("SequentialLR", schedules=[warm_up, cosine], milestones=[8])
    case("SequentialLR", schedules=[constant, step, restarts], milestones=[12, 30])
    case("SequentialLR", schedules=[restarts, {"name": "LambdaLR", "lr_lambda": "inverse"},
                                    {"name": "MultiplicativeLR", "lr_lambda": "decay"}], milestones=[7, 20])
    case("SequentialLR", schedules=[{"name": "PolynomialLR", "total_iters": 40}, constant,
                                    {"name": "MultiStepLR", "milestones": [3, 9]}, warm_up], milestones=[10, 25, 45])
    case("ChainedScheduler", schedules=[warm_up, step])
    case("ChainedScheduler", schedules=[constant, {"name": "ExponentialLR", "gamma": 0.9}, cosine])
    case("ChainedScheduler", schedules=[{"name": "MultiplicativeLR", "lr_lambda": "decay"},
                                        {"name": "PolynomialLR", "total_iters": 50, "power": 2.0}])
    file.write("rates.npz")


if __name__ == "__main__":
    paths()
    rates()
