"""Values for knobs from the command line and from Python: conversion, checks, grids, cells of rows."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import archdsl
from archdsl.errors import InputError
from archdsl.exact.grid import Grid
from archdsl.exact.truth import Choices
from archdsl.spec.settings import parse_settings

SPEC = """archdsl: 1
input: [3, $size, $size]
knobs:
  size:    {default: 32, range: [8, 64]}
  width:   {default: 1, range: [0.25, 4]}
  mode:    {default: plain, choices: [plain, fancy]}
  flag:    false
  kernels: {default: [3, 5], range: [1, 9]}
  act:     {default: relu, type: block}
  wide:    $width*8
net:
  - {conv: {out: floor($wide), kernel: $k}, for: {k: $kernels}}
  - {norm: {}, when: $mode == fancy or $flag}
  - $act
  - table:
      columns: [op, out, kernel]
      scale: {out: round8($value*$width)}
      rows:
        - [conv, 16, 1]
        - [conv, $wide, 3]
"""


def net(**knobs: Any) -> archdsl.Net:
    return archdsl.loads(SPEC, **knobs)


def test_command_line_values_are_read_as_in_a_spec() -> None:
    texts = ["a=1/2", "b=[3, 5]", "c=no", "d=true", "e=1e-3", "f= x ", "g=2*3", "h=~", "rows.1.out=24", "i=a=b"]
    expected = {"a": Fraction(1, 2), "b": [3, 5], "c": "no", "d": True, "e": Fraction(1, 1000), "f": "x", "g": "2*3", "h": None}
    assert parse_settings(texts) == {**expected, "rows.1.out": 24, "i": "a=b"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("n=[64, 32]", r"n: expected an int, the list \[64, 32\] came; `archdsl sweep` takes several values: n=64,32"),
        ("x=[1/2, 1]", "x: expected a number, .*: x=0.5,1"),
        ("flag=[true, false]", "flag: expected true or false, .*: flag=true,false"),
        ("mode=[plain, fancy]", "mode: expected a word, .*: mode=plain,fancy"),
        ("kernels=[[3, 5], [7, 9]]", r"kernels: expected a list, .*: kernels=\[3,5\],\[7,9\]"),
        ("kernels.1=[3, 5]", r"kernels.1: expected a number, .*: kernels.1=3,5"),
        ("rows.1.out=[8, 16]", "rows.1.out: expected a number or a word, .*: rows.1.out=8,16"),
        ("blocks.unit.out=[8, 16]", "blocks.unit.out: expected an int, .*: blocks.unit.out=8,16"),
    ],
)
def test_a_list_on_the_command_line_makes_no_grid(text: str, wanted: str) -> None:
    spec = """\
input: [3, 8, 8]
knobs:
  n: 4
  x: 0.5
  flag: true
  mode: {default: plain, choices: [plain, fancy]}
  kernels: [3, 5]
