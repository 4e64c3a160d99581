"""Bytes by dtype: published figures of networks for microcontrollers, counts by hand, and what commands say."""

from __future__ import annotations

import json
import pickle
from typing import Any, NamedTuple

import pytest
from graphs import Builder, chain

import archdsl
from archdsl.cli.main import run
from archdsl.cost.comparing.totals import total
from archdsl.cost.counting.bill import Bill
from archdsl.cost.dtypes import ITEM_BYTES
from archdsl.cost.memory.arena import Arena
from archdsl.cost.memory.movement import movement
from archdsl.cost.memory.peak import memory, peak_bytes
from archdsl.cost.memory.storage import plan
from archdsl.cost.memory.training import training
from archdsl.errors import InputError
from archdsl.ir.graph import Graph

KIB = 1024


class Published(NamedTuple):
    """Of the authors' model zoos: kB are KiB, without places.

    Attributes:
        activations: what they compute, without depthwise convolutions in place.
        sram: what TinyEngine allocates in its repository of 2022; None where that is not told.
    """

    name: str
    knobs: dict[str, Any]
    params: str
    macs: str
    activations: int
    sram: int | None


PUBLISHED = [
    Published("mcunet_in0", {}, "0.75", "6.4", 45, 49),
    Published("mcunet_in3", {}, "0.74", "81.8", 333, 260),
    Published("mcunet_in4", {}, "1.73", "125.9", 413, 416),
    Published("proxyless_mobile", {"width": 0.3, "resolution": 176}, "0.75", "38.3", 242, 259),
    Published("proxyless_mobile", {"width": 0.25, "resolution": 112}, "0.57", "10.7", 98, None),
    Published("mobilenet_v2", {"width": 0.35, "resolution": 144, "rows.9.out": 1280}, "0.75", "23.5", 303, None),
    Published("mobilenet_v2", {"width": 0.3, "resolution": 80, "rows.9.out": 1280}, "0.63", "7.3", 94, None),
]


def buffer(graph: Graph) -> int:
    """Bytes of TinyEngine's buffer for depthwise convolutions: one padded channel, in 16 bits."""
    sizes = [0]
    for node in graph:
        if node.op.word == "conv" and node.op.groups == node.op.out > 1:  # type: ignore[attr-defined]
            _, height, width = graph.input_shapes(node)[0]
            padding = node.op.kernel[0] // 2  # type: ignore[attr-defined]
            sizes.append(2 * (height + 2 * padding) * (width + 2 * padding))
    return max(sizes)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda entry: f"{entry.name}-{entry.knobs.get('width', '')}")
def test_published_figures(published: Published) -> None:
    net = archdsl.load(published.name, **published.knobs)
    bill, graph = net.cost(), net.graph()
    assert (f"{bill.params / 1e6:.2f}", f"{bill.macs / 1e6:.1f}") == (published.params, published.macs)
    apart = peak_bytes(plan(graph, where=Arena(graph, in_place=False))) / KIB
    assert published.activations in (int(apart), round(apart + 1e-9), int(apart + 0.5))
    if published.sram is not None:
        ours = memory(graph, "int8").peak_activation_bytes + buffer(graph)
        assert 0 <= published.sram - ours / KIB < 3.2, ours / KIB


def test_mobilenet_v2_as_papers_quote_it() -> None:
    """1,372 KB of activations and 3.4 MB of weights (Lin et al. 2021)."""
    net = archdsl.load("mobilenet_v2").typed("int8")
    assert total(net, "peak") == 1372 * KIB
    assert f"{total(net, 'weights') / 2**20:.1f}" == "3.4"


def test_weights_by_hand() -> None:
    graph = chain(
        (3, 8, 8), ("conv", {"out": 6, "kernel": 3}), "norm", "relu", ("conv", {"out": 5, "bias": True}), "norm", "flatten"
    )
    found = memory(graph, "int8")
    kernels, biases = 6 * 27 + 5 * 6, 6 + 5
    assert found.weights_bytes == kernels + 4 * biases
    assert found.state_bytes == kernels + 4 * biases + 4 * (6 + 5)
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        assert memory(graph, dtype).weights_bytes == (kernels + 5 + 2 * 6 + 2 * 5) * ITEM_BYTES[dtype]


def test_norms_that_stay_are_a_factor_and_a_summand() -> None:
    graph = chain((4, 8, 8), "norm", "relu", ("conv", {"out": 2}), "relu", ("norm", {"affine": False}))
    assert memory(graph, "int8").weights_bytes == 2 * 4 * 4 + 8
    assert memory(graph, "int8").state_bytes == 2 * 4 * 4 + 8 + 4 * 2 + 2 * 2 * 4


def test_shared_weights_are_stored_once() -> None:
    build = Builder((4, 8, 8))
    build("first", "conv", out=4, kernel=3)
    build("second", "relu")
    build.again("third", "first")
    assert memory(build.graph, "int8").weights_bytes == 4 * 36 == total_of(build.graph, "weights")
    assert total_of(build.graph, "state") == 4 * 36 + 4 * 4


def total_of(graph: Graph, cost: str, dtype: str = "int8") -> Any:
    from archdsl.cost.comparing.totals import COSTS

    return COSTS[cost](Bill(graph, 1, dtype)).total


@pytest.mark.parametrize("name", ["mobilenet_v2", "dpnet", "resnet18", "densenet121", "mobilenet_v3_small", "vit_small"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "int8"])
def test_totals_are_as_memory_has_them(name: str, dtype: str) -> None:
    net = archdsl.load(name).typed(dtype)
    found = memory(net.graph(), dtype)
    assert total(net, "weights") == found.weights_bytes
    assert total(net, "state") == found.state_bytes
    assert total(net, "peak") == found.peak_activation_bytes
    assert total(net, "moved") == movement(net.cost()).bytes == movement(net.set().typed("float32").cost(), dtype=dtype).bytes


