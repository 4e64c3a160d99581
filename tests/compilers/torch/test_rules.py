"""Every operator as PyTorch: shapes, weights and values."""

from dataclasses import dataclass
from types import MappingProxyType

import pytest
import torch
from graphs import Builder, chain
from operators import CASES, KNOWN, MAP, alone
from torch import nn
from torch.nn import functional

from archdsl.compilers.torch import check_shapes, compile
from archdsl.errors import BackendError
from archdsl.ir.graph import Node
from archdsl.ops.operator import SameShape


@pytest.mark.parametrize(("shape", "word", "arguments"), CASES, ids=lambda case: str(case))
def test_shapes_and_weights_are_those_of_the_graph(shape, word, arguments):
    graph = alone(word, shape, arguments)
    node, arriving = graph["node"], graph.input_shapes(graph["node"])
    module = compile(graph)
    assert check_shapes(graph, module).mismatches == []
    assert {name: tuple(p.shape) for name, p in module.named_parameters()} == {
        f"node.{name}": size for name, size in node.op.weights(*arriving).items()
    }
    kept = {**node.op.buffers(*arriving), **node.op.constants(*arriving)}
    buffers = {name: tuple(b.shape) for name, b in module.named_buffers() if b.dtype != torch.int64}
    assert buffers == {f"node.{name}": size for name, size in kept.items()}
    assert not any(tensor.is_meta for tensor in module.state_dict().values())


def test_every_operator_has_a_case():
    assert {word for _, word, _ in CASES} == KNOWN


def test_an_operator_without_a_rule_names_itself_and_its_node():
    @dataclass(frozen=True)
    class Fold(SameShape):
        word = "fold"
        fields = MappingProxyType({})

    build = Builder(MAP)
    build.graph.nodes["stem.fold"] = Node("stem.fold", Fold(), ("input",), MAP)
    with pytest.raises(BackendError, match=r"^torch has no rule for the operator fold, which 'stem\.fold' uses$"):
        compile(build.graph)


def run(word, x, **arguments):
    """The operator on a tensor."""
    graph = chain(tuple(x.shape[1:]), (word, arguments))
    return compile(graph).eval()(x)


def test_shift_moves_each_group_by_its_offset():
    x = torch.randn(2, 20, 6, 5)
    y = run("shift", x, kernel=3, dilation=2)
    offsets = [(down, right) for down in (-2, 0, 2) for right in (-2, 0, 2)]
    for channel in range(20):
        down, right = offsets[channel // 2] if channel < 18 else (0, 0)
        for row in range(6):
            for column in range(5):
                inside = 0 <= row - down < 6 and 0 <= column - right < 5
                wanted = x[:, channel, row - down, column - right] if inside else torch.zeros(2)
                assert torch.equal(y[:, channel, row, column], wanted)


def test_shift_by_more_than_the_map_leaves_zeros():
    x = torch.randn(2, 9, 2, 4)
    y = run("shift", x, kernel=3, dilation=3)
    wanted = torch.zeros_like(x)
    wanted[:, 3, :, :1], wanted[:, 4], wanted[:, 5, :, 3:] = x[:, 3, :, 3:], x[:, 4], x[:, 5, :, :1]
    assert torch.equal(y, wanted)


def test_shift_is_few_operators():
    """Each costs an exporter tens of milliseconds, and a network holds many shifts."""
    graph = chain((18, 6, 5), ("shift", {"kernel": 3}))
    traced = torch.export.export(compile(graph).eval(), (torch.zeros(2, 18, 6, 5),)).graph
    called = [str(node.target) for node in traced.nodes if node.op == "call_function"]
    assert sorted(set(called)) == ["<built-in function getitem>", "aten.cat.default", "aten.pad.default", "aten.split.Tensor"]
    assert len(called) == 1 + 9 + 8 + 1


def test_shift_of_few_channels_moves_nothing():
    x = torch.randn(2, 8, 4, 4)
    y = run("shift", x, kernel=3)
    assert torch.equal(x, y)
    assert y.data_ptr() != x.data_ptr()


def test_shuffle_deals_channels_out():
    x = torch.arange(6.0).reshape(1, 6, 1, 1)
    assert run("shuffle", x, groups=2).flatten().tolist() == [0, 3, 1, 4, 2, 5]


def test_slice_of_tokens_takes_channels():
    x = torch.randn(2, 5, 8)
    assert torch.equal(run("slice", x, start=1, stop=3), x[:, :, 1:3])


def test_mul_stretches_either_side():
    build = Builder((4, 6, 6))
    build("pool", "adaptive_pool")
    build("mul", "mul", "pool", "input")
    build("mul_2", "mul", "mul", "pool")
    x = torch.randn(2, 4, 6, 6)
    pooled = x.mean((2, 3), keepdim=True)
    torch.testing.assert_close(compile(build.graph)(x), pooled * x * pooled)


def test_norm_of_tokens_is_over_channels():
    x = torch.randn(4, 5, 8)
    norm = nn.BatchNorm1d(8)
    torch.testing.assert_close(compile(chain((5, 8), "norm"))(x), norm(x.reshape(20, 8)).reshape(4, 5, 8))


def test_prelu_of_tokens_is_by_channel():
    x = torch.randn(2, 5, 8)
    module = compile(chain((5, 8), ("prelu", {"shared": False})))
    slopes = torch.rand(8)
    with torch.no_grad():
        module.prelu_0.weight.copy_(slopes)
    torch.testing.assert_close(module(x), torch.where(x > 0, x, slopes * x))


def test_bilinear_is_aligned_by_pixel_centres():
    x = torch.randn(1, 2, 3, 3)
    wanted = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    assert torch.equal(run("upsample", x, mode="bilinear"), wanted)


def test_fields_reach_the_module():
    norm = ("norm", {"eps": 1e-3, "momentum": 0.01})
    module = compile(chain(MAP, norm, ("leaky_relu", {"slope": 0.2}), ("dropout", {"rate": 0.3})))
    assert (module.norm_0.eps, module.norm_0.momentum) == (1e-3, 0.01)
    assert module.leaky_relu_1.negative_slope == 0.2
    assert module.dropout_2.p == 0.3
