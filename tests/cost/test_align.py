"""Two networks aligned, and conditions on their difference."""

from __future__ import annotations

from collections import Counter

import pytest
from graphs import Builder
from random_networks import network

import archdsl
from archdsl.cost.comparing.align import RowPair, align
from archdsl.cost.comparing.differences import row_differences
from archdsl.cost.comparing.gate import parse_gate
from archdsl.cost.comparing.totals import costs
from archdsl.cost.counting.bill import Bill


def rows(first: archdsl.Net, second: archdsl.Net) -> list[RowPair]:
    return align(first.cost(), second.cost())


def kinds(first: archdsl.Net, second: archdsl.Net) -> list[tuple[str, str]]:
    return [(row.kind, row.name) for row in rows(first, second) if row.kind != "same"]


def spec(*steps: str, blocks: str = "") -> archdsl.Net:
    return archdsl.loads(f"{blocks}input: [8, 8, 8]\nnet:\n" + "".join(f"  - {step}\n" for step in steps))


def table(*cells: str, stride: int = 1) -> archdsl.Net:
    lines = "".join(f"        - [{row}]\n" for row in cells)
    return archdsl.loads(
        "import: [blocks/mobile]\ninput: [8, 32, 32]\nnet:\n  - table:\n      columns: [op, out, s]\n      rows:\n" + lines
    )


def told(first: archdsl.Net, second: archdsl.Net) -> dict[str, list[str]]:
    """What changed in each row that did."""
    return {row.name: row_differences(row) for row in rows(first, second) if row.kind == "changed"}


@pytest.mark.parametrize("name", ["dpnet", "resnet18", "googlenet", "vit_small", "densenet121"])
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    found = rows(archdsl.load(name), archdsl.load(name))
    assert {row.kind for row in found} == {"same"}
    assert {pair.kind for row in found for pair in row.layers} == {"same"}


PAIRS = [
    ("mobilenet_v3", "mobilenet_v3_preprint"),
    ("mobilenet_v3", "dpnet"),
    ("resnet18", "resnet50"),
    ("vgg16", "squeezenet"),
    ("googlenet", "vit_small"),
    ("mobilenet_v2", "mobilenet_v3"),
]


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_differences_add_up_to_the_difference_of_the_totals(a: str, b: str) -> None:
    first, second = archdsl.load(a), archdsl.load(b)
    found = rows(first, second)
    for cost in ("params", "macs"):
        change = getattr(second.cost(), cost) - getattr(first.cost(), cost)
        assert sum(row.difference(cost) for row in found) == change
        assert sum(pair.difference(cost) for row in found for pair in row.layers) == change
        assert all(row.difference(cost) == sum(pair.difference(cost) for pair in row.layers) for row in found)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_every_layer_stands_once_in_order(a: str, b: str) -> None:
    first, second = archdsl.load(a).cost(), archdsl.load(b).cost()
    pairs = [pair for row in align(first, second) if not row.moved for pair in row.layers]
    assert [pair.before for pair in pairs if pair.before] == first.layers
    assert [pair.after for pair in pairs if pair.after] == second.layers


MIRROR = {"added": "removed", "removed": "added", "changed": "changed", "same": "same", "moved": "moved"}


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_the_way_back_is_the_same_up_to_the_sign(a: str, b: str) -> None:
    first, second = archdsl.load(a), archdsl.load(b)

    def names(row: RowPair) -> tuple[str | None, str | None]:
        return row.before.name if row.before else None, row.after.name if row.after else None

    there = {(*names(row), row.kind, row.difference("params"), row.difference("macs")) for row in rows(first, second)}
    back = {
        (*reversed(names(row)), MIRROR[row.kind], -row.difference("params"), -row.difference("macs"))
        for row in rows(second, first)
    }
    assert there == back


@pytest.mark.parametrize("seed", range(20))
def test_any_two_networks(seed: int) -> None:
    first, second = Bill(network(seed)), Bill(network(seed + 100))
    assert {row.kind for row in align(first, first)} == {"same"}
    there, back = align(first, second), align(second, first)
    for cost in ("params", "macs"):
        change = getattr(second, cost) - getattr(first, cost)
        assert sum(row.difference(cost) for row in there) == change == -sum(row.difference(cost) for row in back)
    assert Counter(row.kind for row in there) == Counter(MIRROR[row.kind] for row in back)
    for row in there:
        row_differences(row)


