"""Readings: what explains printed figures is found, ranked, and counted again by a build of its own."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.cost.comparing.figures import printed_alike
from archdsl.cost.comparing.totals import total
from archdsl.explore.reconcile.readings import reconcile
from archdsl.explore.reconcile.typos import typos

OPEN = """
name: open
input: [3, 32, 32]
knobs:
  bias: {default: false, reading: true}
  hidden: {default: 8, reading: [8, 12, 16]}
  last: {default: relu, choices: [relu, gelu], reading: true}
  given: 1
net:
  - table:
      columns: [op, out, kernel, bias]
      rows:
        - [conv, 16, 3, $bias]
        - [conv, $hidden, 3, $bias]
        - [conv, 32, 5, false]
  - $last
reported:
  - {params: PARAMS, source: Table 1}
  - {macs: MACS}
"""


def spec(params: str, macs: str) -> archdsl.Net:
    return archdsl.loads(OPEN.replace("PARAMS", params).replace("MACS", macs))


def printed(net: archdsl.Net) -> tuple[str, str]:
    bill = net.cost()
    return f"{bill.params / 1e3:.2f}K", f"{bill.macs / 1e6:.2f}M"


def test_the_reading_that_made_the_figures_is_found_first() -> None:
    truth = {"bias": True, "hidden": 12}
    params, macs = printed(spec("1K", "1M").set(**truth))
    found = reconcile([spec(params, macs)])
    best = found.readings[0]
    assert best.changes == truth
    assert [str(figure) for figure, _ in best.explains] == [f"open params {params} (Table 1)", f"open macs {macs}"]
    assert best.misses == ()
    assert found.searched == 12
    assert sum(found.levels.values()) == 12
    assert found.levels[2] == 2, "the last activation makes no difference, and is not in the reading"


def test_what_a_smaller_reading_explains_is_not_said_again() -> None:
    params, macs = printed(spec("1K", "1M"))
    found = reconcile([spec(params, macs)])
    assert found.readings[0].changes == {}
    assert all(reading.changes.keys().isdisjoint({"last"}) for reading in found.readings)


def test_levels_are_those_of_single_networks() -> None:
    net = spec("1.9K", "3.3M")
    found = reconcile([net], count=50)
    levels = dict.fromkeys(range(3), 0)
    for bias, hidden, last in itertools.product([False, True], [8, 12, 16], ["relu", "gelu"]):
        bill = net.set(bias=bias, hidden=hidden, last=last).cost()
        ours = (bill.params, bill.macs)
        levels[sum(bool(printed_alike(o, r.value, r.step)) for o, r in zip(ours, net.base.reported, strict=True))] += 1
    assert found.levels == {level: many for level, many in sorted(levels.items(), reverse=True) if many}


def test_one_typo() -> None:
    params, macs = printed(spec("1K", "1M").set(bias=True, **{"rows.3.kernel": 3}))
    found = reconcile([spec(params, macs)], one_typo=True, most_changes=2)
    assert found.readings[0].changes == {"bias": True, "rows.3.kernel": 3}
    assert not found.readings[0].misses


def test_typos_are_values_of_the_same_column() -> None:
    axis = typos(spec("1K", "1M").base)
    assert axis.names == ("rows.1.op", "rows.2.op", "rows.3.op", "rows.1.out", "rows.3.out", "rows.1.kernel", "rows.2.kernel",
                          "rows.3.kernel", "rows.3.bias")  # fmt: skip
    changes = [
        {name: value for name, value, own in zip(axis.names, point, axis.own, strict=True) if value != own}
        for point in axis.points
    ]
    assert changes == [
        {},
        {"rows.1.out": 32},
        {"rows.3.out": 16},
        {"rows.1.kernel": 5},
        {"rows.2.kernel": 5},
        {"rows.3.kernel": 3},
    ]


def test_a_limit_on_changes() -> None:
    params, macs = printed(spec("1K", "1M").set(bias=True, hidden=12))
    found = reconcile([spec(params, macs)], most_changes=1)
    assert found.searched == 1 + 1 + 2 + 1
    assert all(len(reading.changes) <= 1 for reading in found.readings)


def test_specs_share_the_readings_of_one_name() -> None:
    truth = {"bias": True, "hidden": 16}
    params, macs = printed(spec("1K", "1M").set(**truth))
    other = archdsl.loads(
        "name: other\ninput: [3, 8, 8]\nknobs: {bias: {default: false, reading: true}}\nnet: [{conv: {out: 8, bias: $bias}}]\n"
        "reported: [{params: 32}]\n"
    )
    found = reconcile([spec(params, macs), other])
    assert found.readings[0].changes == truth
    assert len(found.readings[0].explains) == 3
    clash = archdsl.loads("input: [3, 8, 8]\nknobs: {bias: {default: true, reading: true}}\nnet: [{conv: {out: 8, bias: $bias}}]\n"
                          "reported: [{params: 32}]\n")  # fmt: skip
    with pytest.raises(archdsl.InputError, match="the specs differ in 'bias'"):
        reconcile([other, clash])


def test_readings_that_cannot_be_built_are_counted() -> None:
    net = archdsl.loads(
        "input: [8, 16, 16]\nknobs: {g: {default: 1, reading: [1, 2, 3]}}\nnet: [{conv: {out: 8, groups: $g}}]\n"
        "reported: [{params: 32}]\n"
    )
    found = reconcile([net])
    assert found.unbuildable == 1
    assert found.readings[0].changes == {"g": 2}


def test_what_is_missing_is_told() -> None:
    with pytest.raises(archdsl.InputError, match="no figure is reported that can be counted"):
        reconcile([archdsl.loads("input: [3, 8, 8]\nnet: [relu]\n")])
    with pytest.raises(archdsl.InputError, match="no knob is marked 'reading: true'"):
        reconcile([archdsl.loads("input: [3, 8, 8]\nnet: [{conv: 4}]\nreported: [{params: 12}]\n")])
    with pytest.raises(archdsl.InputError, match="one typo is searched in one spec at a time"):
        reconcile([spec("1K", "1M")] * 2, one_typo=True)


def test_a_reading_that_is_set_is_not_searched() -> None:
    params, macs = printed(spec("1K", "1M"))
    found = reconcile([spec(params, macs).set(bias=True)])
    assert found.searched == 6
    assert all("bias" not in reading.changes for reading in found.readings)


SQUEEZED = {"expand_always": True, "se_norm": "squeeze"}
DOCUMENTED = [
    ("mobilenet_v3_preprint", {}, "params", 5_145_318),
    ("mobilenet_v3_preprint", {}, "flops.ptflops-2021", 259_485_908),
    ("mobilenet_v3_preprint", SQUEEZED, "params", 5_147_490),
    ("mobilenet_v3_preprint", SQUEEZED, "flops.ptflops-2021", 263_301_168),
    ("dpnet", {}, "params", 3_458_986),
    ("dpnet", {}, "flops.ptflops-2021", 117_393_148),
    ("dpnet", SQUEEZED, "params", 3_460_350),
    ("dpnet", SQUEEZED, "flops.ptflops-2021", 118_096_928),
    ("d_mobilenet_v3", {}, "params", 4_093_478),
    ("d_mobilenet_v3", SQUEEZED, "params", 4_095_522),
    ("p_mobilenet_v3", {}, "params", 4_225_756),
    ("p_mobilenet_v3", {**SQUEEZED, "rows": "published", "transition_in": "all"}, "params", 4_045_828),
    ("dpnet", {"transition_in": "a"}, "params", 3_411_434),
    ("dpnet", {"transition_in": "a", "rows.4.exp": 240}, "params", 3_414_206),
    ("dpnet", {"transition_in": "a", "rows.4.exp": 240}, "flops.ptflops-2021", 118_280_636),
    ("dpnet", {**SQUEEZED, "se_rounding": 8, "rows.12.se": False}, "params", 3_414_984),
    ("dpnet", {**SQUEEZED, "se_rounding": 8, "rows.12.se": False}, "flops.ptflops-2021", 117_956_920),
]


@pytest.mark.parametrize(("name", "settings", "cost", "counted"), DOCUMENTED)
def test_the_page_says_what_is_counted(name: str, settings: dict[str, Any], cost: str, counted: int) -> None:
    assert total(archdsl.load(name, **settings), cost) == counted
    page = Path(__file__).parents[2] / "docs" / "reconcile.md"
    assert f"{counted:,}" in page.read_text(encoding="utf-8")


def test_the_papers_own_problem() -> None:
    """No reading alone gives both figures of DP-Net; each is given by one change."""
    found = reconcile([archdsl.load("dpnet")], most_changes=1)
    explained = {tuple(r.changes.items()): [f.total for f, _ in r.explains] for r in found.readings}
    assert explained[("transition_in", "a"),] == ["params"]
    assert explained[("expand_always", True),] == ["flops.ptflops-2021"]
    assert 2 not in found.levels
