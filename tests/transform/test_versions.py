"""The partial, dual-path and both versions of networks: those of the paper, and of what it never saw."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import archdsl
from archdsl.cli.main import run
from archdsl.errors import InputError
from archdsl.ir.canonical import canonical_hash
from archdsl.spec.locate import zoo_names
from archdsl.transform.asked import Wanted
from archdsl.transform.run import transform

PAPER = [
    ("p_resnet18a", ["resnet18", "--partial", "1/2", "--transition", "block"]),
    ("p_resnet18b", ["resnet18", "--partial", "1/2", "--transition", "stage"]),
    ("p_resnet34a", ["resnet34", "--partial", "1/2", "--transition", "block"]),
    ("p_resnet34b", ["resnet34", "--partial", "1/2", "--transition", "stage"]),
    ("p_resnet50", ["resnet50", "--partial", "1/2", "--transition", "stage"]),
    ("d_mobilenet_v3", ["mobilenet_v3_preprint", "--dual", "3,5"]),
    ("p_mobilenet_v3", ["mobilenet_v3_preprint", "--partial", "1/2", "--set", "transition_in=a"]),
    ("dpnet", ["mobilenet_v3", "--both", "--set", "se_rounding=1", "--norm", "norm: {eps: 1e-5, momentum: 0.1}"]),
]
RESIDUAL = [
    "convnext_tiny", "efficientnet_b0", "ghostnet", "gpt2", "mobilenet_v4_small", "poolformer_s12", "resnet20", "swin_tiny", "vit_small",
    "xception", "yolov8n",
]  # fmt: skip


@pytest.mark.parametrize(("name", "line"), PAPER, ids=[name for name, _ in PAPER])
def test_the_networks_of_the_paper_by_their_command_lines(name: str, line: list[str], tmp_path: Path) -> None:
    assert run(["transform", *line, "-o", str(tmp_path / "made.yaml")]) == 0
    made = archdsl.load(tmp_path / "made.yaml")
    assert canonical_hash(made.graph()) == canonical_hash(archdsl.load(name).graph())


@pytest.mark.parametrize("name", RESIDUAL)
@pytest.mark.parametrize("word", ["partial", "dual", "both"])
def test_versions_of_networks_that_the_paper_never_saw(name: str, word: str) -> None:
    net = archdsl.load(name)
    made = transform(net, Wanted({word: ""}))
    again = archdsl.loads(made.text)
    assert canonical_hash(again.graph()) == canonical_hash(made.design.graph()) != canonical_hash(net.graph())
    assert [node.shape for node in again.graph() if node.name in again.graph().ends] == [
        node.shape for node in net.graph() if node.name in net.graph().ends
    ]
    if word != "dual":
        assert again.cost().macs < net.cost().macs
    assert "extends: " + name in made.text


def test_no_addition_is_left_and_what_passes_is_not_learned_from() -> None:
    net = archdsl.loads(transform(archdsl.load("convnext_tiny"), Wanted({"partial": "1/4"})).text)
    words = [node.op.word for node in net.graph()]
    assert "add" not in words
    assert words.count("split" if "split" in words else "slice") >= 18
    depthwise = next(node for node in net.graph() if node.name.endswith("depthwise"))
    assert depthwise.op.values()[0] == 96 // 4


def test_by_rows_other_rows_stay() -> None:
    net = archdsl.load("mobilenet_v3")
    made = transform(net, Wanted({"partial": "1/2"}, where=("rows.6-9",)))
    assert "6: {op: " in made.text
    assert "5: {op: " not in made.text
    graph = made.design.graph()
    halves = {frame.row for node in graph if node.op.word == "slice" for frame in node.scope if frame.row}
    assert halves == {6, 7, 9}, "row 8 has a stride, and no shortcut"


def test_a_knob_chooses_between_the_forms() -> None:
    net = archdsl.load("convnext_tiny")
    made = archdsl.loads(transform(net, Wanted({"partial": "1/2"}, knob=True)).text)
    assert canonical_hash(made.set(form="plain").graph()) == canonical_hash(net.graph())
    assert [row["macs"] < net.cost().macs for row in made.sweep(form=["plain", "partial"]).rows()] == [False, True]


def test_rows_with_a_knob_are_swept() -> None:
    net = archdsl.load("mobilenet_v3")
    made = archdsl.loads(transform(net, Wanted({"partial": "1/2"}, where=("rows.6-7",), knob=True)).text)
    assert canonical_hash(made.set(form_bneck="bneck").graph()) == canonical_hash(net.graph())


@pytest.mark.parametrize(
    ("name", "values", "more", "message"),
    [
        ("vgg16", {"partial": ""}, {}, "no residual block"),
        ("resnet50_gn", {"both": ""}, {}, "bottleneck_1x3x1 (specs/blocks/residual.yaml:46:3)"),
        ("regnet_y_400mf", {"both": ""}, {}, "cannot be divided into"),
        ("resnet18", {"partial": "3/2"}, {}, "between 0 and 1"),
        ("resnet18", {"dual": "3"}, {}, "kernel of each path"),
        ("resnet18", {"partial": ""}, {"where": ("rows.1",)}, "the net has no table"),
        ("mobilenet_v3", {"partial": ""}, {"where": ("rows.99",)}, "rows 1 to 20"),
        ("mobilenet_v3", {"partial": ""}, {"where": ("botleneck",)}, "did you mean 'bottleneck'"),
        ("mobilenet_v3", {"partial": ""}, {"where": ("conv3x3",)}, "nothing to replace"),
        ("mobilenet_v3", {"partial": ""}, {"transition": "stage"}, "the net has no stages"),
        ("resnet18", {"partal": ""}, {}, "did you mean 'partial'"),
        ("resnet18", {"se": ""}, {"transition": "stage"}, "--transition is of partial"),
    ],
)
def test_what_cannot_be_transformed_says_why(name: str, values: dict[str, str], more: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as error:
        transform(archdsl.load(name), Wanted(values, **more))  # type: ignore[arg-type]
    assert message in str(error.value)


def test_a_network_of_ones_own_with_blocks_named_as_those_of_the_zoo(tmp_path: Path) -> None:
    text = """\
