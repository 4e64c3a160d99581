"""Steps with one name after `share` use one set of weights: the first owns it, structure and shapes have to agree."""

from __future__ import annotations

import pytest

import archdsl
from archdsl.ir.canonical import canonical_hash, schedule_hash
from archdsl.ir.graph import Graph
from archdsl.ir.serialize import dump, load
from archdsl.ir.verify import BrokenGraph, verify

HEAD = "input: [8, 16, 16]\n"
UNIT = "blocks:\n  unit: {args: {out: 8, k: 3}, body: [{conv: {out: $out, kernel: $k}}, norm, relu]}\n"


def graph(text: str, **knobs: object) -> Graph:
    return archdsl.loads(HEAD + text, **knobs).graph()


def sharing(made: Graph) -> dict[str, str]:
    return {node.name: node.shared for node in made if node.shared}


def test_the_first_owns_the_weights() -> None:
    made = graph("net: [{conv: 8, share: a}, relu, {conv: 8, share: a}, {conv: 8, share: b}, {conv: 8, share: a}]")
    assert sharing(made) == {"conv_2": "conv_1", "conv_4": "conv_1"}


def test_blocks_share_what_has_weights_in_them() -> None:
    made = graph(UNIT + "net: [{unit: , share: u, repeat: 3}]")
    pairs = {"unit_2.conv": "unit_1.conv", "unit_2.norm": "unit_1.norm", "unit_3.conv": "unit_1.conv"}
    assert sharing(made) == {**pairs, "unit_3.norm": "unit_1.norm"}


def test_a_name_holds_within_its_block() -> None:
    twice = "blocks:\n  pair: {body: [{conv: 8, share: a}, {conv: 8, share: a}]}\n"
    apart = graph(twice + "net: [pair, pair]")
    assert sharing(apart) == {"pair_1.conv_2": "pair_1.conv_1", "pair_2.conv_2": "pair_2.conv_1"}
    together = graph(twice + "net: [{pair: , share: p}, {pair: , share: p}]")
    assert set(sharing(together).values()) == {"pair_1.conv_1"}
    assert len(sharing(together)) == 3


def test_names_with_values_tell_sets_apart() -> None:
    made = graph('net: [{conv: 8, repeat: 4, share: "s$i"}, {conv: 8, repeat: 2, name: again, share: "s$i"}]')
    assert sharing(made) == {"again_1": "conv_1", "again_2": "conv_2"}


def test_stages_and_paths_see_the_names_around_them() -> None:
    made = graph(
        "net: [{fork: , paths: [[{conv: 8, share: a}], [{conv: 8, share: a}]], join: add}, {stage: s, body: [{conv: 8, share: a}]}]"
    )
    assert sharing(made) == {"path_2.conv": "path_1.conv", "s.conv": "path_1.conv"}


def test_copies_of_blocks_share_as_the_first_did() -> None:
    inner = "knobs: {size: 16}\nblocks:\n  pair: {body: [{conv: 8, share: a}, relu, {conv: {out: 8, dilation: 2}, share: a}]}\n"
    net = archdsl.loads(f"{inner}input: [8, $size, $size]\nnet: [pair, pair, {{pair: , share: x}}, {{pair: , share: x}}]\n")
    net.graph()
    assert dump(net.set(size=12).graph()) == dump(archdsl.loads(net.spec.source.text, size=12).graph())


def test_operators_of_two_kinds_share_weights_of_one_shape() -> None:
    made = graph("net: [{layer_scale: , share: a}, {prelu: {shared: false}, share: a}]")
    assert sharing(made) == {"prelu": "layer_scale"}


