"""Multi-head attention and the transformer."""

import numpy as np
import torch
from torch import nn

from cases.recorder import Fixed


def record(r):
    record_attention(r)
    record_layers(r)
    record_stacks(r)
    record_transformer(r)


def causal(length):
    return np.triu(np.ones((length, length), bool), 1)


def padding(batch, length):
    """True for the last places of some examples."""
    ends = length - np.arange(batch) % max(1, length - 1)
    return np.arange(length)[None, :] >= ends[:, None]


def mask(r, *shape):
    """Random, but something is left for every query."""
    result = r.booleans(*shape)
    result[..., 0] = False
    return result


# --- MultiheadAttention

def attend(r, shapes, named=None, called=None, modes=(True, False), **options):
    """Queries, keys and values of these shapes; `called` are options of the call."""
    called = called or {}

    def call(module, *inputs, **masks):
        given = {name: value for name, value in called.items() if name != "is_causal"}
        if called.get("is_causal"):
            masks["attn_mask"] = torch.from_numpy(causal(inputs[0].shape[0]))
        if len(masks) == 2 and all(mask.is_floating_point() for mask in masks.values()):
            # PyTorch 1.13 takes the second for a boolean one; later ones add both.
            padding = masks.pop("key_padding_mask").repeat_interleave(module.num_heads, 0)
            masks["attn_mask"] = masks["attn_mask"] + padding[:, None, :]
        return module(*inputs, **masks, **given)

    module = nn.MultiheadAttention(**options)
    r.layer([r.draw(*shape) for shape in shapes], module, call, named, modes, **options, **called)


def record_attention(r):
    r.op("MultiheadAttention")
    common = {"embed_dim": 6, "num_heads": 2}
    alike = [(4, 2, 6), (5, 2, 6), (5, 2, 6)]
    first = [(2, 4, 6), (2, 5, 6), (2, 5, 6)]
    attend(r, alike, **common)
    attend(r, alike, embed_dim=6, num_heads=1)
    attend(r, alike, embed_dim=6, num_heads=6, bias=False)
    attend(r, first, batch_first=True, **common)
    attend(r, [(4, 6), (5, 6), (5, 6)], **common)
    attend(r, alike, called={"need_weights": False}, **common)
    attend(r, alike, called={"average_attn_weights": False}, **common)
    attend(r, alike, modes=[False], dropout=0.5, **common)
    attend(r, [(4, 2, 6), (5, 2, 3), (5, 2, 4)], kdim=3, vdim=4, **common)
    attend(r, [(2, 4, 6), (2, 5, 3), (2, 5, 6)], kdim=3, bias=False, batch_first=True, **common)
    attend(r, [(4, 2, 6), (5, 2, 6), (5, 2, 4)], vdim=4, **common)
    attend(r, [(4, 2, 6)] * 3, called={"is_causal": True}, **common)

    pad = padding(2, 5)
    attend(r, alike, {"key_padding_mask": pad}, **common)
    attend(r, first, {"key_padding_mask": pad}, batch_first=True, **common)
    attend(r, alike, {"key_padding_mask": Fixed(np.where(pad, -1.5, 0.25))}, **common)
    attend(r, [(4, 6), (5, 6), (5, 6)], {"key_padding_mask": pad[1]}, **common)
    attend(r, alike, {"attn_mask": mask(r, 4, 5)}, **common)
    attend(r, alike, {"attn_mask": mask(r, 4, 4, 5)}, **common)
    attend(r, alike, {"attn_mask": r.draw(4, 5)}, **common)
    attend(r, alike, {"attn_mask": r.draw(4, 4, 5)}, called={"average_attn_weights": False}, **common)
    attend(r, alike, {"key_padding_mask": pad, "attn_mask": mask(r, 4, 5)}, **common)
    attend(r, alike, {"key_padding_mask": pad, "attn_mask": Fixed(r.draw(4, 5))}, **common)
    attend(r, alike, {"key_padding_mask": r.draw(2, 5), "attn_mask": r.draw(4, 5)}, **common)


# --- layers, stacks and the whole

SMALL = {"d_model": 4, "nhead": 2, "dim_feedforward": 5, "dropout": 0.0}
VARIANTS = [
    {},
    {"activation": "gelu"},
    {"norm_first": True},
    {"norm_first": True, "activation": "gelu", "batch_first": True},
    {"batch_first": True},
    {"layer_norm_eps": 0.25},
]


