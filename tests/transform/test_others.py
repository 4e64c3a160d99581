"""Transformations beside the versions of the paper: what they change, that they compose, and what they leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.cli.transform import WORDS
from archdsl.errors import ArchdslError, InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.net import Net
from archdsl.transform.asked import Wanted
from archdsl.transform.run import transform
from archdsl.transform.table import TRANSFORMATIONS


def made(name: str, values: dict[str, str], **more: Any) -> Net:
    """The network that a transformation gives, read from its text."""
    return archdsl.loads(transform(archdsl.load(name), Wanted(values, **more)).text)


def words(net: Net) -> list[str]:
    return [node.op.word for node in net.graph()]


def test_the_options_are_the_table() -> None:
    assert [(each.word, each.takes, each.optional) for each in TRANSFORMATIONS] == [each[:3] for each in WORDS]
    assert all(text.startswith(each.doc.rstrip(".")) for each, (*_, text) in zip(TRANSFORMATIONS, WORDS, strict=True))


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3", "mobilenet_v2", "vit_small", "efficientnet_b0", "yolov8n"])
def test_act_replaces_every_activation_that_is_no_gate(name: str) -> None:
    old, new = archdsl.load(name), made(name, {"act": "mish"})
    replaced = {"relu", "relu6", "hswish", "silu", "gelu"}
    assert replaced & set(words(old))
    assert [("mish" if word in replaced else word) for word in words(old)] == words(new)
    assert new.cost().params == old.cost().params


def test_act_with_arguments() -> None:
    net = made("resnet18", {"act": "leaky_relu: 0.3"})
    assert {node.op.slope for node in net.graph() if node.op.word == "leaky_relu"} == {0.3}  # type: ignore[attr-defined]


def test_norm_of_another_kind_and_of_other_numbers() -> None:
    assert canonical_hash(made("resnet50", {"norm": "group_norm: 32"}).graph()) == canonical_hash(
        archdsl.load("resnet50_gn").graph()
    )
    net = made("resnet18", {"norm": "norm: {eps: 1e-3}"})
    assert {node.op.eps for node in net.graph() if node.op.word == "norm"} == {0.001}  # type: ignore[attr-defined]


def test_depthwise_separates_dense_convolutions_but_that_of_the_image() -> None:
    net = made("vgg16_bn", {"depthwise": ""})
    convs = [node for node in net.graph() if node.op.word == "conv"]
    assert len(convs) == 1 + 2 * 12
    dense = [node for node in convs if node.op.kernel != (1, 1) and getattr(node.op, "groups", 1) == 1]
    assert [node.name for node in dense] == [convs[0].name]
    for layer in net.cost():
        if layer.node.name.endswith("depthwise"):
            assert layer.macs == 9 * layer.node.shape[0] * layer.node.shape[1] * layer.node.shape[2]
    assert archdsl.load("vgg16_bn").cost().macs > 6 * net.cost().macs


def test_groups_divide_the_work_of_convolutions_over_places() -> None:
    old, new = archdsl.load("resnet18"), made("resnet18", {"groups": "4"})
    for before, after in zip(old.cost(), new.cost(), strict=True):
        name = before.node.name
        inside = before.node.op.word == "conv" and "shortcut" not in name and name != "stem.conv"
        assert after.macs == (before.macs // 4 if inside else before.macs), name


def test_ghost_halves_dense_convolutions() -> None:
    old, new = archdsl.load("resnet50"), made("resnet50", {"ghost": ""})
    assert 0.5 < new.cost().macs / old.cost().macs < 0.56
    assert [node.shape for node in new.graph() if node.op.word == "add"] == [
        node.shape for node in old.graph() if node.op.word == "add"
    ]


@pytest.mark.parametrize(("name", "count"), [("resnet18", 8), ("resnet50", 16), ("convnext_tiny", 18), ("mobilenet_v3", 15)])
def test_se_weighs_what_every_block_learns(name: str, count: int) -> None:
    net = made(name, {"se": ""})
    assert words(net).count("mul") == count


def test_width_by_the_knob_and_by_a_new_one() -> None:
    assert canonical_hash(made("resnet18", {"width": "0.5"}).graph()) == canonical_hash(
        archdsl.load("resnet18", width=0.5).graph()
    )
    net = made("convnext_tiny", {"width": "1/2"})
    assert canonical_hash(net.graph()) == canonical_hash(archdsl.load("convnext_tiny", dims=[48, 96, 192, 384]).graph())
    assert canonical_hash(net.set(width=1).graph()) == canonical_hash(archdsl.load("convnext_tiny").graph())


def test_they_compose_into_one_spec() -> None:
    wanted = Wanted({"partial": "1/4", "se": "", "act": "silu", "norm": "group_norm: 4", "width": "1/2"})
    found = transform(archdsl.load("resnet18"), wanted)
    net = archdsl.loads(found.text)
    assert found.text.count("extends:") == 1
    assert {"silu", "group_norm"} <= set(words(net))
    assert not {"relu", "norm", "add"} & set(words(net))
    assert canonical_hash(net.graph()) == canonical_hash(found.design.graph())
    one = transform(archdsl.load("resnet18"), Wanted({"depthwise": "", "both": "", "se": ""}))
    assert archdsl.loads(one.text).cost().macs < archdsl.load("resnet18").cost().macs / 3


def test_rows_get_blocks_of_their_own() -> None:
    net = made("mobilenet_v2", {"act": "hswish"}, where=("rows.5-6",))
    changed = {frame.row for node in net.graph() if node.op.word == "hswish" for frame in node.scope if frame.row}
    assert changed == {5, 6}


def test_a_block_by_name() -> None:
    net = made("resnet18", {"act": "silu"}, where=("two_convs",))
    assert words(net).count("silu") == 8
    assert words(net).count("relu") == words(archdsl.load("resnet18")).count("relu") - 8


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("resnet18", {"act": "relo"}, "did you mean 'relu'"),
        ("resnet18", {"act": "conv"}, "unknown operator 'conv'"),
        ("resnet18", {"act": "relu"}, "there is no activation but relu to change"),
        ("resnet18", {"groups": "x"}, "--groups takes a number"),
        ("resnet18", {"groups": "7"}, "cannot be divided into 7 groups"),
        ("resnet18", {"width": "-1"}, "--width takes a number above 0"),
        ("vgg16", {"se": ""}, "no residual block"),
        ("mobilenet_v1", {"depthwise": ""}, "dense 3x3"),
        ("resnet18", {"norm": "group_norm: 7"}, "cannot be divided into 7 groups"),
    ],
)
def test_what_cannot_be_changed_says_why(name: str, values: dict[str, str], message: str) -> None:
    with pytest.raises(ArchdslError) as error:
        transform(archdsl.load(name), Wanted(values))
    assert message in str(error.value)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["transform", "resnet18", "--se", "--act", "silu"]) == 0
    out, err = capsys.readouterr()
    assert canonical_hash(archdsl.loads(out).graph()) == canonical_hash(made("resnet18", {"se": "", "act": "silu"}).graph())
    assert "basic: se" in err
    assert run(["transform", "resnet18", "--partial", "-o", str(tmp_path / "p.yaml"), "--json"]) == 0
    assert '"spec"' in capsys.readouterr().out
    assert run(["check", "--quiet", str(tmp_path / "p.yaml")]) == 0
    assert run(["transform", "resnet18"]) == 1
    assert "no transformation is named" in capsys.readouterr().err


def test_settings_of_the_network_are_in_the_result() -> None:
    net = archdsl.load("mobilenet_v3", width=0.5, **{"rows.3.exp": 72, "resolution": 96})
    found = transform(net, Wanted({"partial": ""}))
    assert archdsl.loads(found.text).cost().macs == found.design.cost().macs
    assert "resolution: 96" in found.text
    with pytest.raises(InputError, match="cannot be written"):
        transform(archdsl.load("mobilenet_v3", **{"blocks.bneck.se": True}), Wanted({"act": "silu"}))


def test_in_python() -> None:
    net = archdsl.load("resnet18").transform(partial="1/4", se=True, transition="stage")
    assert isinstance(net.design, Net)
    assert net.design.knobs["transition"] == "stage"
    assert archdsl.load("resnet18").transform(dual=[3, 7]).design.knobs["kernels"] == [3, 7]