def test_what_int8_moves_by_hand() -> None:
    """Norm and relu go into the convolution, the parts are copied, and what the second of them became is rescaled with the first."""
    build = Builder((4, 6, 6))
    build("conv", "conv", out=8)
    build("norm", "norm")
    build("relu", "relu")
    build("left", "slice", "relu", start=0, stop=4)
    build("right", "slice", "relu", start=4, stop=8)
    build("learned", "conv", "right", out=4)
    build("join", "concat", "left", "learned")
    moved = {layer.layer.node.name: layer.bytes for layer in movement(Bill(build.graph, 1, "int8")).layers}
    few, many = 4 * 36, 8 * 36
    assert moved == {
        "conv": few + 32 + many,
        "norm": 8 * 4,
        "relu": 0,
        "left": many + few,
        "right": many + few,
        "learned": few + 16 + few,
        "join": many + many + 2 * many,
    }
    assert total_of(build.graph, "requantised") == many


def test_half_as_many_bytes_in_half_precision() -> None:
    one, half = archdsl.load("mobilenet_v2"), archdsl.load("mobilenet_v2").typed("float16")
    for cost in ("weights", "peak", "moved"):
        assert 2 * total(half, cost) == total(one, cost)
    assert total(half, "macs") == total(one, "macs")


def test_nets_keep_their_dtype() -> None:
    net = archdsl.load("mobilenet_v2").typed("int8").batched(2)
    assert net.set(width=0.5).cost().dtype == "int8"
    assert pickle.loads(pickle.dumps(net)).cost().dtype == "int8"
    assert net.cost().as_dict()["dtype"] == "int8"
    assert net.cost(dtype="float32").as_dict() == archdsl.load("mobilenet_v2").cost(batch=2).as_dict()
    assert net.cost(batch=1, dtype="int8").batch == 1
    assert total(net, "peak") == 2 * total(net.batched(1), "peak")
    assert "in place, as TinyEngine" in "".join(net.cost().notes())


@pytest.mark.parametrize(
    ("given", "meant"), [("fp16", "float16"), ("half", "float16"), ("INT8", "int8"), ("i8", "int8"), ("float 32", "float32")]
)
def test_other_words_for_dtypes(given: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{meant}'"):
        archdsl.load("mobilenet_v2").typed(given)


def test_nothing_is_trained_in_int8() -> None:
    with pytest.raises(InputError, match="nothing is trained in int8"):
        training(archdsl.load("mobilenet_v2").graph(), dtype="int8")


def test_commands(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    def told(*words: str) -> Any:
        assert run([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    weights, peak = (total(archdsl.load("mcunet_in3").typed("int8"), cost) for cost in ("weights", "peak"))
    cost = told("cost", "mcunet_in3", "--dtype", "int8")
    assert (cost["memory"]["weights_bytes"], cost["memory"]["peak_activation_bytes"]) == (weights, peak)
    assert cost["requantised"] == 0
    assert (
        told("build", "mcunet_in3", "--dtype", "int8", "--batch", "2", "-o", str(tmp_path / "b"))["memory"][
            "peak_activation_bytes"
        ]
        == 2 * peak
    )
    assert told("compare", "mcunet_in3", "--dtype", "int8")[0]["peak"] == peak
    assert (
        told("sweep", "mcunet_in3", "classes=1000", "--dtype", "int8", "--show", "peak,weights")["rows"][0]["weights"] == weights
    )
    assert (
        told("diff", "mcunet_in3", "mcunet_in3", "--dtype", "int8", "--fail-if", f"weights>{weights}")["totals"]["peak"]["after"]
        == peak
    )
    totals = told("whatif", "mcunet_in3", "--set", "classes=10", "--dtype", "int8", "--show", "weights")["totals"]
    assert {entry["cost"]: entry["before"] for entry in totals}["weights"] == weights
    shown = told("cost", "mcunet_in3", "--dtype", "int8", "--memory")
    assert shown["peak"]["bytes"] == peak
    assert shown["training"] == {}
    assert told("cost", "mcunet_in3", "--memory")["training"]
    assert run(["cost", "mcunet_in3", "--dtype", "float61"]) == 1
    assert "unknown dtype 'float61'; did you mean 'float64'" in capsys.readouterr().err


def test_solving_for_a_microcontroller(capsys: pytest.CaptureFixture[str]) -> None:
    """320 thousand bytes of activations and a million of weights: the best of a grid, against all of it one by one."""
    words = ["--free", "width=0.25:0.5:0.05", "--free", "resolution=96:224:16", "--max", "peak=320K", "--max", "weights=1M"]
    assert (
        run(["solve", "proxyless_mobile", *words, "--dtype", "int8", "--maximize", "macs", "--show", "peak,weights", "--json"])
        == 0
    )
    best = json.loads(capsys.readouterr().out)["best"][0]
    found = []
    for step in range(6):
        for resolution in range(96, 225, 16):
            net = archdsl.load("proxyless_mobile", width=round(0.25 + 0.05 * step, 2), resolution=resolution).typed("int8")
            if total(net, "peak") <= 320_000 and total(net, "weights") <= 1_000_000:
                found.append((net.cost().macs, resolution, total(net, "peak"), total(net, "weights")))
    assert (best["macs"], best["resolution"], best["peak"], best["weights"]) == max(found)
