"""A block that is put down again is the block that would have been opened."""

from __future__ import annotations

import random

import pytest

import archdsl
from archdsl.ir.elaboration import blocks
from archdsl.ir.serialize import dump

NETWORKS = ("dpnet", "resnet18", "ghostnet", "mobilenet_v2", "p_resnet34a", "d_mobilenet_v3", "p_mobilenet_v3")


@pytest.mark.parametrize("name", NETWORKS)
def test_second_build_equals_first(name: str) -> None:
    draw = random.Random(name)
    net = archdsl.load(name)
    net.graph()
    for _ in range(6):
        knobs = {
            "width": draw.choice([0.5, 1, 1.1]),
            "resolution": draw.choice([64, 100, 224]),
            "classes": draw.choice([10, 1000]),
        }
        if "transition" in net.knobs:
            knobs["transition"] = draw.choice(["block", "stage", "none"])
        if "split" in net.knobs:
            knobs["split"] = draw.choice([0.5, 0.25])
        assert dump(net.set(**knobs).graph()) == dump(archdsl.load(name, **knobs).graph()), knobs


def test_second_build_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    net = archdsl.load("dpnet")
    net.graph()
    monkeypatch.setattr(blocks, "limit_depth", lambda *_: pytest.fail("a block was opened again"))
    assert net.set(resolution=192).cost().macs < net.cost().macs


def test_mistake_in_a_copy_finds_its_line() -> None:
    net = archdsl.loads(
        "knobs: {size: 8}\ninput: [3, $size, $size]\nblocks:\n  b: {body: [{conv: {out: 4, kernel: 5, padding: 0}}]}\nnet: [b, b]\n"
    )
    with pytest.raises(archdsl.SpecError, match="does not fit into 4") as first:
        net.graph()
    with pytest.raises(archdsl.SpecError) as fresh:
        archdsl.loads(net.spec.source.text).graph()
    assert str(first.value) == str(fresh.value)
    assert len(net.set(size=16).graph()) == 3
    with pytest.raises(archdsl.SpecError, match=r"<text>:4:38: .*does not fit") as copied:
        net.set(size=7).graph()
    assert "b_2" not in str(copied.value)
