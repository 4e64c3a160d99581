"""Decisions about structure over a grid: each is followed where it is taken, and what comes out is what single networks cost."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.totals import total
from archdsl.errors import InputError
from archdsl.exact.grid_context import GridContext
from archdsl.exact.truth import Choices
from archdsl.explore.variants import Variants
from archdsl.ops.select import Select

COSTS = ("peak", "latency.raspberry-pi-3b", "flops.fvcore", "flops.ptflops", "moved", "receptive_field", "state", "products")

SMALL = {
    "a step": (
        "knobs: {on: true, w: 8}\nnet: [{conv: $w}, {relu: {}, when: $on}, {conv: 4}]",
        {"on": [True, False], "w": [4, 8]},
        1,
    ),
    "a word": ("knobs: {act: relu, w: 8}\nnet: [{conv: $w}, $act, {conv: 4}]", {"act": ["relu", "hswish"], "w": [4, 8]}, 1),
    "rounds": (
        "knobs: {n: 2, w: 8}\nnet: [{conv: {out: $w, kernel: 3}, repeat: $n}, {conv: 4}]",
        {"n": [0, 1, 3], "w": [4, 8]},
        1,
    ),
    "rounds that change the size": (
        "knobs: {n: 1}\nnet: [{conv: {out: 8, kernel: 3, stride: 2}, repeat: $n}, {conv: 4}]",
        {"n": [0, 1, 3]},
        1,
    ),
    "a list": (
        "knobs: {ks: {type: list, default: [3]}}\nnet: [{fork: , for: {k: $ks}, path: {conv: {out: 8, kernel: $k}}, join: add}]",
        {"ks": [[3], [5], [7]]},
        1,
    ),
    "lists of two lengths": (
        "knobs: {ks: {type: list, default: [3]}}\nnet: [{conv: {out: 8, kernel: $k}, for: {k: $ks}}, {conv: 4}]",
        {"ks": [[3], [5, 3], [3, 3, 3]]},
        1,
    ),
    "another kind of tensor": ("knobs: {flat: false}\nnet: [{conv: 8}, {flatten: {}, when: $flat}]", {"flat": [True, False]}, 2),
    "shared weights": (
        "knobs: {on: true}\nnet: [{fork: , paths: [[relu, {conv: {out: 8, kernel: 3}, share: a}], "
        "[{conv: {out: 8, kernel: 3}, share: a}], {when: $on, body: norm}], join: add}]",
        {"on": [True, False]},
        None,
    ),
    "shared weights before alternatives that do not meet": (
        "knobs: {on: true}\nnet: [{stage: s, body: [norm, {conv: {out: 8, kernel: 3}, share: a, repeat: 2}, {flatten: {}, when: $on}]}]",
        {"on": [True, False]},
        2,
    ),
    "another inside": (
        "knobs: {a: true, b: true, w: 4}\n"
        "net: [{outer: {}, when: $a}, {conv: $w}]\n"
        "blocks: {outer: {body: [{conv: 8}, {inner: {}, when: $b}]}, inner: {body: [{conv: 8}, relu]}}",
        {"a": [True, False], "b": [True, False], "w": [4, 6]},
        1,
    ),
}


def compared(net: Any, axes: dict[str, Any], rows: Variants, picked: Any) -> int:
    """Compare rows of a sweep with networks that are built one by one. Gives how many totals were compared."""
    count = 0
    for row in picked:
        one = net.set(**{name: list(row[name]) if isinstance(row[name], tuple) else row[name] for name in axes})
        for cost in ("params", "macs", *COSTS):
            assert row[cost] == total(one, cost), f"{net.name} {cost} { ({name: row[name] for name in axes}) }"
            count += 1
    return count


@pytest.mark.parametrize("case", SMALL)
def test_what_a_decision_changes_is_counted(case: str) -> None:
    text, axes, structures = SMALL[case]
    net = archdsl.loads(f"input: [8, 16, 16]\n{text}\n")
    rows = net.sweep(show=COSTS, **axes).rows()
    assert structures in (None, rows.outcome.structures)
    assert compared(net, axes, rows, rows.rows) == len(rows) * (2 + len(COSTS))


def test_alternatives_meet_in_a_select_and_nodes_say_who_has_them() -> None:
    net = archdsl.loads("input: [8, 16, 16]\nknobs: {on: true}\nnet: [{conv: 8}, {relu: {}, when: $on}, {conv: 4}]\n")
    with GridContext(branching=True):
        graph = net.set(on=Choices.of([True, False], (2,))).graph()
    (relu,) = [node for node in graph if node.op.word == "relu"]
    (select,) = [node for node in graph if isinstance(node.op, Select)]
    assert graph.branched
    assert relu.present.tolist() == [True, False]
    assert set(select.inputs) == {"relu", "conv_1"}
    assert graph["conv_2"].inputs == (select.name,)
    assert not net.graph().branched


def test_variants_that_an_alternative_refuses_are_masked_with_its_reason() -> None:
    net = archdsl.loads(
        "input: [8, 16, 16]\nknobs: {on: true, k: 3}\nnet: [{conv: {out: 8, kernel: $k, padding: 0}, when: $on}]\n"
    )
    rows = net.sweep(on=[True, False], k=[3, 33]).rows()
    assert [(row["on"], row["k"]) for row in rows] == [(True, 3), (False, 3), (False, 33)]
    assert sum(rows.outcome.masked.values()) == 1
    assert "does not fit into 16" in next(iter(rows.outcome.masked))


def test_what_a_row_calls_is_an_axis() -> None:
    net = archdsl.load("dpnet")
    axes = {"rows.4.op": ["dp_a", "dp_b"], "rows.12.op": ["dp_a", "dp_b"], "width": [Fraction(1, 2), 1]}
    rows = net.sweep(show=COSTS, **axes).rows()
    assert rows.outcome.structures == 1
    assert len(rows) == 8
    assert len({row["macs"] for row in rows}) > 4
    compared(net, axes, rows, rows.rows)


NETS = (
    "dpnet",
    "p_resnet18b",
    "d_mobilenet_v3",
    "mobilenet_v3_small",
    "resnet50",
    "regnet_y_400mf",
    "ghostnet",
    "lraspp",
    "densenet121",
)


@pytest.mark.parametrize("name", NETS)
def test_random_grids_cost_what_single_networks_cost(name: str) -> None:
    rng = random.Random(f"structure {name}")
    net = archdsl.load(name)
    compared_totals = 0
    for _ in range(3):
        axes = _drawn(net, rng)
        rows = net.sweep(show=COSTS, **axes).rows()
        compared_totals += compared(net, axes, rows, rng.sample(list(rows.rows), min(3, len(rows))))
    assert compared_totals


def _drawn(net: Any, rng: random.Random) -> dict[str, list[Any]]:
    """Axes of a random grid of at most 100 variants over knobs of every kind."""
    knobs = [name for name in net.base.knobs if name not in ("classes", "drop_path", "dropout")]
    rng.shuffle(knobs)
    axes: dict[str, list[Any]] = {}
    size = 1
    for name in knobs:
        values = list(islice(_values(net.base.knobs[name], net.knobs[name], rng), 4))
        if len(values) > 1 and size * len(values) <= 100:
            axes[name], size = values, size * len(values)
    return axes


def _values(knob: Any, own: Any, rng: random.Random) -> list[Any]:
    if knob.choices:
        return list(knob.choices)
    if isinstance(own, bool):
        return [True, False]
    if isinstance(own, int):
        return [own, own + (knob.step or 1)]
    if isinstance(own, Fraction):
        return [own, own * Fraction(3, 4)]
    if isinstance(own, list) and own and all(type(item) is int for item in own):
        place = rng.randrange(len(own))
        return [own, [*own[:place], own[place] + 2, *own[place + 1 :]]]
    return []


def test_what_a_row_calls_is_told_at_once_where_it_is_nothing() -> None:
    with pytest.raises(InputError, match=r"rows\.4\.op: unknown block or operator 'dp_c'; did you mean 'dp_b'\?"):
        archdsl.load("dpnet").sweep(**{"rows.4.op": ["dp_b", "dp_c"]})
