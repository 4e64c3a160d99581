"""Cells of several rows under one name: as settings, as axes, and for `--where` of transform."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import archdsl
from archdsl.explore.grid.axis import parse_axis, split_axes
from archdsl.ops.convolution import Conv2d
from archdsl.spec.row_groups import named_rows, rows_of
from archdsl.spec.settings import parse_settings
from archdsl.transform.where import parse

EXP = {5: 72, 6: 120, 7: 120, 8: 240, 9: 200}
NET = archdsl.load("dpnet")


def totals(**settings: Any) -> tuple[Any, Any]:
    bill = NET.set(**settings).cost()
    return bill.params, bill.macs


@pytest.mark.parametrize(
    ("group", "rows"),
    [
        ("rows.5", [5]),
        ("rows.5-9", [5, 6, 7, 8, 9]),
        ("rows.9,5,7", [5, 7, 9]),
        ("rows.2-4, 9", [2, 3, 4, 9]),
        ("rows.*", list(range(1, 21))),
        ("rows[op=dp_b]", [3, 5, 8, 12, 14]),
        ("rows[op=dp_b,se=true]", [5, 12, 14]),
        ("rows[s=2]", [1, 3, 5, 8, 14]),
        ("rows[exp=~]", [1, 17, 18, 19, 20]),
        ("rows[out=$classes]", [20]),
        ("rows.5-9[op=dp_a]", [6, 7, 9]),
    ],
)
def test_rows(group: str, rows: list[int]) -> None:
    assert named_rows(group, rows_of(NET.base.net), "--set") == rows


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        # All numbers of the column are multiples of 8: 16, 64, 72, 120, ..., 960.
        ("rows.5-9.exp=*1.1", {5: 80, 6: 136, 7: 136, 8: 264, 9: 224}),
        ("rows.5-9.exp=*1/2", {5: 40, 6: 64, 7: 64, 8: 120, 9: 104}),
        ("rows.5-9.exp=*0.001", dict.fromkeys(EXP, 8)),
        ("rows.5-9.exp=+16", {row: exp + 16 for row, exp in EXP.items()}),
        ("rows.5-9.exp=+-16", {row: exp - 16 for row, exp in EXP.items()}),
        ("rows.5-9.exp=+6", {row: exp + 6 for row, exp in EXP.items()}),
        ("rows.5-9.exp=96", dict.fromkeys(EXP, 96)),
        ("rows.8.exp=*1.5", {8: 360}),
        ("rows.*.se=true", None),
    ],
)
def test_a_setting_is_that_of_each_row(text: str, cells: dict[int, int] | None) -> None:
    settings = parse_settings([text])
    if cells is None:
        single: dict[str, Any] = {f"rows.{row}.se": True for row in range(2, 17)}
    else:
        single = {f"rows.{row}.exp": value for row, value in cells.items()}
    assert totals(**settings) == totals(**single) != totals()


def test_a_column_with_a_fraction_is_not_rounded() -> None:
    text = """archdsl: 1
name: n
input: [3, 8, 8]
blocks:
  wide:
    args: {t: number}
    body: [{conv: {out: "floor(8*$t)", kernel: 1}}]
net:
  - table:
      columns: [op, t]
      rows: [[wide, 2.5], [wide, 4]]