def test_what_reads_the_input_of_the_network_is_told() -> None:
    one, other = (Builder((4, 8, 8)) for _ in range(2))
    for build, source in ((one, "input"), (other, "a")):
        for name in ("a", "b"):
            build(name, "conv", out=4)
        build("sum", "add", source, "b")
    found = [row for row in align(Bill(one.graph), Bill(other.graph)) if row.kind != "same"]
    assert [row_differences(row) for row in found] == [["inside: add reads input and b → a and b"]]


def test_blocks_that_are_replaced_one_for_one_stand_beside_each_other() -> None:
    found = rows(archdsl.load("mobilenet_v3"), archdsl.load("dpnet"))
    assert len(found) == 20
    assert [(row.before.number, row.after.number) for row in found if row.before and row.after] == [(n, n) for n in range(1, 21)]
    assert [row.kind for row in found] == ["changed"] * 17 + ["same"] * 3
    assert [row_differences(row)[0] for row in found[1:16]] == [f"bneck → {row.line.operator}" for row in found[1:16]]
    assert row_differences(found[1]) == ["bneck → dp_a", "without kernel 3"]
    assert found[1].difference("params") == 24
    assert row_differences(found[0]) == ["inside: norm eps 0.001 → 1e-5, momentum 0.01 → 0.1"]
    for row in found:  # no layer stands beside one of another row, and none beside a layer of another part of a block
        for pair in row.layers:
            if pair.before and pair.after and ".expand." in pair.before.node.name:
                assert ".k3.expand." in pair.after.node.name


CONVS = ("conv3x3, 16, 2", "conv3x3, 24, 2", "conv3x3, 40, 1", "conv1x1, 64, 1")


@pytest.mark.parametrize("place", range(5))
def test_a_row_that_is_inserted_is_one_row_added(place: int) -> None:
    """What follows reads another width then, and says so."""
    width = ([8, 16, 24, 40, 64])[place]
    more = (*CONVS[:place], f"conv3x3, {width}, 1", *CONVS[place:])
    found = kinds(table(*CONVS), table(*more))
    assert [kind for kind, _ in found] == ["added"]
    assert [kind for kind, _ in kinds(table(*more), table(*CONVS))] == ["removed"]


def test_a_changed_input_is_told_where_it_is() -> None:
    before, after = table(*CONVS), table(*CONVS[:1], "conv3x3, 32, 2", *CONVS[2:])
    assert told(before, after) == {
        "conv3x3_2": ["out 24 → 32"],
        "conv3x3_3": ["input 8²×24 → 8²×32"],
    }
    inserted = table(*CONVS[:2], "conv3x3, 12, 1", *CONVS[2:])
    assert [(row.kind, row.difference("params")) for row in rows(before, inserted) if row.kind != "same"] == [
        ("added", 24 * 12 * 9 + 2 * 12),
        ("changed", (12 - 24) * 40 * 9),
    ]
    assert told(before, inserted) == {"conv3x3_4": ["input 8²×24 → 8²×12"]}


def test_stages_of_a_network_without_tables_keep_together() -> None:
    found = [row for row in rows(archdsl.load("resnet18"), archdsl.load("resnet34")) if row.kind != "same"]
    assert {row.kind for row in found} == {"added"}
    assert [row.name for row in found] == [
        f"stage{stage}.basic_{n}" for stage, last in enumerate((3, 4, 6, 3)) for n in range(3, last + 1)
    ]


def test_added_removed_and_changed() -> None:
    before = spec("{conv: 8, name: a}", "{norm: ~, name: n}", "{conv: 8, name: b}")
    after = spec("{conv: 16, name: a}", "{conv: 8, name: b}", "{relu: ~, name: r}")
    assert kinds(before, after) == [("changed", "a"), ("removed", "n"), ("changed", "b"), ("added", "r")]
    assert told(before, after) == {"a": ["out 8 → 16"], "b": ["input 8²×8 → 8²×16"]}


def test_a_row_of_another_kind_in_its_place_has_changed() -> None:
    before, after = spec("{conv: 8}", "{relu: ~}", "{maxpool: 2}"), spec("{conv: 8}", "{hswish: ~}", "{avgpool: 2}")
    assert kinds(before, after) == [("changed", "hswish"), ("changed", "avgpool")]
    assert told(before, after)["hswish"] == ["relu → hswish"]
    assert [kind for kind, _ in kinds(spec("{conv: 8}", "{relu: ~}"), spec("{conv: 8}", "{norm: ~}"))] == ["removed", "added"]