WRONG = {
    "width": (
        "net: [{conv: 8, share: a}, {conv: 16, share: a}]",
        "'conv_1' and 'conv_2' have a weight of 8x8x1x1 and of 16x8x1x1",
        "out 8 and 16",
    ),
    "arriving": (
        "net: [{conv: 16, share: a}, {conv: 16, share: a}]",
        "'conv_1' and 'conv_2' have a weight of 16x8x1x1 and of 16x16x1x1",
        "8x16x16 and 16x16x16 arrive",
    ),
    "kinds": (
        "net: [{norm: , share: a}, {conv: 8, share: a}]",
        "'norm' and 'conv' have weight and bias and running_mean and running_var (norm), and weight (conv)",
        "",
    ),
    "bias": (
        "net: [{conv: 8, share: a}, {conv: {out: 8, bias: true}, share: a}]",
        "'conv_1' and 'conv_2' have weight (conv), and weight and bias (conv)",
        "",
    ),
    "more": (
        UNIT + "net: [{unit: , share: a}, {conv: {out: 8, kernel: 3}, share: a}]",
        "nothing in this one uses those of 'unit.norm'",
        "",
    ),
    "order": (
        "blocks:\n  a: {body: [{conv: 8}, norm]}\n  b: {body: [norm, {conv: 8}]}\nnet: [{a: , share: a}, {b: , share: a}]",
        "'b.norm' is norm where 'a.conv' is conv",
        "",
    ),
    "inside": (
        'blocks:\n  p: {args: {n: word}, body: [{conv: 8, share: a}, {conv: 8, share: "$n"}]}\nnet: [{p: b, share: p}, {p: a, share: p}]',
        "in this one 'p_2.conv_2' and 'p_2.conv_1' do, in the first they do not",
        "",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_differs_is_said_with_both_places(case: str) -> None:
    text, message, hint = WRONG[case]
    with pytest.raises(archdsl.SpecError) as caught:
        graph(text)
    (found,) = caught.value.diagnostics
    assert message in found.message
    assert found.hint == hint
    assert found.related[0][0] == "the first of them"
    assert found.related[0][1][:3] != found.mark[:3]


def test_graphs_with_shared_weights_round_trip() -> None:
    made = graph(UNIT + "net: [{unit: , share: u, repeat: 2}]")
    again = load(dump(made))
    assert sharing(again) == sharing(made)
    assert dump(again) == dump(made)


def test_verifier_knows_what_can_be_shared() -> None:
    made = graph("net: [{conv: 8, share: a}, {conv: 8, share: a}, {conv: 8}, relu]")
    wrong = {"conv_1": "conv_2", "conv_3": "conv_2", "relu": "conv_1", "conv_2": "input"}
    said = ["does not come before it", "are those of 'conv_1'", "are others", "are others"]
    for (name, owner), message in zip(wrong.items(), said, strict=True):
        before = made[name].shared
        made[name].shared = owner
        with pytest.raises(BrokenGraph, match=message):
            verify(made, "a test")
        made[name].shared = before
    verify(made, "a test")


def test_hashes_tell_shared_weights() -> None:
    fork = (
        "net: [{{fork: , paths: [[{{conv: {{out: 8, kernel: {}}}{}}}], [{{conv: {{out: 8, kernel: {}}}{}}}, relu]], join: add}}]"
    )
    apart = graph(fork.format(3, "", 3, ""))
    shared = graph(fork.format(3, ", share: a", 3, ", share: a"))
    alone = graph(fork.format(3, ", share: a", 3, ", share: b"))
    assert canonical_hash(alone) == canonical_hash(apart) != canonical_hash(shared)
    assert schedule_hash(alone) == schedule_hash(apart) != schedule_hash(shared)
    turned = graph(
        "net: [{fork: , paths: [[{conv: {out: 8, kernel: 3}, share: z}, relu], [{conv: {out: 8, kernel: 3}, share: z}]], join: add}]"
    )
    assert canonical_hash(turned) == canonical_hash(shared)


def test_grids_count_shared_weights_once() -> None:
    net = archdsl.loads(
        f"knobs: {{n: 2, w: 8}}\n{HEAD}net: [{{conv: $w}}, {{conv: $w, share: a, repeat: $n}}, {{conv: $w, share: a}}]\n"
    )
    sweep = net.sweep(n=[0, 1, 3], w=[4, 8, 12])
    for row in sweep.rows():
        one = net.set(n=row["n"], w=row["w"]).cost()
        assert (row["params"], row["macs"]) == (one.params, one.macs)


def test_a_grid_leaves_out_variants_whose_weights_differ() -> None:
    net = archdsl.loads(f"knobs: {{w: 8}}\n{HEAD}net: [{{conv: 8, share: a}}, {{conv: $w, share: a}}]\n")
    rows = list(net.sweep(w=[4, 8, 12]).rows())
    assert [row["w"] for row in rows] == [8]
