"""Every reader of operators against every operator, and against one that is made up: it works, or it refuses by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from graphs import chain
from operators import CASES, KNOWN, MAP, alone
from torch import nn

import archdsl
from archdsl.compilers.onnx_direct import onnx_model
from archdsl.compilers.onnx_direct.rule import simple
from archdsl.compilers.passes import optimize
from archdsl.compilers.source import python_source
from archdsl.compilers.torch import compile
from archdsl.compilers.torch.rule import Layer
from archdsl.cost.counting.bill import Bill
from archdsl.cost.counting.conventions import convention_names, load_convention
from archdsl.cost.latency.layer_kinds import kinds
from archdsl.cost.latency.neighbours import Neighbours
from archdsl.cost.latency.work import WORK
from archdsl.cost.memory.movement import movement
from archdsl.cost.memory.receptive import receptive_fields
from archdsl.cost.memory.saved import saved_bytes
from archdsl.cost.memory.storage import plan
from archdsl.errors import BackendError
from archdsl.ir.graph import Graph
from archdsl.ops import OPERATORS, Dim, Operator, Shape
from archdsl.ops.activation import Activation
from archdsl.ops.arguments import NUMBER, arg
from archdsl.ops.facts import Kept, Layout, Memory, no_scratch, sees_everything
from archdsl.ops.operator import SameShape, operator
from archdsl.ops.readers import READERS, Facts, Reader, Rules
from archdsl.ops.shapes import channel_axis
from archdsl.viz.labels import label


def count_all(graph: Graph) -> list[Any]:
    return [Bill(graph).count(name).total for name in convention_names()]


def works_in_blocks(graph: Graph) -> list[Any]:
    return [WORK["blocks"](layer, 1, 4) for layer in Bill(graph)]


def kinds_of_layers(graph: Graph) -> list[Any]:
    beside = Neighbours(graph)
    return [kinds(layer, beside.of(layer.node)) for layer in Bill(graph)]


RUNS: dict[str, Callable[[Graph], Any]] = {
    "torch": compile,
    "initialisation": compile,
    "Python source": python_source,
    "onnx": onnx_model,
    "drawing": lambda graph: [label(node, graph.input_shapes(node)) for node in graph],
    "conventions": count_all,
    "memory": plan,
    "memory for gradients": saved_bytes,
    "movement": lambda graph: movement(Bill(graph)),
    "receptive fields": receptive_fields,
    "predicted latency": kinds_of_layers,
    "kinds of layers": kinds_of_layers,
    "blocks of channels": works_in_blocks,
    "rewriting": optimize,
}
"""Each reader as its users call it."""

WITHOUT_ASKING = {"initialisation", "blocks of channels"}
"""Readers that know enough of a class alone: PyTorch's layers begin by themselves, and what has no multiply-accumulates is no work."""

MODULES_WITHOUT = ("archdsl.compilers.executorch", "archdsl.compilers.openvino", "archdsl.__main__")
"""Modules that need packages which may be missing, and the command line."""


def modules() -> Iterator[Any]:
    """All modules of archdsl, imported."""
    for found in pkgutil.walk_packages(archdsl.__path__, "archdsl."):
        if not found.name.startswith(MODULES_WITHOUT):
            yield importlib.import_module(found.name)
    for name in ("compilers", "viz"):  # package-dir puts them elsewhere
        package = importlib.import_module(f"archdsl.{name}")
        for found in pkgutil.walk_packages(package.__path__, f"archdsl.{name}."):
            if not found.name.startswith(MODULES_WITHOUT):
                yield importlib.import_module(found.name)


EVERYTHING = list(modules())


def test_every_reader_is_run_here() -> None:
    assert set(RUNS) == set(READERS)


def test_nobody_keeps_a_table_of_operators_that_is_no_reader() -> None:
    """A table that is not in READERS would answer for an operator that it does not hold."""
    known = [set(reader.rules) for reader in READERS.values() if isinstance(reader, Rules)]
    for module in EVERYTHING:
        for name, value in vars(module).items():
            if value is OPERATORS or not isinstance(value, (dict, tuple, list, set, frozenset)):
                continue
            classes = {item for item in value if isinstance(item, type) and issubclass(item, Operator)}
            where = f"{module.__name__}.{name}"
            if len(classes) > 1 and where not in GROUPED:
                assert any(classes <= rules for rules in known), where


