"""Equal networks have one hash, whatever their spelling; anything that computes differently has another."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.ir.canonical import canonical_hash
from archdsl.spec.locate import zoo_names

HEAD = "input: [8, 16, 16]\n"
PLAIN = f"{HEAD}net: [{{conv: 4}}, norm, relu, {{conv: 4}}, norm, relu]\n"


def hashed(text: str) -> str:
    return canonical_hash(archdsl.loads(text).graph())


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}name: other\nnet: [{{conv: {{out: 4, kernel: 1, stride: [1, 1]}}}}, norm, relu, {{conv: 4}}, norm, relu]\n",
        f"{HEAD}knobs: {{w: 1/2}}\nnet: [{{stage: a, repeat: 2, body: [{{conv: 8*$w}}, norm, relu]}}]\n",
        f"{HEAD}blocks: {{unit: {{args: {{act: block}}, body: [{{conv: 4}}, norm, $act]}}}}\nnet: [{{unit: relu, repeat: 2}}]\n",
        f"{HEAD}net: [{{table: {{columns: [op, out, repeat], rows: [[unit, 4, 2]]}}}}]\n"
        "blocks: {unit: {args: {out: int}, body: [{conv: $out}, norm, relu]}}\n",
        f"{HEAD}net: [{{conv: 4, name: a}}, identity, norm, relu, {{tanh: {{}}, when: false}}, {{conv: 4}}, norm, relu]\n",
        f"{HEAD}net: [{{conv: 4}}, norm, {{relu: {{}}, as: a}}, tanh, {{conv: 4, from: a}}, norm, relu]\n",
    ],
)
def test_spelling_does_not_count(text: str) -> None:
    assert hashed(text) == hashed(PLAIN)


def test_the_order_of_a_sum_does_not_count_that_of_a_concat_does() -> None:
    def joined(order: str, join: str) -> str:
        paths = {"left": "[{conv: 4}, relu]", "right": "[{conv: 4}, norm]"}
        listed = ", ".join(paths[word] for word in order.split())
        return hashed(f"{HEAD}net: [{{fork: , paths: [{listed}], join: {join}}}]\n")

    assert joined("left right", "add") == joined("right left", "add")
    assert joined("left right", "mul") == joined("right left", "mul")
    assert joined("left right", "concat") != joined("right left", "concat")


DIFFERENT = {
    "plain": PLAIN,
    "channels": PLAIN.replace("{conv: 4}", "{conv: 5}", 1),
    "a bias": PLAIN.replace("{conv: 4}", "{conv: {out: 4, bias: true}}", 1),
    "the activation": PLAIN.replace("relu", "hswish", 1),
    "order": f"{HEAD}net: [{{conv: 4}}, relu, norm, {{conv: 4}}, norm, relu]\n",
    "the input": PLAIN.replace("16, 16", "16, 32"),
    "one layer less": f"{HEAD}net: [{{conv: 4}}, norm, relu]\n",
    "the output": f"{HEAD}net: [{{conv: 4}}, norm, relu, {{conv: 4}}, norm, {{relu: {{}}, as: a}}, {{tanh: {{}}, from: a}}]\n",
    "an epsilon": PLAIN.replace("norm", "{norm: {eps: 1e-3}}", 1),
    "a shared layer": f"{HEAD}net: [{{conv: 4, as: a}}, {{add: {{}}, from: [a, a]}}]\n",
    "two layers": f"{HEAD}net: [{{fork: , paths: [{{conv: 4}}, {{conv: 4}}], join: add}}]\n",
    "a cut": f"{HEAD}net: [{{split: [1/2, rest], paths: [relu, []], join: concat}}]\n",
    "another cut": f"{HEAD}net: [{{split: [1/4, rest], paths: [relu, []], join: concat}}]\n",
}


def test_what_computes_differently_has_another_hash() -> None:
    found = {name: hashed(text) for name, text in DIFFERENT.items()}
    assert len(set(found.values())) == len(found)


def test_the_zoo() -> None:
    """A hash stays from one build to the next, and two networks share one only where one is the other's default."""
    found = {name: canonical_hash(archdsl.load(name).graph()) for name in zoo_names()[:12]}
    assert found == {name: canonical_hash(archdsl.load(name).graph()) for name in found}
    assert canonical_hash(archdsl.load("mobilenet_v3", resolution=192).graph()) != found.get("mobilenet_v3")


def test_grids_are_equal_where_all_their_networks_are() -> None:
    def found(**knobs: object) -> str:
        return canonical_hash(archdsl.load("resnet18", **knobs).graph())

    assert found(width=[1, 2]) == found(width=[1, 2]) != found(width=[1, 3])
    assert found(width=[1, 2], split=[0.25, 0.5]) == found(width=[1, 2])


def test_the_size_of_the_image_counts() -> None:
    assert canonical_hash(archdsl.load("resnet18").graph()) != canonical_hash(archdsl.load("resnet18", resolution=192).graph())
