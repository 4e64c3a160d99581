"""Recurrent layers against PyTorch's own: values, weights, memory, training memory, counts, source and ONNX."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from graphs import Builder, chain
from small import compiled, measured_peak, measured_saved
from torch import nn

import archdsl
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.source import python_source
from archdsl.compilers.torch import compile
from archdsl.cost.counting.bill import Bill
from archdsl.cost.memory.peak import memory
from archdsl.cost.memory.saved import saved_bytes
from archdsl.errors import BackendError
from archdsl.measure.counting_tools import RUN, measure
from archdsl.ops import OPERATORS, ShapeError
from archdsl.ops.shapes import Map, Sequence, Vector

SEQUENCE = Sequence((5, 8))

FORMS: list[tuple[str, dict[str, Any]]] = [
    (word, {"out": 3, "layers": layers, "bidirectional": both, "bias": bias, "returns": returns, **more})
    for layers, both, bias, returns in itertools.product((1, 3), (False, True), (True, False), ("sequence", "last"))
    for word, more in (("lstm", {}), ("gru", {}), ("lstm", {"projection": 2}))
]


@pytest.mark.parametrize(("word", "arguments"), FORMS)
def test_every_form_is_what_pytorch_computes(word: str, arguments: dict[str, Any]) -> None:
    graph = chain(SEQUENCE, (word, arguments))
    torch.manual_seed(0)
    module, image = compile(graph).eval(), torch.randn(2, *SEQUENCE)
    given = module(image)
    layer: Any = module.get_submodule(f"{word}_0")
    states, ends = layer(image)
    if arguments["returns"] == "sequence":
        assert torch.equal(given, states)
    else:  # forwards it ends at the last token, backwards at the first
        hidden = ends[0] if word == "lstm" else ends
        assert torch.equal(given, torch.cat(list(hidden[-2:]), 1) if arguments["bidirectional"] else hidden[-1])
        half = states.shape[2] // (2 if arguments["bidirectional"] else 1)
        assert torch.equal(given[:, :half], states[:, -1, :half])
    written: dict[str, Any] = {}
    exec(python_source(graph), written)
    copy = written["Net"]().eval()
    copy.load_state_dict(module.state_dict())
    assert torch.equal(copy(image), given)


@pytest.mark.parametrize(("word", "arguments"), FORMS)
def test_every_form_counts_as_tools_count_it(word: str, arguments: dict[str, Any]) -> None:
    graph = chain(SEQUENCE, (word, arguments))
    bill = Bill(graph)
    assert {name: bill.flops(name) for name in RUN} == {name: measure(name, compiled(graph), SEQUENCE) for name in RUN}


@pytest.mark.parametrize(("word", "arguments"), FORMS)
@pytest.mark.parametrize("dropout", [0, 0.5])
def test_memory_is_that_of_its_steps(word: str, arguments: dict[str, Any], dropout: float) -> None:
    build = Builder(SEQUENCE)
    build("linear", "linear", out=8)
    build("recurrent", word, **arguments, dropout=dropout)
    graph = build.graph
    assert memory(graph).peak_activation_bytes == measured_peak(compiled(graph), torch.randn(1, *SEQUENCE))
    for batch in (1, 2):
        assert saved_bytes(graph, batch) == measured_saved(compiled(graph), torch.randn(batch, *SEQUENCE))


@pytest.mark.parametrize("arguments", [{}, {"layers": 2, "bidirectional": True}, {"returns": "last", "bidirectional": True}])
@pytest.mark.parametrize("word", ["lstm", "gru"])
def test_groups_are_gone_through_one_by_one(word: str, arguments: dict[str, Any]) -> None:
    groups = Sequence((3, 5, 8))
    build = Builder(groups)
    build("linear", "linear", out=8)
    build("recurrent", word, out=4, **arguments)
    graph = build.graph
    torch.manual_seed(0)
    module, image = compile(graph).eval(), torch.randn(2, *groups)
    alone = Builder(SEQUENCE)
    alone("linear", "linear", out=8)
    alone("recurrent", word, out=4, **arguments)
    each = compile(alone.graph).eval()
    each.load_state_dict(module.state_dict())
    with torch.no_grad():
        wanted = torch.stack([each(image[:, group]) for group in range(3)], 1)
        assert torch.allclose(module(image), wanted, atol=1e-6)
        model = onnx_model(graph, {key: tensor.numpy() for key, tensor in module.state_dict().items()})
        session = onnxruntime.InferenceSession(model.SerializeToString())
        assert np.allclose(session.run(None, {"x": image.numpy()})[0], wanted, atol=1e-5)
    assert Bill(graph).macs == 3 * Bill(alone.graph).macs
    assert memory(graph).peak_activation_bytes == pytest.approx(measured_peak(compiled(graph), torch.randn(1, *groups)), rel=0.15)
    for batch in (1, 2):
        assert saved_bytes(graph, batch) == measured_saved(compiled(graph), torch.randn(batch, *groups))
    assert {name: Bill(graph).flops(name) for name in RUN} == {name: measure(name, compiled(graph), groups) for name in RUN}


@pytest.mark.parametrize("tokens", [1, 2, 9])
@pytest.mark.parametrize(("word", "layers", "both"), [("lstm", 1, False), ("lstm", 8, True), ("gru", 8, False), ("gru", 1, True)])
def test_peaks_of_short_and_long_sequences(word: str, layers: int, both: bool, tokens: int) -> None:
    graph = chain(Sequence((tokens, 8)), (word, {"out": 6, "layers": layers, "bidirectional": both}))
    assert memory(graph).peak_activation_bytes == measured_peak(compiled(graph), torch.randn(1, tokens, 8))


@pytest.mark.parametrize(("word", "arguments"), [form for form in FORMS if "projection" not in form[1]])
def test_every_form_in_onnx(word: str, arguments: dict[str, Any]) -> None:
    graph = chain(SEQUENCE, (word, arguments))
    torch.manual_seed(0)
    module, image = compile(graph).eval(), torch.randn(2, *SEQUENCE)
    model = onnx_model(graph, {key: tensor.numpy() for key, tensor in module.state_dict().items()})
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (came,) = session.run(None, {"x": image.numpy()})
    np.testing.assert_allclose(came, module(image).detach().numpy(), atol=1e-6)


def test_onnx_has_no_projection() -> None:
    with pytest.raises(BackendError, match=r"^onnx: its LSTM has no projection of the state$"):
        onnx_model(chain(SEQUENCE, ("lstm", {"out": 4, "projection": 2})))


def test_multiply_accumulates_by_the_formula() -> None:
    (layer,) = Bill(chain(SEQUENCE, ("lstm", {"out": 6, "layers": 2, "bidirectional": True, "projection": 4})))
    first, second = (4 * 6 * (8 + 4) + 4 * 6, 4 * 6 * (2 * 4 + 4) + 4 * 6)
    assert layer.macs == 5 * 2 * (first + second)
    assert layer.params == 2 * (first + second) + 2 * 2 * 2 * 4 * 6


def test_shapes_that_do_not_fit() -> None:
    for shape, arguments, said in (
        (Map((8, 9, 7)), {}, r"^lstm takes tokens x channels, 8x9x7 arrives$"),
        (Vector((8,)), {}, r"^lstm takes tokens x channels, 8 arrives$"),
        (SEQUENCE, {"projection": 6}, r"^lstm projects to fewer channels than its state has; 6 of 6 came$"),
    ):
        with pytest.raises(ShapeError, match=said):
            OPERATORS["lstm"].read({"out": 6, **arguments}).shape(shape)


def test_a_grid_costs_what_its_networks_cost() -> None:
    knobs = {"hidden": [16, 32, 64], "length": [8, 64, 128]}
    grid = archdsl.load("lstm_classifier", layers=3, bidirectional=True, **knobs)
    peaks = memory(grid.graph()).peak_activation_bytes
    for index in range(3):
        one = archdsl.load("lstm_classifier", layers=3, bidirectional=True, **{k: v[index] for k, v in knobs.items()})
        assert (grid.cost().params[index], grid.cost().macs[index]) == (one.cost().params, one.cost().macs)
        assert peaks[index] == memory(one.graph()).peak_activation_bytes


def test_weights_used_again_by_another_form() -> None:
    """One LSTM gives the states, the other the last of them: two modules, one set of weights, which a step of training moves once."""
    text = (
        "archdsl: 1\nname: Twice\ninput: [5, 8]\nnet:\n  - {lstm: 8, name: first, share: one}\n"
        "  - {lstm: {out: 8, returns: last}, name: second, share: one}\n"
    )
    net = archdsl.loads(text)
    module, image = net.module(), torch.randn(2, 5, 8)
    assert sum(p.numel() for p in module.parameters()) == net.cost().params == 4 * 8 * (8 + 8 + 2)
    layer = nn.LSTM(8, 8, batch_first=True)
    layer.load_state_dict({key.removeprefix("first."): value for key, value in module.state_dict().items() if "first" in key})
    torch.testing.assert_close(module(image), layer(layer(image)[0])[1][0][-1])
