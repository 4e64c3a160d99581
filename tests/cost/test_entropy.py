"""Entropy and effectiveness of DeepMAD: by hand, by listing every path, and on grids."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.cost.comparing.totals import amounts, total
from archdsl.cost.expressive.spine import scales
from archdsl.exact import Undetermined, symbols
from archdsl.exact.logarithm import UNIT, log
from archdsl.ops.convolution import Convolving

HAND = """
archdsl: 1
name: Hand
input: [3, 32, 32]
net:
  - {conv: {out: 16, kernel: 3, stride: 2}}
  - relu
  - fork:
    paths:
      - - {conv: {out: 64}}
        - {conv: {out: 64, kernel: 5, groups: 64}}
        - squeeze: 8
        - {conv: {out: 16}}
      - []
    join: add
  - down: 32
  - {adaptive_pool: {}}
  - flatten
  - linear: 10
blocks:
  squeeze:
    args: {hidden: int}
    body:
      - fork:
        paths: [[], [adaptive_pool, {conv: {out: $hidden}}, relu, {conv: {out: 64}}, sigmoid]]
        join: mul
  down:
    args: {out: int}
    body:
      - {conv: {out: 48}}
      - split: even
        paths: [[{conv: {out: 24, kernel: 3, stride: 2}}], [{conv: {out: 24, kernel: 7, stride: 2}}]]
        join: concat
      - {conv: {out: $out}}