GROUPED = {"archdsl.viz.tree.FOLLOWS", "archdsl.viz.tree.LEADS"}
"""Which operators share a box of a drawing: one that is not there has a box of its own."""


@pytest.mark.parametrize("reader", sorted(RUNS))
def test_every_reader_knows_every_operator(reader: str) -> None:
    assert {word for _, word, _ in CASES} == KNOWN
    found = READERS[reader]
    for kind in (OPERATORS[word] for word in KNOWN):
        assert not isinstance(found, Rules) or found.find(kind) is not None, kind
        assert not isinstance(found, Facts) or found.missing(kind) == [], kind
    for shape, word, arguments in {word: case for case in CASES if (word := case[1])}.values():
        RUNS[reader](alone(word, shape, arguments))


# -- an operator that is made up -----------------------------------------------------------------------------------------------


@pytest.fixture
def forgotten() -> Iterator[type[Operator]]:
    """An operator that has only its class: its fields and its shape."""

    @operator("wobble_norm")
    class WobbleNorm(SameShape):
        """Nobody knows."""

        eps: Any = arg(NUMBER, 1e-5, doc="added to the variance")

    yield WobbleNorm
    del OPERATORS["wobble_norm"]


def with_weights(word: str) -> Graph:
    """The operator where a gradient passes and others stand around it."""
    return chain(MAP, ("conv", {"out": 8, "kernel": 3}), word, "relu", ("conv", {"out": 4}))


@pytest.mark.parametrize("reader", sorted(set(RUNS) - WITHOUT_ASKING))
def test_what_has_only_its_class_is_refused_by_name(reader: str, forgotten: type[Operator]) -> None:
    with pytest.raises(BackendError, match=r"has no rule for the operator wobble_norm, which 'wobble_norm_1' uses") as caught:
        RUNS[reader](with_weights("wobble_norm"))
    shared = {"kinds of layers": "predicted latency", "conventions": "the convention fvcore", "rewriting": "rewriting"}
    assert str(caught.value).startswith(shared.get(reader, reader))


def test_what_is_not_said_is_named(forgotten: type[Operator]) -> None:
    with pytest.raises(BackendError) as caught:
        saved_bytes(with_weights("wobble_norm"))
    assert str(caught.value) == (
        "memory for gradients has no rule for the operator wobble_norm, which 'wobble_norm_1' uses: it does not say "
        "which memory its output lies in (memory), what it keeps for its gradient (kept)"
    )


def test_a_new_member_of_a_group_is_refused_where_the_group_does_not_say_enough() -> None:
    """An activation is elementwise, whichever it is; what its gradient needs and how others write it only it can say."""

    @operator("wobble")
    class Wobble(Activation):
        """Nobody knows."""

    refused = {"torch", "Python source", "onnx", "conventions", "memory for gradients", "initialisation"}
    try:
        for reader, run in RUNS.items():
            if reader in refused:
                with pytest.raises(BackendError, match=r"has no rule for the operator wobble, which 'wobble_1' uses"):
                    run(with_weights("wobble"))
            else:
                run(with_weights("wobble"))
    finally:
        del OPERATORS["wobble"]


