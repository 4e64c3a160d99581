"""Operators over axes, scores and places against plain PyTorch, and what is refused."""

import pytest
import torch
from graphs import chain
from torch import nn

import archdsl
from archdsl.compilers.torch import compile
from archdsl.errors import SpecError
from archdsl.ops import OPERATORS
from archdsl.ops.shapes import Heads, Map


def run(word, shape, x, **arguments):
    return compile(chain(shape, (word, arguments))).eval()(x)


def test_windows_and_back():
    x = torch.randn(2, 3, 8, 12)
    windows = run("rearrange", Map((3, 8, 12)), x, pattern="c (h p) (w q) -> (h w) (p q) c", p=4, q=4, to="sequence")
    assert torch.equal(windows[:, 4], x[:, :, 4:, 4:8].flatten(2).transpose(1, 2))
    back = OPERATORS["rearrange"].read({"pattern": "(h w) (p q) c -> c (h p) (w q)", "h": 2, "p": 4, "q": 4, "to": "map"})
    assert back.shape((6, 16, 3)) == (3, 8, 12)


def test_a_mask_parts_what_a_roll_has_brought_together():
    height, width, window, shift = 8, 12, 4, 2
    places = torch.arange(height * width).reshape(1, 1, height, width).double().roll((-shift, -shift), (2, 3))
    tokens = run("rearrange", Map((1, height, width)), places, pattern="c (h p) (w q) -> (h w) (p q) c", p=4, q=4, to="sequence")
    rows, columns = (part.long()[0, ..., 0] for part in (tokens // width, tokens % width))
    near = [(part[..., None] - part[..., None, :]).abs() < window for part in (rows, columns)]
    scores = torch.zeros(1, 6, 2, 16, 16)
    found = run("window_mask", Heads((6, 2, 16, 16)), scores, map=[height, width], window=window, shifts=shift)
    assert torch.equal(found[0, :, 0] == 0, near[0] & near[1])


@pytest.mark.parametrize("pairs", ["halves", "neighbours"])
def test_rotary_scores_follow_from_differences_of_places(pairs):
    q, k = (torch.randn(8).expand(1, 1, 6, 8) for _ in range(2))
    q, k = (run("rotary", Heads((1, 6, 8)), x, pairs=pairs) for x in (q, k))
    scores = (q @ k.transpose(-1, -2))[0, 0]
    for offset in range(-5, 6):
        diagonal = scores.diagonal(offset)
        assert torch.allclose(diagonal, diagonal[:1].expand_as(diagonal), atol=1e-5)


@pytest.mark.parametrize("centred", [False, True])
def test_rotary_over_a_map_follows_from_differences_of_rows_and_columns(centred):
    arguments = {"map": [3, 4], "centred": centred, "class_tokens": 1, "base": 100}
    q, k = (torch.randn(8).expand(1, 1, 13, 8) for _ in range(2))
    turned = [run("rotary", Heads((1, 13, 8)), x, **arguments) for x in (q, k)]
    assert all(torch.equal(made[:, :, 0], x[:, :, 0]) for made, x in zip(turned, (q, k), strict=True))
    scores = (turned[0] @ turned[1].transpose(-1, -2))[0, 0, 1:, 1:].reshape(3, 4, 3, 4)
    assert torch.allclose(scores[0, 1, 1, 3], scores[1, 0, 2, 2], atol=1e-5)
    assert torch.allclose(scores[2, 3, 1, 0], scores[1, 3, 0, 0], atol=1e-5)
    assert not torch.allclose(scores[0, 0, 0, 1], scores[0, 0, 1, 0], atol=1e-3)


def test_gpt2_is_a_causal_encoder_with_its_norm_first():
    net = archdsl.load("gpt2", length=9, vocabulary=50, dim=24, depth=2, heads=4)
    ours = net.module().double().eval()
    assert ours.head.weight is ours.embedding.weight
    layers = [
        nn.TransformerEncoderLayer(
            24, 4, 96, 0, lambda x: nn.functional.gelu(x, approximate="tanh"), norm_first=True, batch_first=True
        )
        for _ in range(2)
    ]
    ids = torch.randint(50, (3, 9))
    given = [p for name, p in ours.named_parameters() if name.startswith("layer_") and not name.startswith("layer_norm")]
    x = ours.embedding.weight[ids] + ours.position.weight
    mask = nn.Transformer.generate_square_subsequent_mask(9).double()
    for layer, own in zip(layers, (given[:12], given[12:]), strict=True):
        norm1, bias1, *attention, norm2, bias2, up, up_bias, down, down_bias = own
        state = dict(
            zip(
                ("self_attn.in_proj_weight", "self_attn.in_proj_bias", "self_attn.out_proj.weight", "self_attn.out_proj.bias"),
                attention,
                strict=True,
            )
        )
        state |= {"norm1.weight": norm1, "norm1.bias": bias1, "norm2.weight": norm2, "norm2.bias": bias2}
        state |= {"linear1.weight": up, "linear1.bias": up_bias, "linear2.weight": down, "linear2.bias": down_bias}
        layer.double().eval().load_state_dict(state)
        x = layer(x, src_mask=mask)
    wanted = ours.layer_norm(x) @ ours.embedding.weight.T
    assert torch.allclose(ours(ids), wanted, atol=1e-12)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ('rearrange: "c h w"', "'pattern' of rearrange needs one '->'"),
        ('rearrange: "c (h w -> h w c"', "opens a parenthesis that is not closed"),
        ('rearrange: "c h w -> h w"', "has the axis 'c', which is missing on the right"),
        ('rearrange: "c h w -> h w c"', "3 axes may be a map, groups of tokens or heads"),
        ('rearrange: "t c -> c t"', "rearrange takes 2 axes by its pattern, a map of 4x8x8 arrives"),
        ('rearrange: {pattern: "c (h p) w -> (h p c) w", to: sequence}', "cannot tell the lengths of h and p apart"),
        ('rearrange: {pattern: "c (h p) w -> h (p c w)", p: 3}', "8 cannot be taken apart into (h p) with 3"),
        ('rearrange: {pattern: "c h w -> (h w) c", x: 3}', "'x' of rearrange is no axis of the pattern"),
        ("embedding: {vocabulary: 3, channels: 4}", "embedding takes indices, 4x8x8 arrives"),
        ("roll: 9", "a roll by 9 must be less than the map, 4x8x8"),
        ("clamp", "clamp needs a bound"),
        ("to_map: 8", "to_map takes tokens x channels"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(step, message):
    with pytest.raises(SpecError) as caught:
        archdsl.loads(f"input: [4, 8, 8]\nnet:\n  - {step}\n").graph()
    assert message in str(caught.value)
    assert ":3:" in str(caught.value)
