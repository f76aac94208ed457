"""Runs PyTorch's modules with chosen parameters and inputs and keeps all that goes in and comes out."""

import numpy as np
import torch

from cases.recorder import Recorder, gradients_of, leaves

BOTH = (True, False)  # training and evaluation mode


class Formula(torch.nn.Module):
    """A function as a module, for what PyTorch 1.13 does not have."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs, **named):
        return self.function(*inputs, **named)


def flat(results):
    """The tensors of a result that may be nested, without what is None."""
    if isinstance(results, torch.Tensor):
        return [results]
    return [tensor for part in results if part is not None for tensor in flat(part)]


def for_pytorch(option):
    if isinstance(option, np.ndarray):
        return torch.from_numpy(option)
    return tuple(option) if isinstance(option, list) else option


class Run:
    """One call of a module in one mode, and all that follows from it."""

    def __init__(self, recorder, module, call, inputs, named, training, upstreams):
        module.train(training)
        first = {name: tensor.clone() for name, tensor in module.state_dict().items()}
        self.inputs = leaves([*inputs, *named.values()])
        count = len(inputs)
        self.results = flat(call(module, *self.inputs[:count], **dict(zip(named, self.inputs[count:]))))
        self.upstreams = upstreams or recorder.upstreams(self.results)
        parameters = dict(module.named_parameters())
        gradients = gradients_of(self.results, self.upstreams, [*self.inputs, *parameters.values()])
        self.gradients = gradients[: len(self.inputs)]
        self.parameter_gradients = dict(zip(parameters, gradients[len(self.inputs) :]))
        self.after = {name: tensor.clone() for name, tensor in module.named_buffers() if name in first}
        module.load_state_dict(first)

    def equals(self, other):
        def same(a, b):
            return (a is None and b is None) or torch.equal(a, b)

        return all(map(same, self.everything(), other.everything()))

    def everything(self):
        return [*self.results, *self.gradients, *self.parameter_gradients.values(), *self.after.values()]


class LayerRecorder(Recorder):
    bits = 38  # an error of 2e-12

    def layer(self, inputs, module=None, call=None, named=None, modes=BOTH, **options):
        """One configuration of this op's module, torch.nn's of that name unless another is given, in some modes.

        `named` are inputs that are passed by name. The options are recorded, and are the module's unless it is given;
        an array among them is a weight, of which the shape alone is recorded, since the state dict has its values.
        """
        if module is None:
            module = getattr(torch.nn, self.name)(**{name: for_pytorch(value) for name, value in options.items()})
        options = {k: list(v.shape) if isinstance(v, np.ndarray) else v for k, v in options.items()}
        self._fill(module)
        call = call or (lambda module, *inputs, **named: module(*inputs, **named))
        runs, upstreams = [], None
        for training in modes:
            runs.append(Run(self, module, call, inputs, named or {}, training, upstreams))
            upstreams = runs[0].upstreams
        if len(runs) == 2 and runs[0].equals(runs[1]):
            self._keep_run(module, runs[0], named or {}, modes, options)
        else:
            for training, run in zip(modes, runs):
                self._keep_run(module, run, named or {}, [training], options)

    def _fill(self, module):
        """Gives every parameter and buffer random values, but not weights of classes that were given."""
        with torch.no_grad():
            for name, tensor in module.named_parameters():
                tensor.copy_(torch.from_numpy(self.draw(*tensor.shape, low=-0.75, high=0.75)))
            for name, tensor in module.named_buffers():
                if name.endswith("running_var"):
                    tensor.copy_(torch.from_numpy(self.draw(*tensor.shape, low=0.5, high=2.0)))
                elif name.endswith("running_mean"):
                    tensor.copy_(torch.from_numpy(self.draw(*tensor.shape)))
                elif name.endswith("num_batches_tracked"):
                    tensor.copy_(torch.from_numpy(self.integers(low=1, high=5)))

    def _keep_run(self, module, run, named, modes, options):
        outputs = [self.describe_result(*pair) for pair in zip(run.results, run.upstreams)]
        inputs = [self._keep(tensor.detach(), False) for tensor in run.inputs]
        for place, name in zip(inputs[len(inputs) - len(named) :], named):
            place["name"] = name
        self.describe_gradients(inputs, run.gradients)
        state = {name: self._keep(tensor, False) for name, tensor in module.state_dict().items()}
        for name, gradient in run.parameter_gradients.items():
            if gradient is not None:
                state[name]["gradient"] = self._keep(gradient, True)["at"]
        for name, tensor in run.after.items():
            state[name]["after"] = self._keep(tensor, True)["at"]
        case = {"op": self.name, "options": options, "training": list(modes)}
        self.cases.append({**case, "inputs": inputs, "state": state, "outputs": outputs})
