"""Knobs of imported files come with whatever block may be chosen: by a knob, a cell of a table, or an argument."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl
from archdsl.spec.settings import parse_settings

MINE = """
knobs: {k: 3, m: {default: 5, range: [1, 9]}, deep: $m + 2, far: {default: 1, range: [1, 9]}}
blocks:
  a: {body: {conv: {out: 8, kernel: $k}}}
  b: {body: {conv: {out: 8, kernel: $m}}}
  c: {args: {out: int}, body: [{conv: {out: $out, kernel: $deep}}]}
  d: {body: e}
  e: {body: [{conv: {out: 8, kernel: 3}, when: $far == 1, name: "e$far"}]}
"""


def load(folder: Path, text: str, **settings: object) -> archdsl.Net:
    (folder / "mine.yaml").write_text(MINE)
    (folder / "net.yaml").write_text(f"import: [mine]\ninput: [8, 16, 16]\n{text}\n")
    return archdsl.load(folder / "net.yaml", **settings)


def kernels(net: archdsl.Net) -> list[int]:
    return [node.op.kernel[0] for node in net.graph() if node.op.word == "conv"]


def test_a_block_knob_brings_the_knobs_of_every_block_that_fits(tmp_path: Path) -> None:
    net = load(tmp_path, "knobs: {unit: {default: a, type: block}}\nnet: [$unit]")
    assert list(net.spec.knobs) == ["unit", "k", "m", "far"]
    assert net.warnings == ()
    assert kernels(net) == [3]
    assert kernels(net.set(unit="b")) == [5]
    assert kernels(net.set(unit="b", m=7)) == [7]
    assert kernels(net.set(**parse_settings(["unit=[a, b, d]", "k=1"]))) == [1, 5, 3]
    with pytest.raises(archdsl.InputError, match="m: must lie between 1 and 9"):
        net.set(unit="b", m=11)


def test_what_a_block_knob_is_called_with_decides(tmp_path: Path) -> None:
    net = load(tmp_path, "knobs: {unit: {default: conv, type: block}}\nnet: [{$unit: {out: 4}}]")
    assert list(net.spec.knobs) == ["unit", "m", "deep"]
    assert kernels(net.set(unit="c", m=1)) == [3]


def test_choices_bring_the_knobs_of_each(tmp_path: Path) -> None:
    net = load(tmp_path, "knobs: {unit: {default: a, type: block, choices: [a, b]}}\nnet: [$unit]")
    assert list(net.spec.knobs) == ["unit", "k", "m"]
    rows = net.sweep(unit=["a", "b"], k=[1, 3], m=[3, 5]).rows()
    for row in rows:
        assert row["params"] == 64 * (row["k"] if row["unit"] == "a" else row["m"]) ** 2
    assert len(rows) == 8


def test_a_setting_that_names_a_block_brings_its_knobs(tmp_path: Path) -> None:
    table = "net: [{table: {columns: [op], rows: [[a], [relu]]}}]"
    assert kernels(load(tmp_path, table, **{"rows.2.op": "b"})) == [3, 5]
    assert kernels(load(tmp_path, table, **{"rows.2.op": "b", "m": 1})) == [3, 1]
    assert kernels(load(tmp_path, table, **{"rows.2.op": "d"})) == [3, 3]
    with pytest.raises(archdsl.InputError, match="unknown knob 'far'"):
        load(tmp_path, table, far=1)
    word = "blocks:\n  w: {args: {learn: {type: block, default: relu}}, body: [$learn]}\nnet: [w]"
    assert kernels(load(tmp_path, word, **{"blocks.w.learn": "b"})) == [5]


def test_one_spec_with_knobs_brought_and_not(tmp_path: Path) -> None:
    net = load(tmp_path, "net: [{table: {columns: [op], rows: [[relu], [relu]]}}]")
    both = {"rows.1.op": "b", "rows.2.op": "b"}
    assert [kernels(net.set(**both, m=m)) for m in (3, 7, 3)] == [[3, 3], [7, 7], [3, 3]]
    assert kernels(net) == []
    assert kernels(net.set(**both)) == [5, 5]


def test_a_network_of_the_zoo_with_every_block_that_fits_its_rows() -> None:
    net = archdsl.load("d_mobilenet_v3")
    assert {"split", "share_a", "share_b"} <= net.spec.knobs.keys()
    assert net.set(block="partial_inverted", split=0.25).cost().params < net.set(block="partial_inverted").cost().params