BLOCKS = """blocks:
  one: {args: {out: int}, body: [{conv: {out: $out, kernel: 3}}, relu]}
  two: {args: {width: int}, body: [{conv: {out: $width, kernel: 3}}, relu]}
  both: {args: {out: int}, body: [{one: {out: $out}}, {conv: $out}, {one: {out: $out}}]}
"""


def test_a_renamed_layer_or_block_is_no_new_one() -> None:
    assert kinds(spec("{conv: 8, name: a}", "relu"), spec("{conv: 8, name: z}", "relu")) == []
    assert kinds(spec("{one: {out: 4}}", blocks=BLOCKS), spec("{two: {width: 4}, name: z}", blocks=BLOCKS)) == []


def test_the_same_layers_are_no_difference_however_they_are_spelled() -> None:
    flat = spec("{conv: {out: 4, kernel: 3}}", "relu", "{conv: 4}", "{conv: {out: 4, kernel: 3}}", "relu")
    nested = spec("{both: {out: 4}}", blocks=BLOCKS)
    assert kinds(flat, nested) == kinds(nested, flat) == []


def test_a_row_that_stands_elsewhere_has_moved() -> None:
    steps = ["{conv: 8}", "{conv: {out: 8, kernel: 3}}", "{conv: {out: 8, kernel: 5}}", "{conv: {out: 8, kernel: 7}}"]
    found = [row for row in rows(spec(*steps), spec(*steps[1:], steps[0])) if row.kind != "same"]
    assert [(row.kind, row.difference("params")) for row in found] == [("moved", 0)]
    assert row_differences(found[0]) == ["moved"]
    lines = ["conv3x3, 8, 1", "conv1x1, 8, 1", "conv3x3, 8, 2"]
    found = [row for row in rows(table(*lines), table(*lines[1:], lines[0])) if row.kind != "same"]
    assert sum(row.difference("params") for row in found) == 0


def test_a_shortcut_from_elsewhere_is_a_difference() -> None:
    steps = ["{conv: 8, as: a, name: a}", "{conv: 8, as: b, name: b}", "{conv: 8, as: c, name: c}"]
    ends = [f"{{add: ~, name: sum, from: [{labels}]}}" for labels in ("a, c", "b, c", "c, a")]
    before, after, turned = (spec(*steps, end) for end in ends)
    assert told(before, after) == {"sum": ["inside: add reads a and c → b and c"]}
    assert kinds(before, turned) == []
    taken = ["{identity: ~, as: start, name: start}", *steps]
    first, second = (spec(*taken, f"{{add: ~, name: sum, from: [{label}, c]}}") for label in ("a", "start"))
    assert told(first, second) == {"sum": ["inside: add reads a and c → start and c"]}
    longer = spec(steps[0], "{conv: 8, name: x}", *steps[1:], ends[0])
    assert kinds(before, longer) == [("added", "x")]  # that b reads x now, not a, follows


def test_more_repeats_of_a_row_are_told() -> None:
    text = "import: [blocks/mobile]\ninput: [8, 8, 8]\nnet:\n  - table:\n      columns: [op, out, repeat]\n      rows:\n"
    before, after = (archdsl.loads(f"{text}        - [conv3x3, 8, {n}]\n        - [conv1x1, 4, 1]\n") for n in (2, 3))
    assert told(before, after) == {"conv3x3_1": ["times 2 → 3"]}
    assert [pair.kind for row in rows(before, after) for pair in row.layers if pair.kind != "same"] == ["added"] * 3


@pytest.mark.parametrize(
    ("text", "before", "after", "fails"),
    [
        ("macs>+2%", 100, 103, True),
        ("macs>+2%", 100, 102, False),
        ("macs>=+2%", 100, 102, True),
        ("macs<-5%", 100, 90, True),
        ("macs>+1K", 1000, 2001, True),
        ("macs>2K", 5000, 2000, False),
        ("macs>2K", 0, 2001, True),
        ("macs>+2%", 0, 1, True),
    ],
)
def test_gates(text: str, before: int, after: int, fails: bool) -> None:
    assert parse_gate(text, ["macs"]).fails(before, after) is fails


@pytest.mark.parametrize(
    ("text", "message"), [("macs+2%", "is no condition"), ("mcas>+2%", "did you mean 'macs'"), ("macs>+2X", "is no condition")]
)
def test_a_bad_gate_is_an_error(text: str, message: str) -> None:
    with pytest.raises(archdsl.InputError, match=message):
        parse_gate(text, list(costs(spec("relu"))))
