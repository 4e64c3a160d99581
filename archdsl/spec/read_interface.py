"""What networks and blocks take and give: `input` and `outputs` of a spec, `inputs` and `outputs` of a block."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.spec.model import Arrival, Label, Outputs, Value
from archdsl.spec.read_values import ValueReader, kind
from archdsl.spec.yaml import Mapping, Node, Scalar, Sequence

FORM = "'input' is [channels, height, width], or a mapping from names to such shapes"


def read_input(node: Node, values: ValueReader) -> tuple[Arrival, ...]:
    """The input of a network, or its inputs by name. What cannot be read is reported and left out."""
    if not isinstance(node, Mapping):
        shape = _shape(node, values, "'input'")
        return () if shape is None else (Arrival(mark=node.mark, name="input", shape=shape),)
    if not node.pairs:
        values.report.error("'input' names no input", node.mark, "for example: input: {left: [3, 32, 32], right: [3, 32, 32]}")
    found = []
    for key, value in node.pairs:
        if values.name(key, "an input"):
            shape = _shape(value, values, f"the input '{key.text}'")
            found.append(Arrival(mark=key.mark, name=key.text, shape=shape or (), labelled=True))
    return tuple(found)


def _shape(node: Node, values: ValueReader, what: str) -> tuple[Value, ...] | None:
    listed = values.sequence(node, what)
    if listed is None:
        return None
    if not 1 <= len(listed.items) <= 3:
        values.report.error(FORM if what == "'input'" else f"{what} is [channels, height, width]", node.mark)
    return tuple([values.value(item) for item in listed.items])


def read_outputs(node: Node, values: ValueReader) -> Outputs:
    """The outputs of a network: one label, a list of labels, or labels by the names that the outputs get."""
    what = "a label after 'outputs'"
    if isinstance(node, Scalar):
        return Outputs(mark=node.mark, labels=tuple(_labels([node], values, what)), returns="tensor")
    if isinstance(node, Sequence):
        found = Outputs(mark=node.mark, labels=tuple(_labels(node.items, values, what)), returns="tuple")
    else:
        named = [(key, values.label(value, what)) for key, value in node.pairs if values.name(key, "an output")]
        labels = tuple([(key.text, label) for key, label in named if label is not None])
        found = Outputs(mark=node.mark, labels=labels, returns="dict")
    if not found.labels and not (node.items if isinstance(node, Sequence) else node.pairs):
        values.report.error("'outputs' names no label", node.mark, "for example: outputs: {p3: t3, p4: t4}")
    return found


def read_labels(node: Node | None, values: ValueReader, word: str) -> tuple[Label, ...]:
    """Labels in a list: the inputs or outputs of a block, or what `as` gives. One label may stand alone."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else [node]
    if not items or isinstance(node, Mapping):
        values.report.error(f"'{word}' is a list of labels, {kind(node)} came", node.mark, f"for example: {word}: [a, b]")
        return ()
    return tuple([label for _, label in _labels(items, values, f"a label after '{word}'")])


def _labels(items: list[Node] | list[Scalar], values: ValueReader, what: str) -> Iterator[tuple[str, Label]]:
    for item in items:
        label = values.label(item, what)
        if label is not None:
            yield label.text, label
