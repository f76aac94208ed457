"""Recurrent layers and cells."""

SIZES = {"input_size": 2, "hidden_size": 3}


def record(r):
    for name in ["RNN", "LSTM", "GRU"]:
        r.op(name)
        for options in [
            {},
            {"num_layers": 2},
            {"bidirectional": True},
            {"num_layers": 2, "bidirectional": True},
            {"num_layers": 3, "bias": False},
            {"batch_first": True},
            {"batch_first": True, "bidirectional": True},
        ]:
            sequence(r, name, False, **options)
            sequence(r, name, True, **options)
        sequence(r, name, True, modes=[False], num_layers=2, dropout=0.5)
        single(r, name)
        single(r, name, num_layers=2, bidirectional=True)
        r.layer([r.draw(1, 1, 2)], **SIZES)
        r.layer([r.draw(12, 2, 2)], **SIZES)
    r.op("RNN")
    sequence(r, "RNN", True, nonlinearity="relu", num_layers=2)
    sequence(r, "RNN", True, nonlinearity="tanh")
    r.op("LSTM")
    for options in [{}, {"num_layers": 2, "bidirectional": True}, {"batch_first": True, "bias": False}]:
        sequence(r, "LSTM", True, proj_size=2, **options)
    record_cells(r)


def states(r, name, options, batch):
    """Initial states, of every layer and direction."""
    rows = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    h = r.draw(rows, *batch, options.get("proj_size") or 3)
    return (h, r.draw(rows, *batch, 3)) if name == "LSTM" else (h,)


def call(module, x, *initial):
    """PyTorch takes the two states of an LSTM as a pair."""
    return module(x, *([initial] if len(initial) == 2 else initial))


def sequence(r, name, given, modes=(True, False), **options):
    shape = (2, 4, 2) if options.get("batch_first") else (4, 2, 2)
    initial = states(r, name, options, (2,)) if given else ()
    r.layer([r.draw(*shape), *initial], call=call, modes=modes, **SIZES, **options)


def single(r, name, **options):
    r.layer([r.draw(4, 2)], **SIZES, **options)
    r.layer([r.draw(4, 2), *states(r, name, options, ())], call=call, **SIZES, **options)


def record_cells(r):
    for name in ["RNNCell", "LSTMCell", "GRUCell"]:
        r.op(name)
        for options in [{}, {"bias": False}, *([{"nonlinearity": "relu"}] if name == "RNNCell" else [])]:
            for batch in [(5,), ()]:
                initial = [r.draw(*batch, 3) for _ in range(2 if name == "LSTMCell" else 1)]
                r.layer([r.draw(*batch, 2)], **SIZES, **options)
                r.layer([r.draw(*batch, 2), *initial], call=call, **SIZES, **options)
