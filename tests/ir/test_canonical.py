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


def written(net: str, head: str = HEAD) -> str:
    return hashed(f"{head}net: {net}\n")


TOKENS = "input: {map: [8, 4, 6]}\n"
TWO_WAYS = {
    "same and so many zeros": ("[conv: {out: 4, kernel: 3}]", "[conv: {out: 4, kernel: 3, padding: 1}]"),
    "same with dilation": ("[conv: {out: 4, kernel: 3, dilation: 2}]", "[conv: {out: 4, kernel: 3, dilation: 2, padding: 2}]"),
    "the stride of a pooling": ("[maxpool: 2]", "[maxpool: {kernel: 2, stride: 2}]"),
    "padding that is none": ("[avgpool: {kernel: 2, count_padding: false}]", "[avgpool: 2]"),
    "a pooling to the size that is there": ("[adaptive_pool: [4, 6], relu]", "[relu]"),
    "a resizing by a factor": ("[upsample: 2]", "[upsample: {size: [8, 12]}]"),
    "a resizing to the size of another": (
        "[{relu: {}, as: a}, {conv: {out: 4, stride: 2}, as: b}, {resize_like: bilinear, from: [b, a]}]",
        "[relu, {conv: {out: 4, stride: 2}}, {upsample: {scale: 2, mode: bilinear}}]",
    ),
    "a sum of three": (
        "[{relu: {}, as: a}, {tanh: {}, from: in, as: b}, {add: {}, from: [in, a, b]}]",
        "[{relu: {}, as: a}, {tanh: {}, from: in, as: b}, {add: {}, from: [a, b], as: c}, {add: {}, from: [in, c]}]",
    ),
    "letters": ('[rearrange: "c h w -> (h w) c"]', '[rearrange: "z a b -> (a b) z"]'),
    "an operator for a pattern": (
        "[tokens, {split_heads: 2}]",
        '[rearrange: {pattern: "(n c) h w -> n (h w) c", n: 2, to: heads}]',
    ),
    "one move after another": ("[tokens, to_map: 4, flatten]", "[flatten]"),
    "a slice of a slice": ("[slice: {start: 2, stop: 8}, slice: {start: 1, stop: 4}]", "[slice: {start: 3, stop: 6}]"),
    "an activation worked out twice": (
        "[{relu: {}, as: a}, {tanh: {}, as: b}, {add: {}, from: [a, b]}]",
        "[{relu: {}, as: a}, {relu: {}, from: in}, {tanh: {}, as: b}, {add: {}, from: [a, b]}]",
    ),
}
NEARLY = {
    "padding": ("[conv: {out: 4, kernel: 3}]", "[conv: {out: 4, kernel: 3, padding: 2}]"),
    "the stride of a pooling": ("[maxpool: 2]", "[maxpool: {kernel: 2, stride: 1}]"),
    "padding that is counted": (
        "[avgpool: {kernel: 3, padding: 1, count_padding: false}]",
        "[avgpool: {kernel: 3, padding: 1}]",
    ),
    "a factor with a rest": ("[upsample: {scale: 1.3, mode: bilinear}]", "[upsample: {size: [5, 7], mode: bilinear}]"),
    "corners": (
        "[upsample: {scale: 2, mode: bilinear}]",
        "[upsample: {scale: 2, mode: bilinear, align_corners: true}]",
    ),
    "a sum that is read twice": (
        "[{relu: {}, as: a}, {add: {}, from: [in, a], as: b}, {add: {}, from: [a, b]}]",
        "[{relu: {}, as: a}, {add: {}, from: [in, a], as: b}, {add: {}, from: [b, b]}]",
    ),
    "sums and products": (
        "[{relu: {}, as: a}, {add: {}, from: [in, a], as: b}, {mul: {}, from: [b, a]}]",
        "[{relu: {}, as: a}, {mul: {}, from: [in, a], as: b}, {add: {}, from: [b, a]}]",
    ),
    "the order of places": ('[rearrange: "c h w -> (h w) c"]', '[rearrange: "c h w -> (w h) c"]'),
    "what a move makes": ('[rearrange: {pattern: "c h w -> c h w", to: heads}]', "[relu]"),
    "places and their order": ("[flatten]", "[rearrange: {pattern: c h w -> (h w c), to: vector}]"),
    "a layer worked out twice": (
        "[{conv: 8, as: a}, {add: {}, from: [a, a]}]",
        "[{conv: 8, as: a}, {conv: 8, from: in, as: b}, {add: {}, from: [a, b]}]",
    ),
    "a dropout used twice": (
        "[{dropout: 0.5, as: a}, {add: {}, from: [a, a]}]",
        "[{dropout: 0.5, as: a}, {dropout: 0.5, from: in, as: b}, {add: {}, from: [a, b]}]",
    ),
}


@pytest.mark.parametrize("name", TWO_WAYS)
def test_what_is_only_written_otherwise_is_the_same(name: str) -> None:
    one, other = (written(net, TOKENS) for net in TWO_WAYS[name])
    assert one == other


@pytest.mark.parametrize("name", NEARLY)
def test_what_is_nearly_the_same_is_not(name: str) -> None:
    one, other = (written(net, TOKENS) for net in NEARLY[name])
    assert one != other


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