"""


def test_by_hand() -> None:
    """Two scales: 16 channels of 16² before the block that shrinks the map, 32 of 8² at the end; the gate counts for nothing."""
    net = archdsl.loads(HAND)
    before = [3 * 9, 16, 25, 64]
    after = [16, 24 * 49, 48]  # of the halves of the split the wider one
    first = math.log(16 * 16 * 16) * sum(map(math.log, before))
    last = math.log(8 * 8 * 32) * sum(map(math.log, before + after))
    assert float(total(net, "entropy")) == pytest.approx(first + 8 * last, rel=1e-6)
    depth = len(before) + len(after)
    assert total(net, "path_layers") == depth
    assert float(total(net, "effectiveness")) == pytest.approx(depth / math.prod(before + after) ** (1 / depth), rel=1e-6)
    assert [scale.features for scale in scales(net.graph())] == [(16, 16, 16), (32, 8, 8)]


def test_a_residual_network_by_its_table() -> None:
    """ResNet-18 (He et al. 2016, Table 1): 17 convolutions on the path, shortcuts not counted; the stem pools by itself."""
    widths = [[3 * 49], [64 * 9] * 4, [64 * 9, *[128 * 9] * 3], [128 * 9, *[256 * 9] * 3], [256 * 9, *[512 * 9] * 3]]
    features = [64 * 112**2, 64 * 56**2, 128 * 28**2, 256 * 14**2, 512 * 7**2]
    sums = np.cumsum([sum(map(math.log, scale)) for scale in widths])
    wanted = sum(weight * math.log(f) * s for weight, f, s in zip((1, 1, 1, 1, 8), features, sums, strict=True))
    net = archdsl.load("resnet18")
    assert float(total(net, "entropy")) == pytest.approx(wanted, rel=1e-6)
    assert float(total(net, "effectiveness")) == pytest.approx(17 / math.exp(sums[-1] / 17), rel=1e-6)


def longest(net: archdsl.Net) -> tuple[int, float]:
    """Layers and logarithms of the longest path between each pair of neighbouring ends of pieces, by listing all paths."""
    import networkx

    graph = net.graph()
    whole = networkx.DiGraph(graph.networkx())
    ends = [graph.input.name, *(piece.end.name for scale in scales(graph) for piece in scale.pieces)]
    layers, widths = 0, 0.0
    for a, b in pairwise(ends):
        paths = [_length(graph, path[1:]) for path in networkx.all_simple_paths(whole, a, b)]
        best = max(path for path in paths if path is not None)
        layers, widths = layers + best[0], widths + best[1]
    return layers, widths


def _length(graph: Any, path: list[str]) -> tuple[int, float] | None:
    """None for a path through what sees the whole image."""
    nodes = [graph[name] for name in path]
    if any(node.op.word == "adaptive_pool" for node in nodes):
        return None
    convolutions = [node for node in nodes if isinstance(node.op, Convolving)]
    widths = [
        graph[node.inputs[0]].shape[0] // node.op.groups * math.prod(node.op.over(graph[node.inputs[0]].shape).kernel)
        for node in convolutions
    ]
    return len(widths), sum(map(math.log, widths))


@pytest.mark.parametrize("name", ["dpnet", "mobilenet_v3", "googlenet", "ghostnet", "shufflenet_v2", "resnet50", "inception_v3"])
def test_the_longest_of_all_paths(name: str) -> None:
    net = archdsl.load(name)
    layers, widths = longest(net)
    assert total(net, "path_layers") == layers
    assert float(total(net, "effectiveness")) == pytest.approx(layers / math.exp(widths / layers), rel=1e-6)


@pytest.mark.parametrize("name", ["entropy", "effectiveness", "path_layers"])
def test_arrays_are_their_networks(name: str) -> None:
    base = archdsl.load("dpnet")
    settings = {"width": [0.5, 1, 1.3], "resolution": [96, 224], "kernels": [[3, 5], [7, 3]], "rows.5-9.exp": ["*0.9", "*2"]}
    rows = base.sweep(**settings, show=[name, "macs"]).rows()
    assert len(rows) == 24
    for row in rows:
        single = {key: list(value) if isinstance(value, tuple) else value for key, value in row.items() if key in rows.settings}
        assert row[name] == total(base.set(**single), name)
    grid = amounts(archdsl.load("mobilenet_v2", width=np.array([0.5, 1, 1.4])), name)
    found = np.broadcast_to(np.asarray(grid.total), (3,)).tolist()
    assert found == [amounts(archdsl.load("mobilenet_v2", width=width), name).total for width in (0.5, 1, 1.4)]


@pytest.mark.parametrize("name", ["entropy", "effectiveness", "path_layers"])
def test_grids_that_differ_in_structure(name: str) -> None:
    net = archdsl.load("spaces/mobile")
    free = {
        "depths.1": [1, 3],
        "rows.1.op": ["mobile", "part", "dual_b"],
        "rows.2.op": ["mobile", "part", "dual_a", "dual_b"],
        "rows.2.kernel": [3, 5],
        "widths.2": [32, 48],
        "rows.13.op": ["mobile", "dual_b"],
        "widths.3": [96, 112],
    }
    rows = net.sweep(**free, show=[name]).rows()
    assert len(rows) == 384
    assert rows.outcome.structures < 10
    for row in random.Random(3).sample(list(rows), 40):
        assert row[name] == total(net.set(**{key: row[key] for key in rows.settings}), name)


def test_depth_by_depth() -> None:
    rows = archdsl.load("mobilenet_v2").sweep(**{"rows.3-6.repeat": [1, 2, 3]}, show=["path_layers", "entropy"]).rows()
    layers = [row["path_layers"] for row in rows]
    assert layers == [layers[0], layers[0] + 12, layers[0] + 24]
    assert [row["entropy"] for row in rows] == sorted(row["entropy"] for row in rows)


def test_solve_and_sweep_agree() -> None:
    net = archdsl.load("dpnet")
    free = {"width": [0.75, 1, 1.25], "rows.13,15.exp": range(480, 961, 48), "rows.5-9.exp": ["*0.5", "*1", "*1.5", "*2"]}
    best = net.solve("max:entropy", free=free, most={"macs": "120M", "effectiveness": 1.6}, least={"effectiveness": "1.4"}).best
    rows = net.sweep(**free, where="macs<=120M and effectiveness<=1.6 and effectiveness>=1.4", show=["entropy"]).top(
        1, "max:entropy"
    )
    assert best[0]["entropy"] == rows[0]["entropy"]
    front = net.sweep(**free, show=["entropy"]).pareto("macs", "max:entropy")
    assert all(a["macs"] < b["macs"] and a["entropy"] < b["entropy"] for a, b in pairwise(sorted(front, key=lambda r: r["macs"])))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("vit_small", "it has the operator matmul"),
        ("lstm_classifier", "it has the operator lstm"),
        ("siamese_resnet18", "several maps come in"),
        ("unet", "it has the operator conv_transpose"),
        ("deeplabv3", "its paths end in several maps"),
    ],
)
def test_what_it_is_not_defined_for(name: str, why: str) -> None:
    with pytest.raises(archdsl.InputError, match=f"defined for networks of convolutions; .* is none: {why}"):
        total(archdsl.load(name), "entropy")


def test_logarithms_are_rounded_once() -> None:
    assert log(1) == 0
    assert log(10) == round(math.log(10) * UNIT)
    with pytest.raises(Undetermined):
        log(symbols("C")[0])


def test_the_bill_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cost", "resnet18", "--show", "entropy,effectiveness", "--json"]) == 0
    costs = json.loads(capsys.readouterr().out)["costs"]
    assert costs["entropy"] == float(total(archdsl.load("resnet18"), "entropy"))
    assert run(["cost", "resnet18", "--show", "entropie"]) != 0
    assert "did you mean 'entropy'" in capsys.readouterr().err