archdsl: 1
input: [16, 32, 32]
blocks:
  bottleneck:
    args: {out: int}
    body:
      - {conv: {out: $out, kernel: 3}, name: first}
      - {conv: {out: $out, kernel: 3}, as: y}
      - {add: {}, from: [y, in]}
      - relu
  conv_norm: {args: {out: int}, body: [{conv: $out}, norm]}
net:
  - conv_norm: 32
  - {bottleneck: 32, repeat: 2}
"""
    (tmp_path / "mine.yaml").write_text(text)
    out = tmp_path / "new.yaml"
    assert run(["transform", str(tmp_path / "mine.yaml"), "--partial", "1/4", "-o", str(out)]) == 0
    net, old = archdsl.load(out), archdsl.load(tmp_path / "mine.yaml")
    assert net.graph()[net.graph().output].shape == old.graph()[old.graph().output].shape
    assert "import" not in out.read_text(), "an import would put the zoo's bottleneck in the place of this one"
    assert net.set(split=Fraction(1, 2)).cost().params != net.cost().params
    assert run(["transform", str(tmp_path / "mine.yaml"), "--both", "-o", str(tmp_path / "sub" / "new.yaml")]) == 1


def test_every_network_of_the_zoo_is_transformed_or_refused() -> None:
    done = 0
    for name in zoo_names()[::3]:
        try:
            made = transform(archdsl.load(name), Wanted({"partial": ""}))
        except InputError:
            continue
        done += 1
        assert not archdsl.loads(made.text).warnings
    assert done >= 8
