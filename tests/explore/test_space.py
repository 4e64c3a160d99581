"""Spaces: what a spec says is free, `each:` and `*`."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.explore.grid.axis import parse_axes, size
from archdsl.spec.space import expanded

SPEC = """
archdsl: 1
name: Small
input: [3, 16, 16]
knobs:
  depths: {default: [1, 2], range: [1, 2], step: 1}
  width: {default: 1, choices: [1, 2]}
blocks:
  plain: {args: {out: int, kernel: 3}, body: [{conv: {out: $out, kernel: $kernel}}, relu]}
  apart: {args: {out: int, kernel: 3}, body: [{conv: {out: $in, kernel: $kernel, groups: $in}}, {conv: {out: $out}}]}
net:
  - table:
      columns: [op, out, kernel, when]
      scale: {out: $value*$width}
      rows:
        - [plain, 8, 3, ~]
        - [plain, 8, 3, "$depths[0] > 1"]
        - [plain, 16, 3, "$depths[1] > 1"]
"""
SPACE = """
space:
  width:
  each:depths: [1, 2]
  each:rows.2-3.op: [plain, apart]
  each:rows.2-3.kernel: [3, 5]
  rows.1-2.out: ["*1", "*2"]
"""


def test_a_star_is_the_space() -> None:
    spec = archdsl.loads(SPEC + SPACE).base
    axes = parse_axes(["*"], spec)
    assert [axis.name for axis in axes] == [
        *("width", "depths.1", "depths.2", "rows.2.op", "rows.3.op", "rows.2.kernel", "rows.3.kernel", "rows.1-2.out*")
    ]
    assert size(axes) == 2**8
    assert not archdsl.loads(SPEC + SPACE).warnings  # `apart` is called by the space alone


def test_sweep_solve_and_search_agree(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    net = archdsl.loads(SPEC + SPACE)
    found = net.solve("max:entropy", free="*", most={"macs": "400K"}, top=1, show=["entropy"]).best
    grid = {name: [point[0] for point in axis.points] for axis in parse_axes(["*"], net.base) for name in axis.names}
    rows = net.sweep(**grid, where="macs<=400K", show=["entropy"]).top(1, "max:entropy")
    assert found[0]["entropy"] == rows[0]["entropy"]
    single = {name: value for name, value in found[0].items() if name in found.settings}
    assert net.set(**single).cost().macs == found[0]["macs"] <= 400_000


def test_what_is_set_or_named_is_left_out() -> None:
    spec = archdsl.loads(SPEC + SPACE).base
    names = [axis.name for axis in parse_axes(["*", "width=1", "rows.3.op=plain"], spec, {"rows.2.op": "apart"})]
    assert sorted(names) == sorted(
        [*("depths.1", "depths.2", "rows.2.kernel", "rows.3.kernel", "rows.1-2.out*", "width", "rows.3.op")]
    )


def test_each_on_a_command_line() -> None:
    spec = archdsl.load("dpnet").base
    assert expanded(["each:rows.5-6.exp=*1,*2", "each:kernels=3,5", "width"], spec) == [
        *("rows.5.exp=*1,*2", "rows.6.exp=*1,*2", "kernels.1=3,5", "kernels.2=3,5", "width")
    ]
    with pytest.raises(archdsl.InputError, match="'each:' stands before rows"):
        expanded(["each:width=1"], spec)
    with pytest.raises(archdsl.InputError, match="DP-Net has none"):
        parse_axes(["*"], spec)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("widht: [1]", "unknown knob 'widht'; did you mean 'width'?"),
        ("each:rows.2-9.op: [plain]", "no row 9; the tables have rows 1 to 3"),
        ("each:rows.2-3.kernle: [3]", "unknown column 'kernle'; did you mean 'kernel'?"),
        ("rows[op=plian].kernel: [3]", "no row has op plian; did you mean 'plain'?"),
        ("width: [3]", "width: expected one of 1, 2; 3 came"),
        ("width: {a: 1}", "the values of 'width' are a list or from:to:step, a mapping came"),
        ("each:depths: 2:1", "a range is from:to:step with a step above 0, and does not fall; '2:1' came"),
        ("each:depths: 1:x", "'1:x' is no range; write from:to:step"),
        ("each:width: [1]", "'each:' stands before rows"),
        ("each:depths: [1]\n  depths: [[1, 2]]", "'each:depths' and 'depths' both change depths.1"),
        ("each:rows.2-3.out: [8]\n  rows.1-2.out: ['*2']", "both change rows.2.out"),
    ],
)
def test_mistakes_in_a_space(line: str, message: str) -> None:
    with pytest.raises(archdsl.SpecError) as caught:
        archdsl.loads(f"{SPEC}space:\n  {line}\n")
    assert message in str(caught.value)
    assert "<text>:" in str(caught.value)


def test_a_spec_that_extends_another_keeps_its_space(tmp_path: Any) -> None:
    (tmp_path / "base.yaml").write_text(SPEC + SPACE)
    (tmp_path / "same.yaml").write_text("extends: base\nknobs: {width: 2}\n")
    (tmp_path / "own.yaml").write_text("extends: base\nspace: {width: [1]}\n")
    (tmp_path / "net.yaml").write_text("extends: base\nnet: [{conv: {out: 8}}]\n")
    lines = {name: len(archdsl.load(tmp_path / f"{name}.yaml").base.space) for name in ("base", "same", "own", "net")}
    assert lines == {"base": 5, "same": 5, "own": 1, "net": 0}


def test_the_mobile_space() -> None:
    net = archdsl.load("spaces/mobile")
    axes = parse_axes(["*"], net.base)
    assert size(axes) > 10**19
    assert 200e6 < net.cost().macs < 250e6
    draw = random.Random(1)
    kinds = set()
    for _ in range(30):
        settings = {name: value for axis in axes for name, value in zip(axis.names, draw.choice(axis.points), strict=True)}
        one = net.set(**settings)
        bill = one.cost()
        assert bill.params > 10**6
        assert [node.shape[1] for node in one.graph() if node.name.endswith("pool.adaptive_pool")] == [1]
        kinds.update(frame.block for node in one.graph() for frame in node.scope if frame.row is not None)
    assert kinds == {"mobile", "part", "dual_a", "dual_b"}


def test_the_best_of_the_mobile_space_is_proven() -> None:
    net = archdsl.load("spaces/mobile")
    found = net.solve("max:params", free="*", most={"macs": "120M"}, top=1)
    row = found.best[0]
    one = net.set(**{name: value for name, value in row.items() if name in found.best.settings}).cost()
    assert (one.params, one.macs) == (row["params"], row["macs"])
    assert row["macs"] <= 120_000_000
    assert found.gap == 0


def test_grids_of_more_axes_than_arrays_have() -> None:
    net = archdsl.load("spaces/mobile")
    with pytest.raises(archdsl.InputError, match="a grid has at most 64 axes, 70 came"):
        net.sweep(
            **{name: [3, 4] for axis in parse_axes(["*"], net.base) for name in axis.names}, **{f"x{n}": [1] for n in range(10)}
        )


def test_the_list_shows_spaces_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"]) == 0
    found = {entry["spec"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert found["spaces/mobile"]["designs"] > 10**19
    assert "designs" not in found["dpnet"]
    assert run(["cost", "spaces/mobil"]) == 1
    assert "did you mean 'spaces/mobile'?" in capsys.readouterr().err
