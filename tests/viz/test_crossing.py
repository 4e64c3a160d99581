"""Inputs and outputs in drawings: their names, the labels of blocks, and repeats of several tensors."""

import archdsl
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