def shape(time, options):
    return (2, time, 4) if options.get("batch_first") else (time, 2, 4)


def record_layers(r):
    for name, decodes in [("TransformerEncoderLayer", False), ("TransformerDecoderLayer", True)]:
        r.op(name)
        kind = getattr(nn, name)
        for variant in VARIANTS:
            options = {**SMALL, **variant}
            inputs = [r.draw(*shape(3, options))] + ([r.draw(*shape(5, options))] if decodes else [])
            r.layer(inputs, kind(**options), **options)
        options = {**SMALL, "dropout": 0.5}
        r.layer(inputs, kind(**options), modes=[False], **options)
        r.layer([r.draw(3, 4)] + ([r.draw(5, 4)] if decodes else []), kind(**SMALL), **SMALL)

    r.op("TransformerEncoderLayer")
    layer = nn.TransformerEncoderLayer(**SMALL)
    for named in encoder_masks(r):
        r.layer([r.draw(3, 2, 4)], layer, named=named, **SMALL)
    r.layer([r.draw(3, 2, 4)], layer, with_mask("src_mask", 3), is_causal=True, **SMALL)
    r.op("TransformerDecoderLayer")
    layer = nn.TransformerDecoderLayer(**SMALL)
    for named in decoder_masks(r):
        r.layer([r.draw(3, 2, 4), r.draw(5, 2, 4)], layer, named=named, **SMALL)
    r.layer([r.draw(3, 2, 4), r.draw(5, 2, 4)], layer, with_mask("tgt_mask", 3), tgt_is_causal=True, **SMALL)


def with_mask(name, length):
    """What is_causal means here: PyTorch's option of that name came after 1.13."""
    return lambda module, *inputs: module(*inputs, **{name: torch.from_numpy(causal(length))})


def encoder_masks(r):
    """Not two floating masks: PyTorch 1.13 takes the second for a boolean one."""
    return [
        {"src_mask": causal(3)},
        {"src_key_padding_mask": padding(2, 3)},
        {"src_mask": r.draw(3, 3), "src_key_padding_mask": padding(2, 3)[::-1].copy()},
    ]


def decoder_masks(r):
    return [
        {"tgt_mask": causal(3)},
        {"memory_mask": mask(r, 3, 5)},
        {"tgt_key_padding_mask": padding(2, 3), "memory_key_padding_mask": padding(2, 5)},
        {"tgt_mask": r.draw(3, 3), "memory_mask": r.draw(4, 3, 5)},
    ]


def record_stacks(r):
    for name, decodes in [("TransformerEncoder", False), ("TransformerDecoder", True)]:
        r.op(name)
        for variant, norm in [({}, False), ({"norm_first": True}, True), ({"batch_first": True}, True)]:
            options = {**SMALL, **variant}
            layer = getattr(nn, name + "Layer")(**options)
            stack = getattr(nn, name)(layer, 2, norm=nn.LayerNorm(4) if norm else None)
            inputs = [r.draw(*shape(3, options))] + ([r.draw(*shape(5, options))] if decodes else [])
            r.layer(inputs, stack, num_layers=2, norm=norm, **options)
            masks = [{"mask": causal(3), "src_key_padding_mask": padding(2, 3)}]
            for named in decoder_masks(r)[2:] if decodes else masks:
                r.layer(inputs, stack, named=named, num_layers=2, norm=norm, **options)


def record_transformer(r):
    r.op("Transformer")
    for variant in VARIANTS[:4]:
        options = {**SMALL, "num_encoder_layers": 1, "num_decoder_layers": 2, **variant}
        model = nn.Transformer(**options)
        inputs = [r.draw(*shape(5, options)), r.draw(*shape(3, options))]
        r.layer(inputs, model, **options)
        masks = {"src_mask": mask(r, 5, 5), "src_key_padding_mask": padding(2, 5)}
        masks.update({"tgt_mask": causal(3), "memory_key_padding_mask": padding(2, 5)})
        r.layer(inputs, model, named=masks, **options)
    options = {**SMALL, "num_encoder_layers": 1, "num_decoder_layers": 1}
    r.layer([r.draw(5, 4), r.draw(3, 4)], nn.Transformer(**options), **options)
