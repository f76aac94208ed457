"""Convolutions, transposed convolutions and pooling."""


def record(r):
    record_convolutions(r)
    record_transposed(r)
    record_pooling(r)


def record_convolutions(r):
    spatial = {1: (9,), 2: (5, 6), 3: (4, 3, 4)}
    for axes, sizes in spatial.items():
        r.op(f"Conv{axes}d")
        batch, single = (2, 2, *sizes), (2, *sizes)
        common = {"in_channels": 2, "out_channels": 4}
        each = list(range(1, axes + 1))
        r.layer([r.draw(*batch)], **common, kernel_size=3)
        r.layer([r.draw(*single)], **common, kernel_size=2, bias=False)
        r.layer([r.draw(*batch)], **common, kernel_size=3, stride=2, padding=1)
        r.layer([r.draw(*batch)], **common, kernel_size=2, dilation=2, groups=2)
        r.layer([r.draw(*batch)], **common, kernel_size=3, padding="same")
        r.layer([r.draw(*batch)], **common, kernel_size=1)
        if axes > 1:
            r.layer([r.draw(*batch)], **common, kernel_size=each, stride=each[::-1], padding=[0] * (axes - 1) + [1])
        for mode in ["zeros", "reflect", "replicate", "circular"]:
            r.layer([r.draw(*batch)], **common, kernel_size=3, padding=1, padding_mode=mode)
            r.layer([r.draw(*batch)], **common, kernel_size=3, padding="same", padding_mode=mode)
        if axes == 2:
            r.layer([r.draw(*batch)], **common, kernel_size=[3, 2], stride=2, padding=[2, 1], padding_mode="reflect")
            r.layer([r.draw(1, 4, 5, 5)], in_channels=4, out_channels=4, kernel_size=3, groups=4, bias=False)
            r.layer([r.draw(2, 3, 4, 4)], in_channels=3, out_channels=1, kernel_size=4)


def record_transposed(r):
    spatial = {1: (5,), 2: (3, 4), 3: (2, 3, 2)}
    for axes, sizes in spatial.items():
        r.op(f"ConvTranspose{axes}d")
        batch, single = (2, 4, *sizes), (4, *sizes)
        common = {"in_channels": 4, "out_channels": 2}
        each = list(range(1, axes + 1))
        r.layer([r.draw(*batch)], **common, kernel_size=3)
        r.layer([r.draw(*single)], **common, kernel_size=2, bias=False)
        r.layer([r.draw(*batch)], **common, kernel_size=3, stride=2, padding=1, output_padding=1)
        r.layer([r.draw(*batch)], **common, kernel_size=2, dilation=2, groups=2)
        r.layer([r.draw(*batch)], **common, kernel_size=4, stride=2, padding=1)
        if axes > 1:
            r.layer([r.draw(*batch)], **common, kernel_size=each, stride=each, output_padding=[0] * (axes - 1) + [1])


def record_pooling(r):
    for axes, sizes in [(1, (9,)), (2, (7, 6))]:
        batch, single = (2, 2, *sizes), (2, *sizes)
        each = list(range(2, axes + 2))
        r.op(f"MaxPool{axes}d")
        for shape in [batch, single]:
            r.layer([r.draw(*shape)], kernel_size=2)
        r.layer([r.draw(*batch)], kernel_size=3, stride=2, padding=1)
        r.layer([r.draw(*batch)], kernel_size=3, stride=1, dilation=2)
        r.layer([r.draw(*batch)], kernel_size=3, stride=2, ceil_mode=True)
        r.layer([r.draw(*batch)], kernel_size=each, stride=each[::-1])
        r.op(f"AvgPool{axes}d")
        for shape in [batch, single]:
            r.layer([r.draw(*shape)], kernel_size=2)
        for included in [True, False]:
            r.layer([r.draw(*batch)], kernel_size=3, stride=2, padding=1, count_include_pad=included)
            r.layer([r.draw(*batch)], kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=included)
        r.layer([r.draw(*batch)], kernel_size=each, stride=each[::-1])
        for kind in ["Avg", "Max"]:
            r.op(f"Adaptive{kind}Pool{axes}d")
            for size in [1, 3, 4, 9]:
                r.layer([r.draw(*batch)], output_size=size)
            r.layer([r.draw(*single)], output_size=2)
            r.layer([r.draw(*batch)], output_size=each)