def test_a_layer_that_nothing_gives_weights_is_refused(added: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = READERS["torch"].rules  # type: ignore[attr-defined]
    empty = Layer(lambda op, shapes, in_place: nn.InstanceNorm2d(shapes[0][0], affine=True, device="meta"))
    monkeypatch.setitem(rules, OPERATORS[added], empty)
    with pytest.raises(BackendError, match=r"^initialisation has no rule for the operator channel_norm, which 'channel_norm_1' "):
        compile(with_weights(added))


def test_what_knows_enough_of_a_class_answers(forgotten: type[Operator]) -> None:
    assert works_in_blocks(with_weights("wobble_norm"))[1] == 0


def test_without_counts_or_a_shape() -> None:
    class Wobble(Operator):
        word = "wobble"

        def __init__(self) -> None:
            pass

    with pytest.raises(BackendError, match=r"^cost has no rule for the operator wobble: it does not say"):
        Wobble().macs((MAP,), MAP)
    with pytest.raises(BackendError, match=r"^elaboration has no rule for the operator wobble: it does not say"):
        Wobble().shape(MAP)


# -- what docs/development.md says under "Adding an operator", done on an operator that is made up -----------------------------


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A norm of each channel of each image: its class, and a line in each table."""

    @operator("channel_norm")
    class ChannelNorm(SameShape):
        """Normalisation over each channel of each image."""

        memory, layout = Memory.NEW, Layout.PLAIN
        scratch, sees = no_scratch, sees_everything

        eps: Any = arg(NUMBER, 1e-5, doc="added to the variance")

        def weights(self, *inputs: Shape) -> dict[str, Shape]:
            channels = (inputs[0][channel_axis(inputs[0])],)
            return {"weight": channels, "bias": channels}

        def kept(self, inputs: tuple[Shape, ...], output: Shape, in_place: bool) -> Kept:
            statistics: Dim = 2 * inputs[0][0]
            return Kept(input=True, values=statistics)

    lines: dict[str, Any] = {
        "torch": Layer(lambda op, shapes, in_place: nn.InstanceNorm2d(shapes[0][0], op.eps, affine=True)),
        "onnx": lambda op, shapes, inputs, tensors, write: write(
            "InstanceNormalization", inputs[0], *[write.weight(n, t) for n, t in tensors.items()], epsilon=op.eps
        ),
        "drawing": lambda op, shapes: "channel norm",
        "kinds of layers": lambda layer: [("channel_norm", True)],
    }
    for reader, rule in lines.items():
        monkeypatch.setitem(READERS[reader].rules, ChannelNorm, rule)  # type: ignore[attr-defined]
    for name in convention_names():
        monkeypatch.setitem(load_convention(name).rules, "channel_norm", (("in", 2),))
    yield "channel_norm"
    del OPERATORS["channel_norm"]


@pytest.mark.parametrize("reader", sorted(RUNS))
def test_an_added_operator_is_known_to_every_reader(reader: str, added: str) -> None:
    RUNS[reader](with_weights(added))


def test_an_added_operator_counts(added: str) -> None:
    graph, other = with_weights(added), with_weights("layer_norm")
    pixels = MAP[1] * MAP[2]
    assert saved_bytes(graph) - saved_bytes(other) == (2 * MAP[0] - 2 * pixels) * 4  # statistics by channel, not by place
    assert receptive_fields(graph)[f"{added}_1"].field is None
    assert movement(Bill(graph)).layers[1].bytes == (2 * 8 * pixels + 16) * 4
    spec = f"archdsl: 1\nname: X\ninput: [3, 8, 8]\nnet: [{{conv: 4}}, {added}]"
    assert archdsl.loads(spec).cost().params == 12 + 8


# -- the registry --------------------------------------------------------------------------------------------------------------


def test_two_readers_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"^'torch' is a reader of operators in both archdsl\.compilers\.torch\.rules and mine$"):
        Reader("torch", "mine")


def test_two_rules_for_one_operator_are_an_error() -> None:
    relu = OPERATORS["relu"]
    with pytest.raises(ValueError, match=r"^twice has two rules for ReLU: .*simple.* and .*count_all$"):
        Rules("twice", "mine", {relu: simple("Relu")}, {relu: count_all})
    assert "twice" not in READERS


def test_a_rule_for_a_group_holds_for_its_operators_and_not_past_another_operator() -> None:
    class Softer(OPERATORS["conv"]):  # type: ignore[misc]
        word = "softer"

    assert READERS["drawing"].find(OPERATORS["tanh"]) is READERS["drawing"].find(OPERATORS["relu"])  # type: ignore[attr-defined]
    assert READERS["torch"].find(Softer) is None  # type: ignore[attr-defined]