"""
    net = archdsl.loads(text, **{"rows.*.t": "*1.1"})
    assert [node.shape[0] for node in net.graph()][1:] == [22, 35]


def test_kernels_stay_whole_and_a_sum_is_exact() -> None:
    plain = archdsl.load("mobilenet_v3")

    def kernels(net: archdsl.Net) -> list[int]:
        return [node.op.kernel[0] for node in net.graph() if isinstance(node.op, Conv2d) and node.op.groups > 1]

    assert kernels(plain.set(**{"rows[op=bneck].kernel": "+2"})) == [kernel + 2 for kernel in kernels(plain)]
    assert kernels(plain.set(**{"rows.2-3.kernel": "*1.5"}))[:3] == [5, 5, 3]


def test_how_often_rows_repeat() -> None:
    net = archdsl.load("mobilenet_v2")
    once = net.set(**{"rows.3-6.repeat": 1})
    assert once.cost().params == net.set(**{f"rows.{row}.repeat": 1 for row in range(3, 7)}).cost().params < net.cost().params


@pytest.mark.parametrize(
    ("text", "names", "points"),
    [
        ("rows.5-9.exp=*0.9,*1,*1.1", "rows.5-9.exp*", [Fraction(9, 10), 1, Fraction(11, 10)]),
        ("rows.5-9.exp=*0.5:1:0.25", "rows.5-9.exp*", [Fraction(1, 2), Fraction(3, 4), 1]),
        ("rows.5,7.exp=+0,+16", "rows.5,7.exp+", [0, 16]),
        ("rows.5-9.exp+=0:32:16", "rows.5-9.exp+", [0, 16, 32]),
        ("rows.5-9.exp=+-16,+0", "rows.5-9.exp+", [-16, 0]),
        ("rows[op=dp_a].exp=96,128", "rows[op=dp_a].exp", [96, 128]),
        ("rows[op=dp_a,se=true].nl=relu,hswish", "rows[op=dp_a,se=true].nl", ["relu", "hswish"]),
    ],
)
def test_an_axis(text: str, names: str, points: list[Any]) -> None:
    axis = parse_axis(split_axes(text)[0], NET.base)
    assert axis.names == (names,)
    assert [point[0] for point in axis.points] == points


def test_a_sweep_is_one_knob_over_the_group() -> None:
    found = NET.sweep(**{"rows.5-9.exp": ["*0.9", "*1", "*1.1"], "rows.10-13[op=dp_a].exp": [96, 128]}).rows()
    assert len(found) == 6
    assert found.outcome.structures == 1
    for row in found:
        settings = {name: value for name, value in row.items() if name.startswith("rows")}
        assert (row["params"], row["macs"]) == totals(**settings)
    assert (found[4]["params"], found[4]["macs"]) == totals(**{"rows.5-9.exp": "*1.1", "rows.10-13[op=dp_a].exp": 96})


def test_solve_and_whatif() -> None:
    best = NET.solve("max:macs", free=["rows.5-9.exp=*1:2:0.25", "rows.13,15.exp=480:960:160"], most={"params": "3.5M"}).best
    assert best[0]["params"] <= 3_500_000
    settings = {name: value for name, value in best[0].items() if name.startswith("rows")}
    assert best[0]["macs"] == totals(**settings)[1]
    changed = NET.whatif(**{"rows.5-9.exp": "*1.1"})
    assert len(changed.changes) == 5
    assert [total.before for total in changed.totals if total.name == "params"] == [totals()[0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rows[opp=dp_a].exp=5", "rows[opp=dp_a].exp: unknown column 'opp'; did you mean 'op'?"),
        ("rows[op=dp_aa].exp=5", "rows[op=dp_aa].exp: no row has op dp_aa; did you mean 'dp_a'?"),
        ("rows[s=7].exp=5", "rows[s=7].exp: no row has s 7; there are 2, 1, ~"),
        ("rows[op=dp_b].exq=5", "rows[op=dp_b].exq: unknown column 'exq'; did you mean 'exp'?"),
        ("rows[op].exp=5", "rows[op].exp: 'op' is no condition on rows; write column=value, as in rows[op=NAME]"),
        ("rows.5-40.exp=5", "rows.5-40.exp: no row 40; the tables have rows 1 to 20"),
        ("rows.9-5.exp=5", "rows.9-5.exp: the range 9-5 falls; write 5-9"),
        ("rows.5-x.exp=5", "rows.5-x.exp: '5-x' is no row; write rows.15, rows.5-9, rows.5,7,9, rows.* or rows[op=NAME]"),
        ("rows.5-9=5", "'rows.5-9' names no cell; write rows.NUMBER.COLUMN, as in rows.15.exp; several rows as "),
        ("rows.1-5.exp=*2", "rows.1.exp holds nothing, which cannot be multiplied; name the rows that hold numbers"),
        ("rows.5-9.nl=*2", "rows.5.nl holds 'relu', which cannot be multiplied; name the rows that hold numbers"),
        ("rows.5-9.se=+1", "rows.5.se holds true, which cannot be added to; name the rows that hold numbers"),
        ("rows.20.out=*2", "rows.20.out holds $classes, which cannot be multiplied; name the rows that hold numbers"),
        ("rows.5-9.exp=*x", "rows.5-9.exp=*x: what multiplies is a number, as in *1.1, *3/2, +16 or +-16"),
        ("rows.5-9.exp=+1/2", "rows.5.exp holds whole numbers; 1/2 (0.5) cannot be added"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(archdsl.InputError) as caught:
        NET.set(**parse_settings([text]))
    assert str(caught.value).startswith(message)


def test_a_cell_is_set_once() -> None:
    with pytest.raises(archdsl.InputError, match=r"rows\.7\.exp is set by 'rows\.5-9\.exp\*' and by 'rows\.7\.exp'"):
        NET.set(**{"rows.5-9.exp": "*1.1", "rows.7.exp": 480})


@pytest.mark.parametrize("text", ["rows.5-9.exp=0.9,*1", "rows.5-9.exp=+16,*1"])
def test_signs_among_others(text: str) -> None:
    with pytest.raises(archdsl.InputError, match="cannot stand in one axis"):
        parse_axis(text, NET.base)
    with pytest.raises(archdsl.InputError, match="cannot stand in one axis"):
        NET.sweep(**{"rows.5-9.exp": [1, "*1"]})


def test_transform_takes_the_same_rows() -> None:
    assert parse(["rows[op=dp_a,se=true],rows.3"], NET.spec, NET.graph()).rows == {3, 6, 7, 13, 15, 16}
    assert parse(["rows.5,7-8,stage1"], NET.spec, NET.graph()).rows >= {5, 7, 8}
    with pytest.raises(archdsl.InputError, match=r"--where rows\[opp=dp_a\]: unknown column 'opp'; did you mean 'op'"):
        parse(["rows[opp=dp_a]"], NET.spec, NET.graph())
