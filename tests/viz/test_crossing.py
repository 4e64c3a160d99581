"""Inputs and outputs in drawings: their names, the labels of blocks, and repeats of several tensors."""

import pytest

import archdsl
from archdsl.viz.legend import kinds
from archdsl.viz.spine import spines
from archdsl.viz.structure import draw

TEXT = """
input: {left: [4, 8, 8], right: [4, 8, 8]}
blocks:
  mix:
    inputs: [a, b]
    outputs: [x, y]
    body:
      - {conv: {out: 4, kernel: 3}, as: x}
      - {conv: {out: 4, kernel: 1}, from: b, as: own}
      - {add: {}, from: [x, own], as: y}
net:
  - {mix: {}, from: [left, right]}
  - {mix: {}, repeat: 2, as: both}
  - {add: {}, as: sum}
outputs: OUTPUTS
"""


def drawing(outputs: str, depth: float = 1):
    return draw(archdsl.loads(TEXT.replace("OUTPUTS", outputs)).graph(), depth)


def texts(found, kind: str) -> list[str]:
    return [box.lines[0] for box in found.boxes if box.kind == kind]


def test_inputs_and_outputs_have_their_names() -> None:
    found = drawing("{sum: sum, again: left}")
    assert texts(found, "input") == ["left", "right"]
    assert texts(found, "output") == ["sum", "again"]


def test_repeats_of_several_tensors_are_drawn_once() -> None:
    assert texts(drawing("sum"), "block") == ["mix x 3"]
    assert texts(drawing("[sum, both]"), "block") == ["mix x 3"], "the last may go out"
    shared = TEXT.replace("repeat: 2, as: both", "as: middle}\n  - {mix: {}")
    assert texts(draw(archdsl.loads(shared.replace("OUTPUTS", "[sum, middle]")).graph(), 1), "block") == ["mix x 2", "mix"]


def test_inputs_of_a_closed_block_have_its_names() -> None:
    found = drawing("sum")
    (block,) = [box.id for box in found.boxes if box.kind == "block"]
    assert [edge.text for edge in found.edges if edge.target == block] == ["a: 8²×4", "b: 8²×4"]


def test_a_block_alone_has_the_labels_that_it_gives() -> None:
    graph = archdsl.loads(TEXT.replace("OUTPUTS", "sum")).graph()
    nodes = [node for node in graph if node.name.startswith("mix_2.")]
    found = draw(graph, 9, nodes, 1)
    assert texts(found, "input") == ["a", "b"]
    assert texts(found, "output") == ["x", "y"]


CELLS = """
input: [4, 8, 8]
blocks:
  cell:
    inputs: [before, last]
    body:
      - {conv: {out: 4, kernel: 3}, from: last, as: own}
      - {add: {}, from: [before, own]}
net:
  - {conv: {out: 4, kernel: 3}, as: c0}
  - {cell: {}, from: ["c{max(0, $i - 1)}", "c{$i}"], as: "c{$i + 1}", repeat: 4}
"""


def test_one_tensor_that_is_two_inputs_has_both_names() -> None:
    graph = archdsl.loads(CELLS).graph()
    found = draw(graph, 1)
    cells = [box.id for box in found.boxes if box.kind == "block"]
    named = [sorted(edge.into for edge in found.edges if edge.target == cell) for cell in cells]
    assert named == [["before and last"], *[["before", "last"]] * 3]
    first = [node for node in graph if node.name.startswith("cell_1.")]
    assert texts(draw(graph, 9, first, 1), "input") == ["before and last"]


def test_a_chain_of_cells_has_one_spine_to_where_all_ways_meet() -> None:
    found = draw(archdsl.loads(CELLS).graph(), 1)
    first, *_, last = [box.id for box in found.boxes if box.kind not in ("input", "output")]
    assert list(spines(found)) == [(first, last)], "a way goes past every cell between"


def test_every_line_of_a_block_with_several_outputs_has_its_shape() -> None:
    text = """
input: [4, 8, 8]
blocks:
  two:
    outputs: [x, y]
    body: [{conv: {out: 4, kernel: 3}, as: x}, {conv: {out: 8, kernel: 3}, as: y}]
net:
  - {two: {}, as: [x, y]}
  - {relu: {}, from: x, as: a}
  - {sigmoid: {}, from: x, as: b}
  - {relu: {}, from: y, as: c}
outputs: [a, b, c]
"""
    found = draw(archdsl.loads(text).graph(), 1)
    (block,) = [box.id for box in found.boxes if box.kind == "block"]
    assert [edge.label for edge in found.edges if edge.source == block] == ["8²×4", "8²×4", "8²×8"]


def test_every_line_out_of_a_split_says_its_slice() -> None:
    text = """
input: [16, 8, 8]
net:
  - split: [1/2, rest]
    paths: [[], [{conv: {out: 8, kernel: 3}, as: own}, {add: {}, from: [in, own]}]]
    join: concat
"""
    found = draw(archdsl.loads(text.replace("from: [in, own]", "from: [own, own]")).graph(), 1)
    (split,) = [box.id for box in found.boxes if box.kind == "split"]
    assert [edge.label for edge in found.edges if edge.source == split] == ["8²×8 [8:]", "8²×8 [:8]"]


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("[3, 8, 8]", "8²×3 is height and width 8, 3 channels"),
        ("[1, 8, 6]", "8×6×1 is height 8, width 6, 1 channel"),
        ("{map: [3, 4, 8, 8]}", "4×8²×3 is depth 4, height and width 8, 3 channels"),
        ("{map: [1, 320]}", "320×1 is length 320, 1 channel"),
        ("[20, 9]", "20×9 is length 20, 9 channels"),
    ],
)
def test_the_legend_says_what_a_shape_is(kind: str, note: str) -> None:
    graph = archdsl.loads(f"input: {{x: {kind}}}\nnet: [relu]").graph()
    assert kinds(draw(graph, 1)).notes[0] == note
