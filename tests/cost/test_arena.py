"""Memory of a quantised network against a simulation, which writes what must not be lost and looks whether it is there when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import prod

import numpy as np
import pytest
from graphs import Builder, chain
from random_networks import network, tokens
from small import small

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.cost.memory.arena import Arena
from archdsl.cost.memory.moments import Moments
from archdsl.cost.memory.peak import last_reads, memory, peak_bytes
from archdsl.cost.memory.storage import plan
from archdsl.exact import maximum
from archdsl.ir.folding import folded_norms
from archdsl.ir.graph import Graph, Node
from archdsl.ops.shapes import Ids
from archdsl.spec.locate import zoo_names

ELEMENTWISE = {
    *("relu", "relu6", "hswish", "hsigmoid", "sigmoid", "silu", "gelu", "tanh", "leaky_relu", "prelu", "norm", "layer_scale"),
    *("mish", "elu", "selu", "celu", "softplus", "softsign", "logsigmoid", "hardtanh", "quick_gelu", "squared_relu"),
    *("add", "mul", "sub", "div", "weighted_add", "gain", "offset", "clamp"),
}
WHOLE = {"flatten", "tokens", "to_map", "identity", "dropout", "drop_path", "split_heads"}


def simulated(graph: Graph) -> int:
    """The peak by rules written here anew: tensors are sets of values, and memory is what holds the values that are still wanted.

    Every tensor is a block of its own. An operator frees the blocks that nobody wants any more, and writes over one that nobody else
    wants where it may.
    """
    wanted = {name: len(readers) + (name in graph.ends) for name, readers in graph.readers().items()}
    block_of: dict[str, int] = {}
    holders: dict[int, set[str]] = {}  # by block the tensors in it that are still wanted
    size: dict[int, int] = {}
    folded = folded_norms(graph)
    peak = 0
    for number, node in enumerate(graph):
        if not node.inputs:
            block_of[node.name], size[number], holders[number] = number, prod(node.shape), {node.name}
            continue
        peak = max(peak, sum(size.values()))
        if shares(node, folded, graph):
            block = block_of[node.inputs[0]]
            holders[block].add(node.name)
        else:
            block, mine = number, prod(node.shape)
            over = next((b for b in candidates(node, graph, block_of) if only_for(node, b, graph, block_of)), None)
            together = sum(size.values()) + mine + (prod(node.shape[1:]) if over is not None and node.op.word == "conv" else 0)
            if over is not None:
                together -= min(size[over], mine)
            peak = max(peak, together)
            size[block], holders[block] = mine, {node.name}
        block_of[node.name] = block
        for source in node.inputs:
            wanted[source] -= 1
        for other in [b for b, names in holders.items() if not any(wanted[name] for name in names)]:
            del holders[other], size[other]
    return peak


def shares(node: Node, folded: dict[str, str], graph: Graph) -> bool:
    word = node.op.word
    if word in WHOLE or node.name in folded:
        return True
    same = prod(node.shape) == prod(graph.input_shapes(node)[0])
    if word in ("slice", "crop", "slice_tokens", "select_token"):
        return same
    return word in ("add", "mul", "concat") and len(node.inputs) == 1


def candidates(node: Node, graph: Graph, block_of: dict[str, int]) -> Iterator[int]:
    shapes = graph.input_shapes(node)
    if node.op.word in ("conv", "std_conv"):
        if shapes[0][0] == node.op.groups == node.op.out:
            yield block_of[node.inputs[0]]
    elif node.op.word in ELEMENTWISE:
        yield from [block_of[name] for name, shape in zip(node.inputs, shapes, strict=True) if shape == node.shape]


def only_for(node: Node, block: int, graph: Graph, block_of: dict[str, int]) -> bool:
    """Whether all tensors that ever lie in a block are read by one operator each, the last of them by this one."""
    names = [name for name, other in block_of.items() if other == block]
    readers = graph.readers()
    if any(name in graph.ends or len(readers[name]) != 1 for name in names):
        return False
    return readers[names[-1]] == [node.name] and all(readers[a] == [b] for a, b in pairwise(names))


@pytest.mark.parametrize("seed", range(120))
def test_random_networks(seed: int) -> None:
    graph = (tokens if seed % 4 == 3 else network)(seed)
    assert memory(graph, "int8").peak_activation_bytes == simulated(graph)


@pytest.mark.parametrize("name", zoo_names())
def test_zoo(name: str) -> None:
    graph = small(name).graph()
    if any(type(node.shape) is Ids for node in graph.inputs):
        pytest.skip("indices take eight bytes, the simulation knows one")
    assert memory(graph, "int8").peak_activation_bytes == simulated(graph)


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_is_read_later_is_written_over(seed: int) -> None:
    graph = network(seed)
    found = plan(graph, "int8")
    last = last_reads(found)
    overs = [(number, step) for number, step in enumerate(found.steps) if step.over is not None]
    assert all(last[step.over] == number and step.over in step.reads for number, step in overs if step.over is not None)
    assert all(0 <= step.saved <= min(found.storages[step.over].bytes, found.storages[step.makes].bytes) for _, step in overs)


def test_some_random_networks_write_over_inputs() -> None:
    counted = [sum(step.over is not None for step in plan(network(seed), "int8").steps) for seed in range(40)]
    depthwise = [any(step.scratch for step in plan(network(seed), "int8").steps) for seed in range(40)]
    assert sum(map(bool, counted)) > 30
    assert any(depthwise)


@pytest.mark.parametrize("seed", range(30))
def test_arrays_count_as_single_networks_do(seed: int) -> None:
    """What grids are counted by, on one network."""
    graph = network(seed)
    for dtype in ("float32", "float16", "int8"):
        assert maximum(*Moments(graph, dtype).sums()) == memory(graph, dtype).peak_activation_bytes


def test_by_hand() -> None:
    """An inverted residual over 6x6 places, 4 channels expanded to 24, depthwise with stride 1."""
    build = Builder((4, 6, 6), "Residual")
    build("expand", "conv", out=24)
    build("expand_norm", "norm")
    build("expand_act", "relu6")
    build("depthwise", "conv", out=24, kernel=3, groups=24)
    build("depthwise_norm", "norm")
    build("depthwise_act", "relu6")
    build("project", "conv", out=4)
    build("project_norm", "norm")
    build("sum", "add", "project_norm", "input")
    build("last", "conv", out=2, kernel=3, stride=2)
    found = memory(build.graph, "int8")
    few, many, channel = 4 * 36, 24 * 36, 36
    expected = {
        "expand": few + many,
        "depthwise": few + many + channel,
        "project": few + many + few,
        "sum": few + few,
        "last": few + 2 * 9,
    }
    times = {moment.node: moment.bytes for moment in found.timeline}
    assert {name: times[name] for name in expected} == expected
    assert found.peak.node == "project"
    assert found.peak.bytes == sum(size for _, size in found.peak.alive) + found.peak.scratch
    assert peak_bytes(plan(build.graph, "int8", Arena(build.graph, in_place=False))) == few + many + many


def test_a_stride_leaves_memory_behind() -> None:
    graph = chain((8, 8, 8), ("conv", {"out": 8, "kernel": 3, "stride": 2, "groups": 8}), ("conv", {"out": 64}))
    times = {moment.node: moment.bytes for moment in memory(graph, "int8").timeline}
    assert times == {"conv_0": 512 + 16, "conv_1": 8 * 16 + 64 * 16}


@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
@pytest.mark.parametrize("name", ["dpnet", "resnet18", "mcunet_in3", "mobilenet_v3_small"])
def test_a_grid_is_as_one_by_one(name: str, dtype: str) -> None:
    costs = ("weights", "state", "peak", "moved", "requantised")
    net = archdsl.load(name).batched(3).typed(dtype)
    knob = "width" if "width" in net.knobs else "classes"
    values = {"width": [0.5, 1, 2], "classes": [10, 1000, 5000]}[knob]
    rows = net.sweep(show=costs, **{knob: values, "resolution": [64, 96, 224]}).rows()
    assert len(rows) == 9
    for row in rows:
        one = net.set(**{knob: row[knob], "resolution": row["resolution"]})
        assert {cost: row[cost] for cost in costs} == {cost: total(one, cost) for cost in costs}


def test_grids_of_structures_are_as_one_by_one() -> None:
    """Blocks, depths and kernels that variants differ in, with a shortcut and a concat in some of them."""
    costs = ("weights", "state", "peak", "moved", "requantised")
    net = archdsl.load("spaces/mobile", resolution=128).typed("int8")
    axes = {
        "rows.2.op": ["mobile", "part", "dual_a", "dual_b"],
        "depths.1": [1, 2],
        "rows.6.op": ["mobile", "dual_a"],
        "widths.1": [16, 24],
    }
    rows = net.sweep(show=costs, **axes).rows()
    assert len(rows) == 32
    assert len({row["requantised"] for row in rows}) > 3
    for row in rows:
        one = net.set(**{name: row[name] for name in axes})
        assert {cost: row[cost] for cost in costs} == {cost: total(one, cost) for cost in costs}, row


def test_peaks_of_arrays() -> None:
    widths = np.array([0.5, 1, 2])
    found = memory(archdsl.load("mobilenet_v2", width=widths).graph(), "int8").peak_activation_bytes
    ones = [memory(archdsl.load("mobilenet_v2", width=width).graph(), "int8").peak_activation_bytes for width in widths]
    assert found.tolist() == ones
