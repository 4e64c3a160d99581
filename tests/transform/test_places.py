"""Where a transformation applies: stages, rows and blocks, in nets with and without blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import archdsl
from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.net import Net
from archdsl.transform.asked import Wanted
from archdsl.transform.run import transform

FLAT = """\
archdsl: 1
input: [3, 32, 32]
net:
  - {conv: {out: 16, kernel: 3}, as: a}
  - conv: {out: 16, kernel: 3}
  - relu
  - {conv: {out: 16, kernel: 3}, as: b}
  - {add: {}, from: [a, b]}
  - stage: more
    repeat: 2
    body:
      - fork:
        paths:
          - []
          - - conv: {out: 64, kernel: 3}
            - relu
            - conv: 16
        join: add
  - adaptive_pool
  - flatten
  - linear: 10
"""


def made(name: str, values: dict[str, str], where: str, **more: object) -> Net:
    return archdsl.loads(transform(archdsl.load(name), Wanted(values, where=(where,), **more)).text)  # type: ignore[arg-type]


def stages_with(net: Net, word: str) -> set[str]:
    return {frame.path for node in net.graph() if node.op.word == word for frame in node.scope if frame.kind == "stage"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [("stage2", {"stage2"}), ("stage1-3", {"stage1", "stage2", "stage3"}), ("stage0,stage3", {"stage0", "stage3"})],
)
def test_stages_by_name_and_by_range(where: str, expected: set[str]) -> None:
    net = made("resnet18", {"act": "silu"}, where)
    assert stages_with(net, "silu") == expected
    assert stages_with(net, "relu") == {"stage0", "stage1", "stage2", "stage3"} - expected


def test_all_stages_are_all_blocks() -> None:
    net = made("resnet18", {"partial": "1/2"}, "stage0-3")
    assert canonical_hash(net.graph()) == canonical_hash(archdsl.load("p_resnet18a").graph())
    assert "if:" not in transform(archdsl.load("resnet18"), Wanted({"partial": ""}, where=("stage0-3",))).text


def test_a_stage_of_a_table_is_its_rows() -> None:
    """Stages of DP-Net are heads of rows."""
    net = made("dpnet", {"act": "silu"}, "stage2-3")
    changed = {frame.row for node in net.graph() if node.op.word == "silu" for frame in node.scope if frame.row}
    assert changed == {4, 5, 6, 7, 8}


@pytest.mark.parametrize(
    ("name", "where", "message"),
    [
        ("resnet18", "stage5", "stages are stage0, stage1, stage2, stage3"),
        ("resnet18", "stag2", "did you mean 'stage2'"),
        ("resnet18", "stage2-9", "no stage4"),
        ("resnet18", "basik", "did you mean 'basic'"),
        ("resnet18", "rows.3", "no table"),
        ("resnet18", "stage2,basic", "not both"),
        ("mobilenet_v3", "stage2", "the net has no stages"),
        ("mobilenet_v3", "rows.5-90", "rows 1 to"),
    ],
)
def test_places_that_are_not_there(name: str, where: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        transform(archdsl.load(name), Wanted({"act": "silu"}, where=(where,)))
    assert message in str(error.value)


@pytest.mark.parametrize("values", [{"partial": ""}, {"dual": ""}, {"both": ""}, {"se": ""}, {"depthwise": ""}, {"ghost": ""}])
def test_a_net_without_blocks(values: dict[str, str], tmp_path: Path) -> None:
    """Additions of labels and of forks, in the net and in a stage of it."""
    (tmp_path / "flat.yaml").write_text(FLAT)
    base = archdsl.load(tmp_path / "flat.yaml")
    wanted = {word: {"partial": "1/2", "dual": "3,5"}.get(word, value) for word, value in values.items()}
    found = transform(base, Wanted(wanted, folder=tmp_path))
    (tmp_path / "new.yaml").write_text(found.text)
    net = archdsl.load(tmp_path / "new.yaml")
    words = [node.op.word for node in net.graph()]
    expected = {"partial": ("add", 0), "both": ("add", 0), "dual": ("concat", 3), "se": ("mul", 3)}
    for word in values:
        if word in expected:
            assert words.count(expected[word][0]) == expected[word][1]
        else:
            assert net.cost().macs < base.cost().macs
    with torch.no_grad():
        assert net.module().eval()(torch.zeros(1, 3, 32, 32)).shape == (1, 10)