blocks: {unit: {args: {out: 4}, body: [{conv: $out}]}}
net: [{table: {columns: [op, out], rows: [[unit, $n]]}}]
"""
    with pytest.raises(InputError, match=wanted):
        archdsl.loads(spec, **parse_settings([text]))


def test_a_list_on_the_command_line_for_a_knob_that_takes_lists() -> None:
    spec = "input: [3, 8, 8]\nknobs: {act: {default: relu, type: block}, kernels: [3, 5]}\nnet: [{conv: 4}, $act]\n"
    found = archdsl.loads(spec, **parse_settings(["act=[norm, relu]", "kernels=[7]"]))
    assert (list(found.graph().nodes), found.knobs["kernels"]) == (["input", "conv", "act.norm", "act.relu"], [7])


@pytest.mark.parametrize("text", ["width", "=3", "width=", "width=  "])
def test_command_line_values_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="--set"):
        parse_settings([text])


def test_a_knob_given_twice() -> None:
    with pytest.raises(InputError, match="--set gives 'a' twice"):
        parse_settings(["a=1", "a=2"])


def test_values_in_the_order_of_the_spec() -> None:
    assert list(net(width=2).knobs) == ["size", "width", "mode", "flag", "kernels", "act", "wide"]
    assert net(width=2).knobs["wide"] == 16
    assert net(wide=24).knobs["wide"] == 24


@pytest.mark.parametrize("raw", [0.5, Fraction(1, 2), np.float64(0.5), np.float32(0.5), np.array(0.5)])
def test_one_number_of_any_kind(raw: Any) -> None:
    assert net(width=raw).knobs["width"] == Fraction(1, 2)


def test_floats_are_the_decimals_that_they_print_as() -> None:
    assert net(width=0.3).knobs["width"] == Fraction(3, 10)


@pytest.mark.parametrize(
    "raw", [[16, 32], (16, 32), range(16, 33, 16), np.array([16, 32]), np.array([16.0, 32.0]), np.array([16, 32], "uint8")]
)
def test_several_numbers_are_a_grid(raw: Any) -> None:
    found = net(size=raw).knobs["size"]
    assert isinstance(found, Grid)
    assert found.values.tolist() == [16, 32]
    assert found.knobs == {"size"}


def test_several_words_or_truths_are_choices() -> None:
    found = net(mode=["plain", "fancy"], flag=[True, False]).knobs
    assert isinstance(found["mode"], Choices)
    assert found["flag"].values.tolist() == [True, False]


def test_lists() -> None:
    assert net(kernels=[3, 7]).knobs["kernels"] == [3, 7]
    assert net(kernels=(1, 3, 5)).knobs["kernels"] == [1, 3, 5]
    found = net(kernels=[[3, 5], [5, 7], [1, 1]]).knobs["kernels"]
    assert [place.values.tolist() for place in found] == [[3, 5, 1], [5, 7, 1]]
    mixed = net(kernels=[3, np.array([5, 7])]).knobs["kernels"]
    assert mixed[0] == 3
    assert mixed[1].values.tolist() == [5, 7]


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"widht": 2}, "unknown knob 'widht'; did you mean 'width'"),
        ({"zzz": 2}, "unknown knob 'zzz'; known: size, width"),
        ({"width": 5}, "width: must lie between 0.25 and 4; 5 came"),
        ({"width": [1, 5]}, "width: must lie between 0.25 and 4 (for some values of width)"),
        ({"width": float("nan")}, "width: nan is no finite number"),
        ({"width": float("inf")}, "width: inf is no finite number"),
        ({"width": 2**300}, "width: the number is too large"),
        ({"width": "1"}, "width: expected a number, '1' came"),
        ({"width": True}, "width: expected a number, true came"),
        ({"width": None}, "width: expected a number"),
        ({"width": object()}, "width: a object is no value of the language"),
        ({"width": {"a": 1}}, "width: a dict is no value of the language"),
        ({"width": 1j}, "width: a complex is no value of the language"),
        ({"width": []}, "width: expected numbers, or words, of one kind"),
        ({"width": [1, "a"]}, "width: expected numbers, or words, of one kind"),
        ({"width": [1, True]}, "width: expected numbers, or words, of one kind"),
        ({"width": [[1, 2], [3]]}, "width: expected numbers, or words, of one kind"),
        ({"width": np.array([])}, "width: expected numbers, or words, of one kind"),
        ({"size": 32.5}, "size: expected an int, 65/2"),
        ({"size": [32, 32.5]}, "size: expected an int"),
        ({"mode": "fany"}, "mode: expected one of plain, fancy; 'fany' came; did you mean 'fancy'"),
        ({"mode": ["plain", "x"]}, "mode: expected one of plain, fancy; 'x' came"),
        ({"mode": [True, False]}, "mode: expected a word"),
        ({"flag": 1}, "flag: expected true or false, 1 came"),
        ({"flag": ["true"]}, "flag: expected true or false"),
        ({"kernels": 3}, "kernels: expected a list, 3 came"),
        ({"kernels": [3, 11]}, "kernels: must lie between 1 and 9; 11 came"),
        ({"kernels": [[3, 5], [5]]}, "kernels: lists of different lengths"),
        ({"kernels": [3, "a"]}, "kernels: expected numbers from 1 to 9, 'a' came"),
        ({"act": 5}, "act: expected a block, 5 came"),
        ({"rows.1": 5}, "'rows.1' names no cell"),
        ({"rows.7.out": 5}, "no row 7; the tables have rows 1 to 2"),
        ({"rows.1.exp": 5}, "unknown column 'exp'; known: op, out, kernel"),
    ],
)
def test_values_that_do_not_fit(knobs: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        net(**knobs)
    assert message in str(caught.value)


def test_all_wrong_values_come_at_once() -> None:
    with pytest.raises(InputError) as caught:
        net(widht=1, zzz=2, size=float("nan"))
    assert len(str(caught.value).splitlines()) == 3
    with pytest.raises(InputError) as caught:
        net(width=9, size=1)
    assert len(str(caught.value).splitlines()) == 2


def test_cells_of_rows() -> None:
    def channels(**knobs: Any) -> list[Any]:
        graph = net(**knobs).graph()
        return [graph[name].shape[0] for name in ("conv_3", "conv_4")]

    assert channels() == [16, 8]
    assert channels(width=2) == [32, 16]
    assert channels(width=2, **{"rows.1.out": 24}) == [48, 16]
    assert channels(width=2, **{"rows.2.out": 24}) == [32, 48], "a printed number is scaled, the formula before it was not"
    grid = net(**{"rows.1.out": [8, 24]}).graph()["conv_3"].shape[0]
    assert grid.values.tolist() == [8, 24]
    assert grid.knobs == {"rows.1.out"}
    assert net(**{"rows.1.op": "dropout", "rows.1.out": None, "rows.1.kernel": None}).graph()["dropout"].op.word == "dropout"


def test_the_spec_stays_as_it_was() -> None:
    first = net()
    first.set(**{"rows.1.out": 64}).graph()
    assert first.graph()["conv_3"].shape[0] == 16
    assert first.set(width=2).set(mode="fancy").knobs["width"] == 2


def test_several_numbers_are_checked_against_the_choices() -> None:
    """A fault before: elements of an array are NumPy's numbers, and none of them was a choice."""
    text = (
        "input: [3, 8, 8]\nknobs: {n: {type: number, default: 2, choices: [1, 2, 1/2]}}\nnet: [{conv: {out: 8*$n, kernel: 1}}]\n"
    )
    bill = archdsl.loads(text, n=np.array([1, 2])).cost()
    assert bill.params.tolist() == [archdsl.loads(text, n=n).cost().params for n in (1, 2)]
    assert archdsl.loads(text, n=[1, 0.5]).cost().params.tolist()
    with pytest.raises(InputError, match=r"n: expected one of 1, 2, 1/2 \(0.5\); 3 came"):
        archdsl.loads(text, n=[1, 3])
