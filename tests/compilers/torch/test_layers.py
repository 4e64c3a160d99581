"""Layers of the torch back end against the same thing said with torch alone."""

import torch
from graphs import Builder, chain
from torch.nn import functional

import archdsl
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.sharing import ChooseAdd, SharedConv2d, WeightedAdd
from archdsl.compilers.torch.tokens import DropPath, MapNorm


def filled(module):
    """The module with random weights, in evaluation mode."""
    with torch.no_grad():
        for tensor in module.parameters():
            tensor.normal_()
    return module.eval()


def test_attention_from_its_parts_is_attention():
    x = torch.randn(2, 7, 24)
    text = """
archdsl: 1
import: [blocks/transformer]
knobs: {heads: 3}
input: [7, 24]
net: attention
"""
    module = filled(archdsl.loads(text).module())
    weights = dict(module.named_parameters())
    assert sorted(weights) == ["project.bias", "project.weight", "qkv.bias", "qkv.weight"]
    qkv = functional.linear(x, weights["qkv.weight"], weights["qkv.bias"])
    q, k, v = (part.unflatten(2, (3, 8)).transpose(1, 2) for part in qkv.chunk(3, 2))
    mixed = functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    wanted = functional.linear(mixed, weights["project.weight"], weights["project.bias"])
    torch.testing.assert_close(module(x), wanted, rtol=1e-3, atol=1e-3)


def test_tokens_go_row_by_row_with_the_class_token_first():
    x = torch.arange(24.0).reshape(1, 2, 3, 4)
    module = filled(compile(chain((2, 3, 4), "tokens", "class_token", "position")))
    y = module(x) - module.position_2.weight
    assert torch.allclose(y[0, 0], module.class_token_1.weight[0])
    assert torch.allclose(y[0, 1 + 1 * 4 + 2], x[0, :, 1, 2])


def test_norm_of_maps_is_over_channels():
    x = torch.randn(2, 8, 3, 5)
    norm = filled(MapNorm(8, eps=1e-6))
    wanted = functional.layer_norm(x.movedim(1, -1), (8,), norm.weight, norm.bias, 1e-6).movedim(-1, 1)
    torch.testing.assert_close(norm(x), wanted)


def test_shared_filters_are_one_convolution_used_again():
    x = torch.randn(2, 12, 6, 6)
    layer = filled(SharedConv2d(3, 4, 5, 3, padding=1, bias=False))
    wanted = torch.cat([functional.conv2d(part, layer.weight, padding=1) for part in x.chunk(3, 1)], 1)
    torch.testing.assert_close(layer(x), wanted)


def test_choosing_is_a_pointwise_convolution_with_few_coefficients():
    x = torch.randn(2, 12, 6, 6)
    layer = filled(ChooseAdd(12, 8, 3))
    assert all(counts.tolist() == [2, 2, 2, 2] for counts in (torch.bincount(column) for column in layer.choice.T))
    dense = torch.zeros(8, 3, 4)
    for output in range(8):
        for group in range(3):
            dense[output, group, layer.choice[output, group]] = layer.weight[output, group]
    torch.testing.assert_close(layer(x), functional.conv2d(x, dense.reshape(8, 12, 1, 1)))


def test_the_choice_is_saved_and_loaded():
    torch.manual_seed(0)
    first, second = (compile(chain((12, 4, 4), ("choose_add", {"out": 8, "groups": 3}))) for _ in range(2))
    x = torch.randn(1, 12, 4, 4)
    assert not torch.equal(first(x), second(x))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(x), second(x))


def test_weighted_sum():
    a, b, c = torch.randn(3, 2, 4)
    layer = filled(WeightedAdd(3, 0.0))
    torch.testing.assert_close(layer(a, b, c), sum(w.sigmoid() * x for w, x in zip(layer.weight, (a, b, c), strict=True)))


def test_stochastic_depth_drops_whole_images_and_keeps_the_mean():
    torch.manual_seed(0)
    x = torch.ones(4000, 3, 2)
    layer = DropPath(0.25)
    y = layer.train()(x)
    assert {round(v, 4) for v in y.unique().tolist()} == {0.0, 1.3333}
    assert torch.equal(y, y[:, :1, :1].expand_as(y))
    assert abs(y.mean().item() - 1) < 0.05
    assert layer.eval()(x) is x


def test_gradients_reach_every_weight():
    build = Builder((6, 8, 8))
    build("bank", "shared_conv", filters=4, groups=2, kernel=3)
    build("merge", "choose_add", out=6, groups=2)
    build("sum", "weighted_add", "merge", "input")
    build("norm", "layer_norm")
    build("scale", "layer_scale")
    build("tokens", "tokens")
    build("class_token", "class_token")
    build("position", "position")
    build("select", "select_token")
    module = compile(build.graph)
    (module(torch.randn(3, 6, 8, 8)) + module(torch.randn(3, 6, 8, 8))).sum().backward()
    missing = [name for name, p in module.named_parameters() if p.grad is None or not torch.isfinite(p.grad).all()]
    assert missing == []
